"""Held to a real Odoo 14; others may be changing its partners meanwhile."""

import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors.tap_base.testing import Run, run
from connectors.tap_odoo.tap import TapOdoo
from tests import live

pytestmark = pytest.mark.live
CONFIG = {
    "base_url": "http://127.0.0.1:8069",
    "database": "crm",
    "username": "admin",
    "api_key": "admin",
}


def call(model: str, method: str, *args: Any) -> Any:
    """Change the database as its administrator."""
    params = {"service": "object", "method": "execute_kw", "args": ["crm", 2, "admin", model]}
    params["args"] += [method, list(args), {}]
    body = {"jsonrpc": "2.0", "method": "call", "id": 1, "params": params}
    answer = httpx.post(f"{CONFIG['base_url']}/jsonrpc", json=body, timeout=60).json()
    assert "error" not in answer, answer
    return answer["result"]


def ours(got: Run, stream: str, key: int) -> list[dict[str, Any]]:
    """The rows of one record."""
    assert got.error is None, got.error
    return [row for row in got.records(stream) if row["id"] == str(key)]


def test_a_partner_a_lead_and_a_message_come_change_and_go(shared: Path) -> None:
    live.start(shared, "odoo")
    name = f"Zoë {uuid.uuid4().hex[:6]}"
    partner = call("res.partner", "create", {"name": name, "email": "Zoe <zoe@example.org>"})
    deal = {"name": "Roof", "type": "opportunity", "partner_id": partner}
    lead = call("crm.lead", "create", {**deal, "expected_revenue": 1234.5})
    note = call("res.partner", "message_post", [partner])
    call("mail.message", "write", [note], {"body": "<p>Hi</p>", "message_type": "comment"})

    first = run(TapOdoo, CONFIG)
    (row,) = ours(first, "partners", partner)
    assert (row["name"], row["email_normalized"]) == (name, "zoe@example.org")
    (opened,) = ours(first, "leads", lead)
    assert (opened["expected_revenue"], opened["partner_id"]) == ("1234.5", str(partner))
    (said,) = ours(first, "messages", note)
    assert (said["model"], said["res_id"]) == ("res.partner", str(partner))
    assert first.records("orders") == [], "the sales module is not installed there"
    assert len({row["id"] for row in first.records("partners")}) == len(first.records("partners"))

    second = run(TapOdoo, CONFIG, first.state)
    assert not ours(second, "partners", partner) + ours(second, "messages", note)

    call("res.partner", "write", [partner], {"active": False})
    third = run(TapOdoo, CONFIG, second.state)
    assert ours(third, "partners", partner)[0]["active"] is False

    call("crm.lead", "unlink", [lead])
    call("res.partner", "unlink", [partner])
    fourth = run(TapOdoo, CONFIG, third.state)
    assert ours(fourth, "partners", partner)[0]["_sdc_deleted_at"]
    assert ours(fourth, "leads", lead)[0]["_sdc_deleted_at"]
    assert ours(fourth, "messages", note)[0]["_sdc_deleted_at"]


def test_a_wrong_key_and_database_are_told_with_the_fix(shared: Path) -> None:
    live.start(shared, "odoo")
    refused = run(TapOdoo, CONFIG | {"api_key": "hush-hush"}, select={"leads"})
    assert "make an API key" in str(refused.error)
    assert "hush" not in str(refused.error)
    missing = run(TapOdoo, CONFIG | {"database": "none"}, select={"leads"})
    assert "check database" in str(missing.error)
