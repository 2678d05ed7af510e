"""A small made-up SuiteCRM, served."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.tap_base.testing import StillClock
from connectors.tap_suitecrm.sandbox import SuiteSandbox

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def stamp(hours: float) -> str:
    return f"{NOW - timedelta(hours=hours):%Y-%m-%d %H:%M:%S}"


def record(key: str, hours: float, **fields: Any) -> dict[str, Any]:
    return {"id": key, "date_entered": stamp(9000), "date_modified": stamp(hours), **fields}


def contact(number: int, hours: float) -> dict[str, Any]:
    named = {"first_name": "Zoë", "last_name": f"N{number}", "email1": f"n{number}@e.test"}
    flags = {"email_opt_out": "1" if number == 1 else "0", "do_not_call": None}
    return record(f"c{number}", hours, **named, **flags, phone_work=None, secret_of_theirs="x")


def server() -> SuiteSandbox:
    """Contacts of which 250 were imported within one second."""
    contacts = [contact(n, 500 if n <= 250 else 400 - n) for n in range(1, 351)]
    deal = {"amount": "1234567890123.45", "currency_id": "-99", "date_closed": "2026-11-01"}
    return SuiteSandbox(
        {
            "Contacts": contacts,
            "Accounts": [record("a1", 10, name="Shop")],
            "Leads": [record("l1", 10, last_name="Ann", converted="0")],
            "Opportunities": [record("o1", 10, name="Roof", **deal)],
            "Cases": [record("s1", 10, name="Help", account_id="a1")],
            "Notes": [record("n1", 10, name="Called", contact_id="c1")],
        }
    )


@pytest.fixture
def clock() -> StillClock:
    return StillClock(NOW)


@pytest.fixture
def sandbox(clock: StillClock) -> Iterator[SuiteSandbox]:
    made = server()
    made.now = clock.epoch
    with made as served:
        yield served


@pytest.fixture
def config(sandbox: SuiteSandbox) -> dict[str, Any]:
    return {
        "base_url": f"{sandbox.base_url}/Api",
        "client_id": "app",
        "client_secret": "sandbox-secret",
        "currency": "EUR",
    }
