"""What is read from Odoo: records in the order of their ids, those changed since the bookmark."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, ClassVar

from connectors.tap_base.census import CountedStream
from connectors.tap_base.errors import MissingError
from connectors.tap_base.feed import Feed
from connectors.tap_base.paging import Answer, Paging, Request
from connectors.tap_odoo.client import OdooClient

PAGE = 1000
Domain = list[Any]


@dataclass(frozen=True)
class Beyond(Paging):
    """The next page are records with ids beyond the last one: nothing moves between pages.

    A page may be short before the end: Odoo hides messages from us after it has cut the page.
    """

    def first(self, request: Request) -> Request:
        """Move the condition `since` gave from the parameters into the call."""
        more = list(request.params.get("domain", ()))
        return _where(replace(request, params={}), [*request.json["args"][0], *more])

    def next(self, answer: Answer, rows: Sequence[Any]) -> Request | None:  # noqa: D102
        if not rows:
            return None
        held = [clause for clause in answer.request.json["args"][0] if clause[0] != "id"]
        return _where(answer.request, [*held, ["id", ">", rows[-1]["id"]]])


def _where(request: Request, domain: Domain) -> Request:
    return replace(request, json={**request.json, "args": [domain]})


class OdooStream(CountedStream[OdooClient]):
    """The records of one model: those of the fields we know that this server has."""

    model: ClassVar[str]
    fields: ClassVar[Sequence[str]]
    only: ClassVar[Domain] = []
    replication_key = "write_date"
    records = "result"
    paging = Beyond()

    @cached_property
    def kinds(self) -> Mapping[str, str]:
        """Types of the fields by name; none where the model's module is not installed."""
        try:
            wanted = [*self.fields, "create_date", "write_date"]
            found = self.client.ask(self.model, "fields_get", wanted, attributes=["type"])
        except MissingError:
            self.client.notices.warn(f"{self.name}: Odoo has no {self.model} installed")
            return {}
        return {name: about["type"] for name, about in found.items()}

    def feeds(self) -> Iterable[Feed]:  # noqa: D102
        if self.kinds:
            asked = {"fields": list(self.kinds), "order": "id", "limit": PAGE}
            call = self.client.request(self.model, "search_read", self.only, **asked)
            yield Feed(call.path, method=call.method, json=call.json, label=call.label)

    def since(self, moment: datetime) -> Mapping[str, Any]:  # noqa: D102
        text = moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
        return {"domain": [["write_date", ">=", text]]}

    def row(self, row: Any, feed: Feed) -> Mapping[str, Any]:
        """Tell false from empty; a link to another record gives its id and its name."""
        made: dict[str, Any] = {"id": row["id"]}
        for name, kind in self.kinds.items():
            value = row.get(name)
            if kind == "many2one":
                link = name.removesuffix("_id")
                key, text = value or (None, None)
                made |= {f"{link}_id": None if key is None else str(key), link: text}
            elif kind == "many2many":
                made[name] = [str(key) for key in value or ()]
            else:
                made[name] = None if value is False and kind != "boolean" else value
        return made

    def count(self, up_to: int) -> int:  # noqa: D102
        if not self.kinds:
            return 0
        domain = [*self.only, ["id", "<=", up_to]]
        return int(self.client.ask(self.model, "search_count", domain))

    def ids(self, up_to: int) -> Iterable[int]:  # noqa: D102
        after = 0
        while True:
            between = [*self.only, ["id", ">", after], ["id", "<=", up_to]]
            asked = {"order": "id", "limit": 10_000}
            if not (found := self.client.ask(self.model, "search", between, **asked)):
                return
            yield from found
            after = found[-1]


class Partners(OdooStream):
    """People and organisations, archived ones too."""

    name = "partners"
    model = "res.partner"
    fields = (
        "name", "is_company", "parent_id", "commercial_company_name", "company_name", "type",
        "active", "email", "email_normalized", "phone", "mobile", "website", "function", "title",
        "street", "street2", "zip", "city", "state_id", "country_id", "lang", "vat", "ref",
        "comment", "category_id", "user_id", "partner_share", "is_blacklisted",
        "phone_blacklisted", "opt_out",
    )  # fmt: skip


class Leads(OdooStream):
    """Leads and opportunities."""

    name = "leads"
    model = "crm.lead"
    fields = (
        "name", "type", "active", "partner_id", "contact_name", "partner_name", "email_from",
        "email_normalized", "phone", "mobile", "website", "function", "street", "street2", "zip",
        "city", "state_id", "country_id", "description", "expected_revenue", "planned_revenue",
        "company_currency", "probability", "stage_id", "lost_reason", "lost_reason_id",
        "date_closed", "date_deadline", "user_id", "team_id", "source_id", "medium_id",
        "campaign_id", "is_blacklisted", "opt_out",
    )  # fmt: skip


class Messages(OdooStream):
    """What people wrote on any record; what Odoo itself noted there is left out."""

    name = "messages"
    model = "mail.message"
    only: ClassVar[Domain] = [["message_type", "not in", ["notification", "user_notification"]]]
    fields = (
        "date", "subject", "body", "message_type", "subtype_id", "is_internal", "model", "res_id",
        "record_name", "parent_id", "author_id", "email_from", "partner_ids", "message_id",
    )  # fmt: skip


class Orders(OdooStream):
    """Quotations and sales orders, where the sales module is installed."""

    name = "orders"
    model = "sale.order"
    fields = (
        "name", "state", "partner_id", "date_order", "amount_untaxed", "amount_total",
        "currency_id", "opportunity_id", "client_order_ref", "user_id", "invoice_status",
    )  # fmt: skip
