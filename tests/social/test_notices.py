"""Teams are told once, in time, and nothing that anybody wrote or is called."""

import json
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest

from connectors.sandbox.population import DEFAULT_UNTIL
from social.declared.settings import Notices
from social.routing import notices as told_by
from social.routing.notices import tell
from tests.social.conftest import Told, company

NOON = DEFAULT_UNTIL.replace(hour=12)
MAIL = {"host": "mail.example", "sender": "hub@example.com", "to": ["sales@example.com"]}


class Receiver(BaseHTTPRequestHandler):
    """Takes what is posted; answers 500 while it is broken."""

    got: ClassVar[list[dict[str, Any]]] = []
    broken = False

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if not Receiver.broken:
            Receiver.got.append(body)
        self.send_response(500 if Receiver.broken else 200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def hook() -> Any:
    Receiver.got.clear()
    Receiver.broken = False
    server = HTTPServer(("127.0.0.1", 0), Receiver)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/in?token=hidden"
    server.shutdown()
    server.server_close()


def ask(told: Told, landing: Path, url: str, now: datetime = NOON) -> Any:
    notices = Notices.model_validate({"webhook": url})
    snapshot = told.home / "warehouse/hub.duckdb"
    return tell(snapshot, landing, company().routing, notices, now)


def test_each_team_is_told_once_of_what_waits(told: Told, hook: str, tmp_path: Path) -> None:
    assert ask(told, tmp_path, hook).sent == len(Receiver.got) > 0
    items = [item for body in Receiver.got for item in body["items"] if "rule" in item]
    ((waiting,),) = told.ask(
        "select count(*) from marts.work_queue where list_contains(notify_channels, 'webhook') "
        f"and notify_at <= timestamptz '{NOON.isoformat()}'"
    )
    assert len(items) == waiting > 0
    assert ask(told, tmp_path, hook).sent == 0


def test_a_notice_holds_no_text_and_no_name(told: Told, hook: str, tmp_path: Path) -> None:
    ask(told, tmp_path, hook)
    said = json.dumps(Receiver.got)
    texts = told.ask("select text from intermediate.interactions where length(text) > 20")
    names = told.ask("select full_name from marts.customers where length(full_name) > 6")
    assert not [text for (text,) in texts + names if text in said]


def test_nobody_is_told_while_it_is_quiet(told: Told, hook: str, tmp_path: Path) -> None:
    before = DEFAULT_UNTIL - timedelta(days=4_000)
    ask(told, tmp_path, hook, before)
    assert not [item for body in Receiver.got for item in body["items"] if "rule" in item]


def test_a_rung_that_is_reached_at_night_is_told_in_the_morning(
    told: Told, hook: str, tmp_path: Path
) -> None:
    rules = company().routing
    loud = {rule.name for rule in rules.rules if rule.ignore_quiet_hours}
    midnight = DEFAULT_UNTIL.replace(hour=23) + timedelta(days=30)
    ask(told, tmp_path, hook, midnight)
    night = [item for body in Receiver.got for item in body["items"] if "rule" in item]
    assert {item["rule"] for item in night} <= loud
    ask(told, tmp_path, hook, midnight + timedelta(hours=10))
    day = [item for body in Receiver.got for item in body["items"] if "rule" in item]
    assert {item["team"] for item in day} - {item["team"] for item in night} == {"support"}


def test_what_could_not_be_sent_is_said_without_the_secret_and_sent_later(
    told: Told, hook: str, tmp_path: Path
) -> None:
    Receiver.broken = True
    failed = ask(told, tmp_path, hook)
    assert failed.sent == 0
    assert failed.failures
    assert "hidden" not in repr(failed)
    Receiver.broken = False
    assert ask(told, tmp_path, hook).sent == len(failed.failures)


def test_teams_that_want_mail_get_mail(
    told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mails: list[tuple[list[str], str]] = []
    monkeypatch.setattr(
        told_by, "_mail", lambda mail, to, subject, text: mails.append((to, f"{subject}\n{text}"))
    )
    notices = Notices.model_validate({"email": MAIL})
    snapshot = told.home / "warehouse/hub.duckdb"
    tell(snapshot, tmp_path, company().routing, notices, NOON)
    assert mails
    assert all(to == ["sales@example.com"] for to, _ in mails)
    assert any("due 20" in text for _, text in mails)
