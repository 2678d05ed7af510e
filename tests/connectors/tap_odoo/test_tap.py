"""What the tap promises about an Odoo database."""

import json
from typing import Any

from connectors.tap_base.errors import AuthorisationError
from connectors.tap_base.testing import StillClock, run
from connectors.tap_odoo.sandbox import OdooSandbox
from connectors.tap_odoo.tap import TapOdoo

from .conftest import partner, stamp


def test_everything_comes_whole_over_pages(
    sandbox: OdooSandbox, config: dict[str, Any], clock: StillClock
) -> None:
    got = run(TapOdoo, config, clock=clock)
    assert got.error is None
    rows = got.records("partners")
    assert [int(row["id"]) for row in rows] == list(sandbox.models["res.partner"])
    assert (rows[1]["active"], rows[1]["parent_id"], rows[1]["parent"]) == (False, "1", "Shop")
    assert (rows[0]["country_id"], rows[0]["is_company"]) == (None, False)
    assert len(got.records("messages")) == 1499, "all but what Odoo itself noted"
    (lead,) = got.records("leads")
    assert (lead["expected_revenue"], lead["company_currency"]) == ("1234.5", "EUR")
    (order,) = got.records("orders")
    assert (order["amount_total"], order["partner_id"]) == ("99.9", "7")


def test_a_second_run_has_nothing_to_say_and_the_state_no_key(
    config: dict[str, Any], clock: StillClock
) -> None:
    first = run(TapOdoo, config, clock=clock)
    second = run(TapOdoo, config, first.state, clock=clock)
    assert (first.error, second.error) == (None, None)
    assert [m for m in second.messages if m["type"] == "RECORD"] == []
    assert "sandbox-token" not in json.dumps(second.state)


def test_new_changed_and_deleted_partners_are_seen(
    sandbox: OdooSandbox, config: dict[str, Any], clock: StillClock
) -> None:
    partners = sandbox.models["res.partner"]
    first = run(TapOdoo, config, clock=clock)
    partners[3000] = partner(3000, hours=1)
    partners[9] |= {"name": "Renamed", "write_date": stamp(1)}
    del partners[10], partners[2202]
    second = run(TapOdoo, config, first.state, clock=clock)
    rows = {row["id"]: row for row in second.records("partners")}
    assert rows.keys() == {"3000", "9", "10", "2202"}
    assert {key for key, row in rows.items() if row.get("_sdc_deleted_at")} == {"10", "2202"}
    third = run(TapOdoo, config, second.state, clock=clock)
    assert third.records("partners") == []


def test_pages_cut_short_by_hidden_messages_are_not_the_end(
    sandbox: OdooSandbox, config: dict[str, Any], clock: StillClock
) -> None:
    sandbox.hidden = set(range(100, 150))
    got = run(TapOdoo, config, clock=clock, select={"messages"})
    assert got.error is None
    assert len(got.records("messages")) == 1449


def test_a_module_that_is_not_installed_is_an_empty_stream(
    sandbox: OdooSandbox, config: dict[str, Any], clock: StillClock
) -> None:
    del sandbox.models["sale.order"]
    got = run(TapOdoo, config, clock=clock)
    assert got.error is None
    assert got.records("orders") == []


def test_refusals_say_the_fix(
    sandbox: OdooSandbox, config: dict[str, Any], clock: StillClock
) -> None:
    wrong = run(TapOdoo, config | {"api_key": "hush-hush"}, clock=clock, select={"leads"})
    assert "make an API key" in str(wrong.error)
    assert "hush" not in str(wrong.error)
    elsewhere = run(TapOdoo, config | {"database": "none"}, clock=clock, select={"leads"})
    assert "check database" in str(elsewhere.error)
    sandbox.unreadable.add("crm.lead")
    refused = run(TapOdoo, config, clock=clock, select={"leads"})
    assert isinstance(refused.error, AuthorisationError)
    assert "groups" in str(refused.error)
