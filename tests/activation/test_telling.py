"""What people are shown: exports without formulas, states, notices, marks."""

import io
import smtplib
from dataclasses import replace

import duckdb
import pytest

from activation import engine, notices, reading
from activation.spec import Brake
from tests.activation.conftest import activate, there


def test_an_export_holds_no_formula(hub, crm, sync):
    hub.people(2)
    hub.row(0)["firstname"] = '=HYPERLINK("http://evil.example","win")'
    hub.row(1)["city"] = "@SUM(1+1)*cmd|' /C calc'!A0"
    hub.publish()
    made = engine.plan(hub.home, sync)
    out = io.StringIO()
    lines = reading.export(hub.home, "crm", made.plan.plan_id, out)
    cells = [cell for line in out.getvalue().splitlines() for cell in line.split(",")]
    assert lines == 8
    assert not [cell for cell in cells if cell.strip('"').startswith(("=", "@", "+cmd", "-"))]
    activate(hub, sync)
    assert there(crm, "cus-0").values["firstname"].startswith("'=HYPERLINK")


def test_the_state_shows_what_fails_and_what_is_held(hub, crm, sync):
    hub.people(60)
    hub.publish()
    activate(hub, replace(sync, brake=Brake(changed_percent=10, changed_rows=5)))
    state = reading.state(hub.home, "crm")
    assert state.held[0]["held"] == ["60 of 60 rows change (100%, the brake is at 10%)"]
    assert state.runs[0]["status"] == "held"
    assert reading.state(hub.home, "nothing-yet").runs == []


def test_a_notice_says_what_is_held_and_nothing_about_people(hub, crm, sync, monkeypatch):
    hub.people(60)
    hub.publish()
    held = activate(hub, replace(sync, brake=Brake(changed_percent=10, changed_rows=5)))
    subject, text = notices.words(held)
    assert subject == "Activation of crm/contacts is held"
    assert "60 of 60 rows change" in text
    assert "tessera activate crm --release" in text
    assert "example.org" not in text
    sent = []

    class Server:
        def __init__(self, host, port, timeout):
            sent.append((host, port))

        __enter__ = lambda self: self  # noqa: E731
        __exit__ = lambda self, *_: None  # noqa: E731

        def send_message(self, message):
            sent.append(message["Subject"])

    monkeypatch.setattr(smtplib, "SMTP", Server)
    mail = notices.Mail("127.0.0.1", 25, "hub@example.org", ("a@example.org",), starttls=False)
    notices.by_mail(mail, held)
    assert sent == [("127.0.0.1", 25), subject]


@pytest.mark.parametrize("created", [True, False])
def test_what_we_wrote_is_marked_as_our_echo(hub, crm, sync, created):
    hub.people(1)
    hub.identities = [("cus-0", "shop", "7")]
    known = crm.contacts.create({"firstname": "Old", "city": "Paris"})
    before = known.modified
    if not created:
        hub.identities.append(("cus-0", "crm", known.id))
    hub.publish()
    activate(hub, sync)
    marks = duckdb.sql(
        f"from '{hub.home}/landing/_activation/crm/echo-contacts.parquet'"
    ).fetchall()
    by_column = {row[3]: row for row in marks}
    assert by_column["emails"][4] == "n0@example.org"
    assert by_column["emails"][5] is created
    assert by_column["emails"][9:] == (("shop", "7") if created else (None, None))
    if not created:
        assert by_column["emails"][1] == known.id
        assert by_column["emails"][8][:19] == before.isoformat()[:19]  # theirs, not our own write
