"""SuiteCRM's V8 API (JSON:API) as a `Wire`.

The API takes one record per request and lets the caller choose a new record's id: ours is a UUID
made of our key, so that a create whose answer was lost cannot happen twice.

Source: SuiteCRM 7.14 developer guide, "JSON API"; `Api/V8/Service/ModuleService.php`.
"""

import logging
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from connectors.tap_base.auth import Auth, TokenAuth
from connectors.tap_base.errors import MissingError
from connectors.tap_base.paging import Answer, Request
from connectors.target_base.http import WriteClient
from connectors.target_base.wire import (
    Change,
    Field,
    Limits,
    LostAnswerError,
    Op,
    Outcome,
    Record,
    Status,
    Wire,
    WireError,
)

NAMESPACE = uuid.UUID("6f1c2c52-53a5-5c0e-9f36-5d1c3c4b7a10")
_KINDS = {
    "phone": "phone", "url": "url", "int": "number", "decimal": "number", "currency": "number",
    "bool": "boolean", "date": "date", "datetime": "datetime", "datetimecombo": "datetime",
    "multienum": "list", "email": "email",
}  # fmt: skip


class SuiteClient(WriteClient):
    """One server, OAuth 2 client credentials."""

    headers: Mapping[str, str] = {
        "Accept": "application/vnd.api+json",
        "Content-Type": "application/vnd.api+json",
    }

    def authentication(self) -> Auth:
        """The OAuth client's own grant."""

        def form() -> Mapping[str, str]:
            names = ("client_id", "client_secret")
            given = {name: str(self.config[name]) for name in names}
            return {"grant_type": "client_credentials", **given}

        return TokenAuth(
            self.post_form,
            url=f"{self.base_url}/Api/access_token",
            form=form,
            clock=self.clock,
            how="check client_id and client_secret of target-suitecrm",
        )

    def explain(self, status: int, content: bytes) -> None:
        """Tell a record that is not there, which SuiteCRM answers with 400 as all its errors."""
        if status == 400 and b"is not found" in content:
            raise MissingError("the CRM has no such record")


class SuiteWire(Wire):
    """One module."""

    limits = Limits(20, 20, 20)

    def __init__(self, settings: Mapping[str, Any]) -> None:
        """Prepare; nothing is sent yet."""
        self.module = str(settings.get("object") or "Contacts")
        self.client = SuiteClient(settings, logging.getLogger("target-suitecrm"))

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        return self.client.requests

    def fields(self) -> dict[str, Field]:
        """The module's fields."""
        answer = self.client.ask(Request(f"Api/V8/meta/fields/{self.module}"))
        found = answer.body["data"]["attributes"] if answer else {}
        return {name: _field(name, about) for name, about in found.items()}

    def read(
        self, fields: Collection[str], *, ids: Sequence[str] = (), keys: Sequence[str] = ()
    ) -> list[Record]:
        """Ask for each record."""
        asked = dict.fromkeys(ids) | {identity(key): key for key in keys}
        return [record for one, key in asked.items() for record in self._one(one, key)]

    def _one(self, remote_id: str, key: str | None) -> Iterator[Record]:
        place = f"Api/V8/module/{self.module}"
        answer = self.client.ask(Request(f"{place}/{remote_id}", label=place))
        data = answer.body.get("data") if answer and isinstance(answer.body, Mapping) else None
        if data and str(data["attributes"].get("deleted", "0")) not in ("1", "True"):
            values = data["attributes"]
            yield Record(str(data["id"]), key, values, modified=values.get("date_modified"))

    def send(self, op: Op, changes: Sequence[Change]) -> list[Outcome]:
        """Send each row; what is not yet sent when an answer is lost is found out by reading."""
        if op is Op.MERGE:
            raise WireError("target-suitecrm: the API has no merge; set merge: false")
        outcomes: list[Outcome] = []
        for change in changes:
            try:
                outcomes.append(self._send(op, change))
            except LostAnswerError:
                outcomes.append(self._found_out(op, change))
        return outcomes

    def _send(self, op: Op, change: Change) -> Outcome:
        remote_id = change.remote_id or identity(change.key)
        if op is Op.DELETE:
            place = f"Api/V8/module/{self.module}"
            request = Request(f"{place}/{remote_id}", method="DELETE", label=place)
        else:
            data: dict[str, Any] = {"type": self.module, "id": remote_id}
            data["attributes"] = {n: "" if v is None else v for n, v in change.values.items()}
            method = "POST" if op is Op.CREATE else "PATCH"
            request = Request("Api/V8/module", method=method, json={"data": data})
        answer = self.client.write(request)
        if answer.status < 400:
            return Outcome(change, Status.DONE, remote_id)
        return Outcome(change, _status(op, answer), None, _words(answer.body))

    def _found_out(self, op: Op, change: Change) -> Outcome:
        remote_id = change.remote_id or identity(change.key)
        there = self.read(list(change.values), ids=[remote_id])
        if op is Op.DELETE:
            return Outcome(change, Status.RETRY if there else Status.DONE, remote_id)
        if op is Op.CREATE and there:
            return Outcome(change, Status.EXISTS, remote_id)
        return Outcome(change, Status.RETRY, error="no answer")


def identity(key: str) -> str:
    """The id that a record with this key gets."""
    return str(uuid.uuid5(NAMESPACE, key))


def _field(name: str, about: Mapping[str, Any]) -> Field:
    kind = "email" if name.startswith("email") else _KINDS.get(str(about.get("type")), "text")
    options = about.get("options")
    chosen = about.get("type") == "enum" and isinstance(options, Mapping)
    choices = frozenset(str(one) for one in options) if chosen and options else None
    return Field(kind, not about.get("readonly"), choices)


def _status(op: Op, answer: Answer) -> Status:
    words = _words(answer.body)
    if op is Op.CREATE and "already exist" in words:
        return Status.EXISTS
    if op is not Op.CREATE and (answer.status == 404 or "not found" in words.lower()):
        return Status.GONE
    return Status.REJECTED


def _words(body: Any) -> str:
    errors = body.get("errors") if isinstance(body, Mapping) else None
    first = errors[0] if isinstance(errors, list) and errors else errors
    if isinstance(first, Mapping):
        return str(first.get("detail") or first.get("title") or "refused")
    return "refused without a word"


def connect(settings: Mapping[str, Any]) -> SuiteWire:
    """Open a wire: `base_url`, `client_id`, `client_secret`, `object`."""
    return SuiteWire(settings)
