"""HubSpot as a `Wire`: CRM v3 batch endpoints, 100 records per request.

Creates go through `batch/upsert` by a unique property (`idProperty`), so that a request whose
answer was lost can be sent again. A batch with one value that HubSpot does not take is refused
whole (400); a batch that succeeds in part answers 207 and names the ids.

Source: HubSpot's OpenAPI files "CRM Contacts v3" (spec 424), as held to in the tests.
"""

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from connectors.tap_base.auth import Auth, bearer
from connectors.tap_base.paging import Answer, Request
from connectors.target_base.http import WriteClient
from connectors.target_base.values import canonical
from connectors.target_base.wire import (
    BatchRejectedError,
    Change,
    Field,
    Limits,
    Op,
    Outcome,
    Record,
    Status,
    Wire,
    WireError,
)

_KINDS = {
    "number": "number",
    "bool": "boolean",
    "date": "date",
    "datetime": "datetime",
    "phone_number": "phone",
}
_PASSING = {"RATE_LIMITS", "INTERNAL_ERROR", "SERVICE_UNAVAILABLE"}


class HubspotClient(WriteClient):
    """HubSpot's host, a private app's token, 190 requests per ten seconds."""

    default_base_url = "https://api.hubapi.com"
    pace = (190, 10.0)

    def authentication(self) -> Auth:
        """The private app's token."""
        return bearer(str(self.config["token"]), how="check the private app's token and its scopes")


class HubspotWire(Wire):
    """One CRM object."""

    key_field: str
    limits = Limits(100, 100, 100)
    can_merge = True

    def __init__(self, settings: Mapping[str, Any]) -> None:
        """Prepare; nothing is sent yet."""
        self.object = str(settings.get("object") or "contacts")
        self.key_field = str(settings.get("key") or "tessera_id")
        self.client = HubspotClient(settings, logging.getLogger("target-hubspot"))
        self._base = f"crm/v3/objects/{self.object}"

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        return self.client.requests

    @property
    def quota_left(self) -> int | None:
        """Calls left in the present window."""
        return self.client.quota_left

    def fields(self) -> dict[str, Field]:
        """The object's properties."""
        answer = self.client.ask(Request(f"crm/v3/properties/{self.object}"))
        return {one["name"]: _field(one) for one in answer.body["results"]} if answer else {}

    def read(
        self, fields: Collection[str], *, ids: Sequence[str] = (), keys: Sequence[str] = ()
    ) -> list[Record]:
        """Read a batch; a merged contact answers under the survivor's id."""
        wanted = list(ids or keys)
        if not wanted:
            return []
        properties = sorted({*fields, self.key_field, "hs_merged_object_ids"})
        body: dict[str, Any] = {
            "inputs": [{"id": one} for one in wanted],
            "properties": properties,
            "propertiesWithHistory": [],
        }
        if keys:
            body["idProperty"] = self.key_field
        answer = self.client.ask(Request(f"{self._base}/batch/read", method="POST", json=body))
        found = answer.body.get("results", []) if answer else []
        mine = {canonical(key, "code"): key for key in keys}
        return [record for one in found for record in self._records(one, set(ids), mine)]

    def _records(
        self, one: Mapping[str, Any], asked: set[str], mine: Mapping[str | None, str]
    ) -> Iterable[Record]:
        values, remote_id = one["properties"], str(one["id"])
        spelled = values.get(self.key_field)
        key = mine.get(canonical(spelled, "code"), spelled)
        merged = str(values.get("hs_merged_object_ids") or "").split(";")
        moved = [other for other in merged if other in asked]
        for asked_id in [*moved, *([remote_id] if remote_id in asked or not asked else [])]:
            old = asked_id if asked_id != remote_id else None
            yield Record(
                remote_id, key, values, one.get("updatedAt"), old, modified=one.get("updatedAt")
            )

    def send(self, op: Op, changes: Sequence[Change]) -> list[Outcome]:
        """Send one batch."""
        if op is Op.MERGE:
            return [self._merge(change) for change in changes]
        if op is Op.CREATE:
            inputs = [
                {"id": c.key, "idProperty": self.key_field, "properties": self._sent(c)}
                for c in changes
            ]
            return self._outcomes(changes, self._post("upsert", inputs))
        if op is Op.UPDATE:
            inputs = [{"id": str(c.remote_id), "properties": self._sent(c)} for c in changes]
            return self._outcomes(changes, self._post("update", inputs))
        self._post("archive", [{"id": c.remote_id} for c in changes])
        return [Outcome(c, Status.DONE, c.remote_id) for c in changes]

    def _post(self, call: str, inputs: list[dict[str, Any]]) -> Answer:
        request = Request(f"{self._base}/batch/{call}", method="POST", json={"inputs": inputs})
        answer = self.client.write(request)
        if answer.status >= 400:
            raise BatchRejectedError(_words(answer.body))
        return answer

    def _outcomes(self, changes: Sequence[Change], answer: Answer) -> list[Outcome]:
        body = answer.body or {}
        trace = str(answer.headers.get("x-hubspot-correlation-id", ""))
        by_id = {str(one["id"]): one for one in body.get("results", [])}
        by_key = {
            canonical(one["properties"].get(self.key_field), "code"): one
            for one in body.get("results", [])
        }
        errors = {
            canonical(one, "code"): error
            for error in body.get("errors", [])
            for one in _named(error)
        }
        outcomes = []
        for change in changes:
            done = by_id.get(str(change.remote_id)) or by_key.get(canonical(change.key, "code"))
            if done:
                stamp = done.get("updatedAt")
                outcome = Outcome(change, Status.DONE, str(done["id"]), "", trace, stamp)
            else:
                error = errors.get(canonical(change.remote_id or change.key, "code"))
                outcome = Outcome(change, _status(error), None, _words(error), trace)
            outcomes.append(outcome)
        return outcomes

    def _merge(self, change: Change) -> Outcome:
        body = {"primaryObjectId": change.into, "objectIdToMerge": change.remote_id}
        answer = self.client.write(Request(f"{self._base}/merge", method="POST", json=body))
        if answer.status >= 400:
            return Outcome(change, Status.REJECTED, error=_words(answer.body))
        return Outcome(change, Status.DONE, str(answer.body["id"]))

    def _sent(self, change: Change) -> dict[str, str]:
        return {name: spelled(value) for name, value in change.values.items()}


def spelled(value: Any) -> str:
    """Return a value as HubSpot takes it: everything is text, empty text clears."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, tuple)):
        return ";".join(str(part) for part in value)
    if isinstance(value, datetime):
        return value.isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


def _field(one: Mapping[str, Any]) -> Field:
    options = one.get("options") or []
    chosen = one.get("type") == "enumeration" and options
    many = one.get("fieldType") == "checkbox"
    kind = "list" if many else _KINDS.get(str(one.get("type")), "text")
    if one["name"] == "email":
        kind = "email"
    if one.get("fieldType") == "phonenumber":
        kind = "phone"
    meta = one.get("modificationMetadata") or {}
    return Field(
        kind,
        writable=not (meta.get("readOnlyValue") or one.get("calculated")),
        choices=frozenset(str(option["value"]) for option in options) if chosen else None,
    )


def _named(error: Mapping[str, Any]) -> list[str]:
    context = error.get("context") or {}
    return [str(one) for name in ("ids", "id") for one in context.get(name) or []]


def _status(error: Mapping[str, Any] | None) -> Status:
    if error is None:
        return Status.RETRY  # neither done nor refused: ask again
    category = str(error.get("category"))
    if category in _PASSING:
        return Status.RETRY
    return Status.GONE if category == "OBJECT_NOT_FOUND" else Status.REJECTED


def _words(error: Any) -> str:
    if not isinstance(error, Mapping):
        return "refused without a word"
    return str(error.get("message") or error.get("category") or "refused without a word")


def connect(settings: Mapping[str, Any]) -> HubspotWire:
    """Open a wire: `token`, `base_url`, `object`, `key`.

    Raises:
        WireError: The token is missing.
    """
    if not settings.get("token"):
        raise WireError("target-hubspot: no token; set token: ${HUBSPOT_TOKEN}")
    return HubspotWire(settings)
