"""What is read from HubSpot: searches for what changed, lists for what was archived."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from connectors.tap_base.feed import Along, Feed
from connectors.tap_base.http_stream import HttpStream
from connectors.tap_base.paging import Answer, Cursor, Request, dig
from connectors.tap_hubspot.client import SEARCH, HubspotClient
from connectors.tap_hubspot.paging import Windows

OBJECTS = "/crm/v3/objects"
LINKS = {"contacts": "contact_ids", "companies": "company_ids"}
OWN = {"id", "type", "created_at", "updated_at", "custom", *LINKS.values()}
"""Fields of a record that are no property of HubSpot's."""


class ObjectStream(HttpStream[HubspotClient]):
    """Objects of one type; their search index is eventually consistent, hence the look-back."""

    replication_key = "updated_at"
    records = "results"
    paging = Windows()
    type: ClassVar[str]
    modified: ClassVar[str] = "hs_lastmodifieddate"
    linked: ClassVar[Sequence[str]] = tuple(LINKS)
    """Types whose ids a record carries; searches do not tell them."""

    def properties(self, type_: str) -> Sequence[str]:
        """Names of the properties to ask for: the declared ones and the portal's own."""
        declared = [n for n in self.schema["properties"] if n not in OWN and n[0] != "_"]
        return [*declared, *self._custom()]

    def _custom(self) -> Sequence[str]:
        return list(self.config.get("properties", {}).get(self.name, ()))

    def types(self) -> Iterable[str]:
        """Types of object that make up the stream."""
        yield self.type

    def feeds(self) -> Iterable[Feed]:  # noqa: D102
        for type_ in self.types():
            asked, context = self.properties(type_), {"type": type_}
            search = {"properties": asked}
            params = {"modified": self.modified}
            path = f"{OBJECTS}/{type_}"
            yield Feed(
                f"{path}{SEARCH}", params, type_, method="POST", json=search, context=context
            )
            archived = {"archived": "true", "properties": ",".join(asked)}
            yield Feed(path, archived, f"{type_} archived", context=context)

    def since(self, moment: datetime) -> Mapping[str, Any]:  # noqa: D102
        return {"since": str(int(moment.timestamp() * 1000))}

    def rows(self, answer: Answer, feed: Feed) -> Sequence[Any]:
        """Add what a search leaves out: the records that these belong to."""
        found: list[dict[str, Any]] = [*super().rows(answer, feed)]
        ids = [{"id": row["id"]} for row in found]
        for to in self.linked if ids and feed.method == "POST" else ():
            path = f"/crm/v4/associations/{feed.context['type']}/{to}/batch/read"
            told = self.client.send(Request(path, method="POST", json={"inputs": ids}))
            links = {
                str(dig(one, "from.id")): [str(end["toObjectId"]) for end in one.get("to", ())]
                for one in told.body.get("results", ())
            }
            for row in found:
                row[LINKS[to]] = sorted(links.get(row["id"], ()))
        return found

    def row(self, row: Any, feed: Feed) -> Mapping[str, Any]:
        """Lift the properties; empty text is what HubSpot has for nothing."""
        values = {name: value or None for name, value in row["properties"].items()}
        made = {name: values.get(name) for name in self.properties("") if name in values}
        custom = {name: made.pop(name, None) for name in self._custom()}
        made |= {"id": row["id"], "created_at": row.get("createdAt"), "custom": custom or None}
        made["updated_at"] = values.get(self.modified) or row.get("updatedAt")
        made |= {name: row[name] for name in LINKS.values() if name in row}
        if row.get("archived"):
            made["updated_at"] = made["_sdc_deleted_at"] = row["archivedAt"]
        return made

    def along(self, row: Any, feed: Feed) -> Iterable[Along]:
        """Name the records that were merged into this one: they are gone."""
        merged = str(row["properties"].get("hs_merged_object_ids") or "")
        for gone in {part.strip() for part in merged.split(";")} - {"", row["id"]}:
            moved = {"archived": True, "archivedAt": row["updatedAt"], "properties": {}}
            yield self.name, {"id": gone, **moved}


class Contacts(ObjectStream):
    """People."""

    name = type = "contacts"
    modified = "lastmodifieddate"
    linked = ()


class Companies(ObjectStream):
    """Organisations."""

    name = type = "companies"
    linked = ()


class Deals(ObjectStream):
    """Possible sales."""

    name, type = "deals", "0-3"


class Tickets(ObjectStream):
    """What customers asked for help with."""

    name = type = "tickets"


class Notes(ObjectStream):
    """Notes on records."""

    name = type = "notes"


class Engagements(ObjectStream):
    """Calls, e-mails, meetings, tasks and messages with customers."""

    name = "engagements"
    primary_keys = ("type", "id")
    fields: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "calls": {"title": "hs_call_title", "body": "hs_call_body",
                  "direction": "hs_call_direction", "status": "hs_call_status"},
        "emails": {"title": "hs_email_subject", "body": "hs_email_text",
                   "direction": "hs_email_direction", "status": "hs_email_status"},
        "meetings": {"title": "hs_meeting_title", "body": "hs_meeting_body",
                     "status": "hs_meeting_outcome"},
        "tasks": {"title": "hs_task_subject", "body": "hs_task_body", "status": "hs_task_status"},
        "communications": {"body": "hs_communication_body",
                           "channel": "hs_communication_channel_type"},
    }  # fmt: skip
    """Record's field -> property, by type of object."""
    shared: ClassVar[Sequence[str]] = ("hs_timestamp", "hubspot_owner_id", "hs_lastmodifieddate")

    def types(self) -> Iterable[str]:  # noqa: D102
        yield from self.config.get("engagement_types", self.fields)

    def properties(self, type_: str) -> Sequence[str]:  # noqa: D102
        return [*self.fields.get(type_, {}).values(), *self.shared, *self._custom()]

    def row(self, row: Any, feed: Feed) -> Mapping[str, Any]:  # noqa: D102
        type_ = feed.context["type"]
        lifted = {n: row["properties"].get(at) or None for n, at in self.fields[type_].items()}
        return {**super().row(row, feed), **lifted, "type": type_}


class Owners(HttpStream[HubspotClient]):
    """The portal's own people, those who left included."""

    name = "owners"
    records = "results"
    paging = Cursor("after", "paging.next.after", size={"limit": 100})

    def feeds(self) -> Iterable[Feed]:  # noqa: D102
        for archived in ("false", "true"):
            yield Feed("/crm/v3/owners", {"archived": archived}, archived)

    def row(self, row: Any, feed: Feed) -> Mapping[str, Any]:  # noqa: D102
        names = {"first_name": "firstName", "last_name": "lastName", "user_id": "userId",
                 "created_at": "createdAt", "updated_at": "updatedAt"}  # fmt: skip
        made = {ours: row.get(theirs) for ours, theirs in names.items()}
        gone = row["updatedAt"] if row.get("archived") else None
        return {**made, "id": row["id"], "email": row.get("email"), "_sdc_deleted_at": gone}
