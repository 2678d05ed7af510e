"""What the tap promises about a Tryton database."""

from typing import Any

from connectors.tap_base.errors import AnswerError, AuthorisationError
from connectors.tap_base.testing import StillClock, run
from connectors.tap_tryton.sandbox import TrytonSandbox
from connectors.tap_tryton.tap import TapTryton

from .conftest import party, stamp


def test_everything_comes_whole_over_pages(
    sandbox: TrytonSandbox, config: dict[str, Any], clock: StillClock
) -> None:
    got = run(TapTryton, config, clock=clock)
    assert got.error is None
    rows = got.records("parties")
    assert [int(row["id"]) for row in rows] == list(sandbox.models["party.party"])
    assert rows[0]["addresses"][0] == {
        "id": "1", "street": "1 rue X", "city": "Paris", "postal_code": "75001", "country": "FR",
        "region": None, "active": True,
    }  # fmt: skip
    first = got.records("opportunities")[0]
    assert first["amount"] == "12345678901234567.89", "every digit"
    assert (first["currency"], first["start_date"]) == ("EUR", "2026-11-01")


def test_a_second_run_has_nothing_to_say_and_asks_little(
    sandbox: TrytonSandbox, config: dict[str, Any], clock: StillClock
) -> None:
    first = run(TapTryton, config, clock=clock)
    asked = sandbox.seen.total()
    second = run(TapTryton, config, first.state, clock=clock)
    assert (first.error, second.error) == (None, None)
    assert [m for m in second.messages if m["type"] == "RECORD"] == []
    assert sandbox.seen.total() - asked == 2 * 2, "one page and one count per stream"


def test_new_changed_and_deleted_parties_are_seen(
    sandbox: TrytonSandbox, config: dict[str, Any], clock: StillClock
) -> None:
    parties = sandbox.models["party.party"]
    first = run(TapTryton, config, clock=clock)
    parties[2000] = party(2000, hours=1)
    parties[3] |= {"name": "Renamed", "write_date": stamp(1)}
    parties[4]["contact_mechanisms"][0] |= {"value": "new@e.test", "write_date": stamp(1)}
    parties[5] |= {"active": False, "write_date": stamp(1)}
    del parties[6], parties[1203]
    second = run(TapTryton, config, first.state, clock=clock)
    rows = {row["id"]: row for row in second.records("parties")}
    assert rows.keys() == {"2000", "3", "4", "5", "6", "1203"}
    assert rows["4"]["contact_mechanisms"][0]["value"] == "new@e.test"
    assert rows["5"]["active"] is False
    assert {key for key, row in rows.items() if row.get("_sdc_deleted_at")} == {"6", "1203"}
    third = run(TapTryton, config, second.state, clock=clock)
    assert third.records("parties") == []


def test_a_right_taken_away_deletes_nobody(
    sandbox: TrytonSandbox, config: dict[str, Any], clock: StillClock
) -> None:
    first = run(TapTryton, config, clock=clock)
    sandbox.models["party.party"].clear()
    second = run(TapTryton, config, first.state, clock=clock, select={"parties"})
    assert isinstance(second.error, AnswerError)
    assert second.records("parties") == []


def test_what_is_older_than_the_start_is_neither_read_nor_deleted(
    sandbox: TrytonSandbox, config: dict[str, Any], clock: StillClock
) -> None:
    sandbox.models["party.party"][2000] = party(2000, hours=1)
    since = config | {"start_date": stamp(24)}
    first = run(TapTryton, since, clock=clock)
    assert [row["id"] for row in first.records("parties")] == ["2000"]
    second = run(TapTryton, since, first.state, clock=clock)
    assert second.records("parties") == []


def test_refusals_say_the_fix(
    sandbox: TrytonSandbox, config: dict[str, Any], clock: StillClock
) -> None:
    wrong = run(TapTryton, config | {"password": "hush-hush"}, clock=clock, select={"parties"})
    assert "check username and password" in str(wrong.error)
    assert "hush" not in str(wrong.error)
    elsewhere = run(TapTryton, config | {"database": "none"}, clock=clock, select={"parties"})
    assert "correct database" in str(elsewhere.error)
    sandbox.unreadable.add("sale.opportunity")
    refused = run(TapTryton, config, clock=clock, select={"opportunities"})
    assert isinstance(refused.error, AuthorisationError)
    assert "groups" in str(refused.error)
