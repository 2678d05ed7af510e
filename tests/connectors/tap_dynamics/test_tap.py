"""What the tap promises about a Dataverse environment."""

from typing import Any

from connectors.tap_base.testing import StillClock, run
from connectors.tap_dynamics.sandbox import DynamicsSandbox
from connectors.tap_dynamics.tap import TapDynamics

from .conftest import contact


def test_everything_comes_whole_over_pages(
    sandbox: DynamicsSandbox, config: dict[str, Any], clock: StillClock
) -> None:
    got = run(TapDynamics, config, clock=clock)
    assert got.error is None
    rows = got.records("contacts")
    assert [row["id"] for row in rows] == sorted(sandbox.tables["contacts"])
    assert (rows[0]["parentcustomerid"], rows[0]["parentcustomerid_name"]) == ("a1", "Shop")
    (deal,) = got.records("opportunities")
    assert (deal["estimatedvalue"], deal["statecode_name"]) == ("1234.5", "Open")
    for stream in ("accounts", "leads", "incidents"):
        assert len(got.records(stream)) == 1


def test_a_second_run_has_nothing_to_say(config: dict[str, Any], clock: StillClock) -> None:
    first = run(TapDynamics, config, clock=clock)
    second = run(TapDynamics, config, first.state, clock=clock)
    assert (first.error, second.error) == (None, None)
    assert [m for m in second.messages if m["type"] == "RECORD"] == []


def test_new_changed_and_deleted_contacts_are_seen(
    sandbox: DynamicsSandbox, config: dict[str, Any], clock: StillClock
) -> None:
    first = run(TapDynamics, config, clock=clock)
    sandbox.write("contacts", contact(9000))
    sandbox.write("contacts", {"contactid": "c00003", "fullname": "Renamed"})
    sandbox.delete("contacts", "c00004")
    second = run(TapDynamics, config, first.state, clock=clock)
    rows = {row["id"]: row for row in second.records("contacts")}
    assert rows.keys() == {"c09000", "c00003", "c00004"}
    assert rows["c00004"]["_sdc_deleted_at"]
    third = run(TapDynamics, config, second.state, clock=clock)
    assert third.records("contacts") == []


def test_an_expired_change_token_reads_everything_again_and_repeats_nothing(
    sandbox: DynamicsSandbox, config: dict[str, Any], clock: StillClock
) -> None:
    first = run(TapDynamics, config, clock=clock)
    sandbox.write("contacts", {"contactid": "c00003", "fullname": "Renamed"})
    sandbox.oldest = sandbox.version
    second = run(TapDynamics, config, first.state, clock=clock, select={"contacts"})
    assert second.error is None
    assert [row["id"] for row in second.records("contacts")] == ["c00003"]


def test_a_table_without_change_tracking_is_told_with_the_fix_and_stops_no_other(
    sandbox: DynamicsSandbox, config: dict[str, Any], clock: StillClock
) -> None:
    sandbox.untracked = {"leads"}
    got = run(TapDynamics, config, clock=clock)
    assert "Track changes" in str(got.error)
    assert got.error.stream == "leads"
    assert got.records("incidents")


def test_a_bad_request_is_not_taken_for_an_expired_token(
    sandbox: DynamicsSandbox, config: dict[str, Any], clock: StillClock
) -> None:
    first = run(TapDynamics, config, clock=clock, select={"contacts"})
    before = sum(sandbox.seen.values())
    first.state["bookmarks"]["contacts"]["delta"] += "&$skip=1"  # 0x80060888, as all malformed is
    second = run(TapDynamics, config, first.state, clock=clock, select={"contacts"})
    assert second.error is not None
    assert sum(sandbox.seen.values()) - before <= 2, "the token and one question"


def test_a_refused_secret_is_told_with_the_fix(config: dict[str, Any], clock: StillClock) -> None:
    refused = run(TapDynamics, config | {"client_secret": "hush-hush"}, clock=clock)
    assert "app registration" in str(refused.error)
    assert "hush" not in str(refused.error)
