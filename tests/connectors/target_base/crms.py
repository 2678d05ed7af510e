"""The CRMs that tests write to: each vendor's sandbox behind one description."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.target_base.sandbox import Book, CrmSandbox, Trouble
from connectors.target_base.wire import Wire
from connectors.target_dynamics import sandbox as dynamics
from connectors.target_dynamics.wire import connect as dynamics_wire
from connectors.target_hubspot import sandbox as hubspot
from connectors.target_hubspot.wire import connect as hubspot_wire
from connectors.target_salesforce import sandbox as salesforce
from connectors.target_salesforce.wire import connect as salesforce_wire
from connectors.target_suitecrm import sandbox as suitecrm
from connectors.target_suitecrm.wire import connect as suitecrm_wire


@dataclass(frozen=True)
class Crm:
    """One vendor: its sandbox, its wire, and what it calls things."""

    name: str
    sandbox: Callable[[Trouble | None], Any]
    connect: Callable[[Mapping[str, Any]], Wire]
    first: str
    email: str
    city: str
    read_only: str
    choice: str | None
    settings: Mapping[str, Any]

    def wire(self, running: CrmSandbox, **more: Any) -> Wire:
        """A wire to the running sandbox."""
        made = {"base_url": running.base_url, "timeout_seconds": 1.0, **self.settings, **more}
        if "token_url" in made:
            made["token_url"] = f"{running.base_url}/token"
        return self.connect(made)

    def values(self, number: int, city: str = "Paris") -> dict[str, Any]:
        """A contact's values."""
        email = f"n{number}@example.org"
        return {self.first: f"Name {number}", self.email: email, self.city: city}


_APP = {"client_id": "app", "client_secret": "s"}
CRMS = [
    Crm("hubspot", hubspot.HubspotSandbox, hubspot_wire, "firstname", "email", "city",
        "hs_lead_score", "lifecyclestage", {"token": "sandbox-token"}),
    Crm("salesforce", salesforce.SalesforceSandbox, salesforce_wire, "FirstName", "Email",
        "MailingCity", "CreatedById", "LeadSource", _APP),
    Crm("suitecrm", suitecrm.SuiteSandbox, suitecrm_wire, "first_name", "email1",
        "primary_address_city", "created_by", "lead_source", _APP),
    Crm("dynamics", dynamics.DynamicsSandbox, dynamics_wire, "firstname", "emailaddress1",
        "address1_city", "createdby", None, {**_APP, "token_url": "x"}),
]  # fmt: skip


def book(running: Any) -> Book:
    """The contacts of a sandbox."""
    found: Book = running.contacts
    return found
