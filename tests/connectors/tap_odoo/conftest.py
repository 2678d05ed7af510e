"""A small made-up Odoo database, served."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.tap_base.testing import StillClock
from connectors.tap_odoo.sandbox import OdooSandbox

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DATES = {"create_date": "datetime", "write_date": "datetime"}
KINDS = {
    "res.partner": {
        **DATES, "name": "char", "is_company": "boolean", "parent_id": "many2one",
        "active": "boolean", "email": "char", "country_id": "many2one",
        "category_id": "many2many", "is_blacklisted": "boolean",
    },
    "crm.lead": {
        **DATES, "name": "char", "type": "selection", "expected_revenue": "monetary",
        "company_currency": "many2one", "partner_id": "many2one", "date_closed": "datetime",
    },
    "mail.message": {
        **DATES, "date": "datetime", "body": "html", "message_type": "selection",
        "model": "char", "res_id": "many2one_reference", "author_id": "many2one",
    },
    "sale.order": {
        **DATES, "name": "char", "state": "selection", "partner_id": "many2one",
        "amount_total": "monetary", "currency_id": "many2one", "date_order": "datetime",
    },
}  # fmt: skip


def stamp(hours: float) -> str:
    return f"{NOW - timedelta(hours=hours):%Y-%m-%d %H:%M:%S}"


def partner(number: int, hours: float = 0) -> dict[str, Any]:
    return {
        "id": number, "name": f"Łukasz {number}", "is_company": False,
        "parent_id": [1, "Shop"] if number > 1 else False, "active": number != 2,
        "email": f"p{number}@e.test", "country_id": False, "category_id": [4],
        "is_blacklisted": number == 3,
        "create_date": stamp(9000), "write_date": stamp(hours or 5000 - number),
    }  # fmt: skip


def message(number: int, kind: str = "comment") -> dict[str, Any]:
    at = stamp(3000 - number)
    return {
        "id": number, "date": at, "create_date": at, "write_date": at, "body": "<p>Hello</p>",
        "message_type": kind, "model": "res.partner", "res_id": 7, "author_id": [7, "Z"],
    }  # fmt: skip


def database() -> OdooSandbox:
    lead = {
        "id": 1, "name": "Roof", "type": "opportunity", "expected_revenue": 1234.5,
        "company_currency": [1, "EUR"], "partner_id": [7, "Z"], "date_closed": False,
        "create_date": stamp(400), "write_date": stamp(300),
    }  # fmt: skip
    order = {
        "id": 1, "name": "S1", "state": "sale", "partner_id": [7, "Z"], "amount_total": 99.9,
        "currency_id": [1, "EUR"], "date_order": stamp(350),
        "create_date": stamp(400), "write_date": stamp(300),
    }  # fmt: skip
    return OdooSandbox(
        KINDS,
        {
            "res.partner": [partner(n) for n in range(1, 2203)],
            "crm.lead": [lead],
            "mail.message": [message(n) for n in range(1, 1500)] + [message(1500, "notification")],
            "sale.order": [order],
        },
    )


@pytest.fixture
def clock() -> StillClock:
    return StillClock(NOW)


@pytest.fixture
def sandbox(clock: StillClock) -> Iterator[OdooSandbox]:
    made = database()
    made.now = clock.epoch
    with made as served:
        yield served


@pytest.fixture
def config(sandbox: OdooSandbox) -> dict[str, Any]:
    return {
        "base_url": sandbox.base_url,
        "database": "crm",
        "username": "admin",
        "api_key": "sandbox-token",
    }
