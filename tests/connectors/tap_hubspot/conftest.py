"""A small made-up portal, served."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.tap_base.testing import StillClock
from connectors.tap_hubspot.sandbox import HubspotSandbox

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
AT = "2026-11-01T10:00:00.000Z"
"""All records have the same time, as after an import."""


def thing(number: int, *, links: dict[str, list[str]] | None = None, **said: str) -> dict[str, Any]:
    times = {"lastmodifieddate": AT, "hs_lastmodifieddate": AT, "createdate": AT}
    made = {"id": str(number), "createdAt": AT, "updatedAt": AT, "properties": {**said, **times}}
    return made | ({"links": links} if links else {})


def contact(number: int) -> dict[str, Any]:
    return thing(number, firstname="Zoë", email=f"z{number}@e.test", lastname="", shoe_size="42")


def portal(contacts: int = 450) -> HubspotSandbox:
    both = {"contacts": ["1", "2"], "companies": ["7"]}
    owner = {"firstName": "Own", "lastName": "Er", "userId": 9, "createdAt": AT, "updatedAt": AT}
    return HubspotSandbox(
        {
            "contacts": [contact(n) for n in range(1, contacts + 1)],
            "companies": [thing(7, name="Shop", domain="shop.test")],
            "0-3": [thing(1, links=both, dealname="Big", amount="1234.50", dealstage="won")],
            "tickets": [thing(1, links=both, subject="Help", content="It broke"), thing(2)],
            "notes": [thing(1, links=both, hs_note_body="<p>Called</p>", hs_timestamp=AT)],
            "calls": [thing(1, links=both, hs_call_title="Hi", hs_call_direction="INBOUND")],
            "emails": [thing(1, hs_email_subject="Re", hs_email_direction="INCOMING_EMAIL")],
            "meetings": [], "tasks": [], "communications": [],
        },
        [{"id": "5", "email": "o@e.test", "archived": False, **owner},
         {"id": "6", "email": "p@e.test", "archived": True, **owner}],
    )  # fmt: skip


@pytest.fixture
def clock() -> StillClock:
    return StillClock(NOW)


@pytest.fixture
def sandbox(clock: StillClock) -> Iterator[HubspotSandbox]:
    made = portal()
    made.now = clock.epoch
    with made as served:
        yield served


@pytest.fixture
def config(sandbox: HubspotSandbox) -> dict[str, Any]:
    return {"base_url": sandbox.base_url, "token": "sandbox-token"}
