"""What the tap promises about a SuiteCRM."""

from typing import Any

from connectors.tap_base.testing import StillClock, run
from connectors.tap_suitecrm.sandbox import SuiteSandbox
from connectors.tap_suitecrm.tap import TapSuiteCRM

from .conftest import contact, stamp


def test_everything_comes_whole_though_many_share_a_second(
    sandbox: SuiteSandbox, config: dict[str, Any], clock: StillClock
) -> None:
    got = run(TapSuiteCRM, config, clock=clock)
    assert got.error is None
    ids = [row["id"] for row in got.records("contacts")]
    assert sorted(ids) == sorted(sandbox.modules["Contacts"]), "each once"
    first = next(row for row in got.records("contacts") if row["id"] == "c1")
    assert (first["email_opt_out"], first["do_not_call"], first["phone_work"]) == (
        True,
        False,
        None,
    )
    assert "secret_of_theirs" not in first
    (deal,) = got.records("opportunities")
    assert (deal["amount"], deal["currency"]) == ("1234567890123.45", "EUR")
    for stream in ("accounts", "leads", "cases", "notes"):
        assert len(got.records(stream)) == 1
    assert set(sandbox.grants) == {"client_credentials"}


def test_a_second_run_has_nothing_to_say(config: dict[str, Any], clock: StillClock) -> None:
    first = run(TapSuiteCRM, config, clock=clock)
    second = run(TapSuiteCRM, config, first.state, clock=clock)
    assert (first.error, second.error) == (None, None)
    assert [m for m in second.messages if m["type"] == "RECORD"] == []


def test_new_changed_and_deleted_contacts_are_seen(
    sandbox: SuiteSandbox, config: dict[str, Any], clock: StillClock
) -> None:
    contacts = sandbox.modules["Contacts"]
    first = run(TapSuiteCRM, config, clock=clock)
    contacts["new"] = contact(0, 1) | {"id": "new"}
    contacts["c3"] |= {"last_name": "Renamed", "date_modified": stamp(1)}
    contacts["c350"] |= {"deleted": True}
    second = run(TapSuiteCRM, config, first.state, clock=clock, select={"contacts"})
    rows = {row["id"]: row for row in second.records("contacts")}
    assert rows.keys() == {"new", "c3", "c350"}
    assert rows["c350"]["_sdc_deleted_at"]


def test_a_refused_client_or_user_is_told_with_the_fix(
    sandbox: SuiteSandbox, config: dict[str, Any], clock: StillClock
) -> None:
    user = {"username": "ann", "password": "sandbox-password"}
    assert run(TapSuiteCRM, config | user, clock=clock, select={"notes"}).error is None
    assert set(sandbox.grants) == {"password"}
    for wrong in ({"client_secret": "hush-hush"}, {**user, "password": "hush-hush"}):
        refused = run(TapSuiteCRM, config | wrong, clock=clock, select={"notes"})
        assert "OAuth2 client under Administration" in str(refused.error)
        assert "hush" not in str(refused.error)
