"""A small made-up org, served."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.tap_base.testing import StillClock
from connectors.tap_salesforce.sandbox import SalesforceSandbox

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
AT = "2026-11-01T10:00:00.000+0000"
"""All rows have the same time, as after an import."""
MARKS = {"Id": "id", "IsDeleted": "boolean", "SystemModstamp": "datetime"}
OBJECTS: Mapping[str, Mapping[str, str]] = {
    "Contact": {"Name": "string", "Email": "email", "MailingAddress": "address",
                "HasOptedOutOfEmail": "boolean", "Birthdate": "date"},
    "Lead": {"Name": "string"},
    "Account": {"Name": "string", "NumberOfEmployees": "int"},
    "Opportunity": {"Name": "string", "Amount": "currency"},
    "Case": {"Subject": "string"},
    "Task": {"Subject": "string"},
}  # fmt: skip


def described(name: str, fields: Mapping[str, str]) -> dict[str, Any]:
    held = {**MARKS, **fields}
    return {"name": name, "fields": [{"name": n, "type": kind} for n, kind in held.items()]}


def row(number: int, **values: Any) -> dict[str, Any]:
    return {"Id": f"{number:015}AAA", "IsDeleted": False, "SystemModstamp": AT, **values}


def org(contacts: int = 650) -> SalesforceSandbox:
    flags = {"HasOptedOutOfEmail": True, "Birthdate": "1990-01-02"}
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in OBJECTS}
    rows["Contact"] = [row(n, Name=f'Zoë "{n}",\nA', Email=f"z{n}@e.test", **flags)
                       for n in range(1, contacts + 1)]  # fmt: skip
    rows["Account"] = [row(7, Name="Shop", NumberOfEmployees=12)]
    rows["Opportunity"] = [row(1, Name="Big", Amount=1234.5)]
    rows["Case"] = [row(1, Subject="Help")]
    return SalesforceSandbox({n: described(n, fields) for n, fields in OBJECTS.items()}, rows)


@pytest.fixture
def clock() -> StillClock:
    return StillClock(NOW)


@pytest.fixture
def sandbox(clock: StillClock) -> Iterator[SalesforceSandbox]:
    made = org()
    made.now = clock.epoch
    with made as served:
        yield served


@pytest.fixture
def config(sandbox: SalesforceSandbox) -> dict[str, Any]:
    return {"base_url": sandbox.base_url, "client_id": "app", "client_secret": "sandbox-secret"}
