"""A small made-up Dataverse environment, served."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.tap_base.testing import StillClock
from connectors.tap_dynamics.sandbox import DynamicsSandbox

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
NAME = "@OData.Community.Display.V1.FormattedValue"
AT = {"createdon": "2026-11-01T10:00:00Z", "modifiedon": "2026-11-02T10:00:00Z"}


def contact(number: int) -> dict[str, Any]:
    return {
        "contactid": f"c{number:05}", "fullname": f"Zoë {number}", "donotbulkemail": number == 1,
        "emailaddress1": f"z{number}@e.test", "_parentcustomerid_value": "a1",
        f"_parentcustomerid_value{NAME}": "Shop", "statecode": 0, **AT,
    }  # fmt: skip


def environment() -> DynamicsSandbox:
    deal = {"estimatedvalue": 1234.5, "statecode": 0, f"statecode{NAME}": "Open"}
    return DynamicsSandbox(
        {
            "contacts": [contact(n) for n in range(1, 2304)],
            "accounts": [{"accountid": "a1", "name": "Shop", **AT}],
            "leads": [{"leadid": "l1", "fullname": "Ann", **AT}],
            "opportunities": [{"opportunityid": "o1", "_customerid_value": "a1", **deal, **AT}],
            "incidents": [{"incidentid": "i1", "title": "Help", **AT}],
        }
    )


@pytest.fixture
def clock() -> StillClock:
    return StillClock(NOW)


@pytest.fixture
def sandbox(clock: StillClock) -> Iterator[DynamicsSandbox]:
    made = environment()
    made.now = clock.epoch
    with made as served:
        yield served


@pytest.fixture
def config(sandbox: DynamicsSandbox) -> dict[str, Any]:
    return {
        "base_url": sandbox.base_url,
        "token_url": f"{sandbox.base_url}/token",
        "tenant_id": "t",
        "client_id": "app",
        "client_secret": "sandbox-secret",
    }
