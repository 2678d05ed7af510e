"""A small made-up Tryton database, served."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.tap_base.testing import StillClock
from connectors.tap_tryton.sandbox import TrytonSandbox

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PARTIES = 1203


def stamp(hours: float) -> str:
    return (NOW - timedelta(hours=hours, microseconds=-5)).isoformat()


def party(number: int, hours: float = 500) -> dict[str, Any]:
    dates = {"create_date": stamp(hours), "write_date": None}
    return {
        "id": number, "name": f"Łukasz {number}", "code": str(number), "active": True,
        "replaced_by": None, **dates,
        "addresses": [{"id": number, "street": "1 rue X", "city": "Paris", "postal_code": "75001",
                       "country": {"id": 1, "code": "FR"}, "subdivision": None, "active": True,
                       **dates}],
        "contact_mechanisms": [{"id": number, "type": "email", "value": f"p{number}@e.test",
                                "active": True, **dates}],
    }  # fmt: skip


def opportunity(number: int) -> dict[str, Any]:
    return {
        "id": number, "number": f"O{number}", "reference": None, "description": "Roof",
        "comment": None, "state": "opportunity", "amount": "12345678901234567.89",
        "currency": {"id": 1, "code": "EUR"}, "party": number, "contact": None,
        "start_date": "2026-11-01", "end_date": None, "conversion_probability": 0.5,
        "lost_reason": None, "create_date": stamp(400), "write_date": stamp(300),
    }  # fmt: skip


def database() -> TrytonSandbox:
    parties = [party(n, hours=2000 - n) for n in range(1, PARTIES + 1)]
    opportunities = [opportunity(n) for n in range(1, 4)]
    return TrytonSandbox({"party.party": parties, "sale.opportunity": opportunities})


@pytest.fixture
def clock() -> StillClock:
    return StillClock(NOW)


@pytest.fixture
def sandbox(clock: StillClock) -> Iterator[TrytonSandbox]:
    made = database()
    made.now = clock.epoch
    with made as served:
        yield served


@pytest.fixture
def config(sandbox: TrytonSandbox) -> dict[str, Any]:
    return {
        "base_url": sandbox.base_url,
        "database": "crm",
        "username": "admin",
        "password": "sandbox-token",
    }
