"""Dataverse as a `Wire`: `$batch` of PATCHes, compare-and-set by ETag.

Creates are upserts by an alternate key; updates carry the ETag that was read, so that a person's
edit between our reading and writing answers 412 for that row alone.

Source: Dataverse Web API v9.2 documentation.
"""

import logging
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from connectors.tap_base.auth import Auth, TokenAuth
from connectors.tap_base.paging import Request
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
)
from connectors.target_dynamics import batch

ROOT = "api/data/v9.2"
_KINDS = {
    "Integer": "number", "BigInt": "number", "Decimal": "number", "Double": "number",
    "Money": "number", "Boolean": "boolean", "DateTime": "datetime", "Picklist": "number",
}  # fmt: skip
_SETS = {"contact": "contacts", "account": "accounts", "task": "tasks", "incident": "incidents"}
_PASSING = {408, 429, 500, 502, 503, 504}


class DynamicsClient(WriteClient):
    """One environment."""

    headers: Mapping[str, str] = {
        "Accept": "application/json",
        "OData-Version": "4.0",
        "OData-MaxVersion": "4.0",
    }

    def authentication(self) -> Auth:
        """The application's own grant."""

        def form() -> Mapping[str, str]:
            names = ("client_id", "client_secret")
            given = {name: str(self.config[name]) for name in names}
            scope = f"{self.base_url}/.default"
            return {"grant_type": "client_credentials", "scope": scope, **given}

        return TokenAuth(
            self.post_form,
            url=str(self.config["token_url"]),
            form=form,
            clock=self.clock,
            how="check the app registration and its security role in the environment",
        )

    def decode(self, content: bytes, headers: Mapping[str, str]) -> Any:
        """JSON, or the answers of a batch."""
        kind = headers.get("content-type", "")
        return (
            batch.read(kind, content) if "multipart" in kind else super().decode(content, headers)
        )


class DynamicsWire(Wire):
    """One table of one environment."""

    key_field: str
    limits = Limits(write=500, read=100, delete=500)
    compare_and_set = True

    def __init__(self, settings: Mapping[str, Any]) -> None:
        """Prepare; nothing is sent yet."""
        self.table = str(settings.get("table") or "contact")
        self.object = str(settings.get("object") or _SETS.get(self.table, f"{self.table}s"))
        self.key_field = str(settings.get("key") or "tessera_id")
        self.can_merge = self.table in {"contact", "account", "incident", "lead"}
        self._id = "activityid" if self.table == "task" else f"{self.table}id"
        self.client = DynamicsClient(settings, logging.getLogger("target-dynamics"))

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        return self.client.requests

    def fields(self) -> dict[str, Field]:
        """The table's columns."""
        path = f"{ROOT}/EntityDefinitions(LogicalName='{self.table}')/Attributes"
        select = "LogicalName,AttributeType,IsValidForUpdate"
        answer = self.client.ask(Request(path, {"$select": select}))
        return {
            one["LogicalName"]: Field(
                _kind(one["LogicalName"], str(one.get("AttributeType"))),
                writable=bool(one.get("IsValidForUpdate", True)),
            )
            for one in (answer.body["value"] if answer else [])
        }

    def read(
        self, fields: Collection[str], *, ids: Sequence[str] = (), keys: Sequence[str] = ()
    ) -> list[Record]:
        """Read by the `In` function; a merged row leads to its master."""
        if not ids and not keys:
            return []
        mine = {canonical(key, "code"): key for key in keys}
        mergeable = ["merged", "_masterid_value"] if self.can_merge else []
        names = {*fields, self._id, self.key_field, "modifiedon", "statecode", *mergeable}
        rows = self._among(sorted(names), self._id if ids else self.key_field, list(ids or keys))
        moved = {
            row["_masterid_value"]: row[self._id]
            for row in rows
            if row.get("merged") and row.get("_masterid_value")
        }
        records = [self._record(row, mine) for row in rows if not row.get("statecode")]
        if moved:
            for row in self._among(sorted(names), self._id, list(moved)):
                records.append(self._record(row, mine, moved[row[self._id]]))
        return records

    def _among(self, names: list[str], name: str, values: list[str]) -> list[Mapping[str, Any]]:
        listed = ",".join("'" + value.replace("'", "''") + "'" for value in values)
        where = f"Microsoft.Dynamics.CRM.In(PropertyName='{name}',PropertyValues=[{listed}])"
        params = {"$select": ",".join(names), "$filter": where}
        answer = self.client.ask(Request(f"{ROOT}/{self.object}", params))
        return list(answer.body["value"]) if answer else []

    def _record(
        self, row: Mapping[str, Any], mine: Mapping[str | None, str], asked: str | None = None
    ) -> Record:
        spelled = row.get(self.key_field)
        key = mine.get(canonical(spelled, "code"), spelled)
        stamp = row.get("@odata.etag")
        return Record(str(row[self._id]), key, row, stamp, asked, row.get("modifiedon"))

    def send(self, op: Op, changes: Sequence[Change]) -> list[Outcome]:
        """Send one batch; each operation stands for itself."""
        operations = [self._operation(op, change) for change in changes]
        kind, body = batch.written(f"{self.client.base_url}/{ROOT}", operations)
        headers = {"Content-Type": kind, "Prefer": "odata.continue-on-error"}
        request = Request(f"{ROOT}/$batch", method="POST", headers=headers)
        answer = self.client.write(request, body)
        if answer.status >= 400 or not isinstance(answer.body, list):
            raise BatchRejectedError(f"the batch was refused with {answer.status}")
        trace = str(answer.headers.get("x-ms-service-request-id", ""))
        results = [*answer.body, *[None] * (len(changes) - len(answer.body))]
        return [_outcome(c, r, trace) for c, r in zip(changes, results, strict=False)]

    def _operation(self, op: Op, change: Change) -> batch.Operation:
        row = f"{self.object}({change.remote_id})"
        stamped = {"If-Match": change.stamp or "*"}
        if op is Op.CREATE:
            key = change.key.replace("'", "''")
            return batch.Operation(
                "PATCH", f"{self.object}({self.key_field}='{key}')", change.values
            )
        if op is Op.UPDATE:
            return batch.Operation("PATCH", row, change.values, stamped)
        if op is Op.DELETE:
            return batch.Operation("DELETE", row, headers=stamped)
        kind = {"@odata.type": f"Microsoft.Dynamics.CRM.{self.table}"}
        body = {
            "Target": {**kind, self._id: change.into},
            "Subordinate": {**kind, self._id: change.remote_id},
            "PerformParentingChecks": False,
        }
        return batch.Operation("POST", "Merge", body)


def _kind(name: str, kind: str) -> str:
    if name.startswith("emailaddress"):
        return "email"
    if name.startswith(("telephone", "mobilephone")):
        return "phone"
    return "url" if name == "websiteurl" else _KINDS.get(kind, "text")


def _outcome(change: Change, result: batch.Result | None, trace: str) -> Outcome:
    if result is None or result.status in _PASSING:
        return Outcome(change, Status.RETRY, request_id=trace, error="not processed")
    if result.status < 400:
        found = re.search(r"\(([^)]+)\)\s*$", result.headers.get("odata-entityid", ""))
        remote_id = found[1] if found else change.into or change.remote_id
        return Outcome(
            change, Status.DONE, remote_id, request_id=trace, stamp=result.headers.get("etag")
        )
    about = (result.body or {}).get("error", {}) if isinstance(result.body, Mapping) else {}
    words = str(about.get("message") or f"refused with {result.status}")
    status = {404: Status.GONE, 412: Status.MOVED}.get(result.status, Status.REJECTED)
    if change.op is Op.CREATE and status is Status.GONE:
        status = Status.REJECTED
    return Outcome(change, status, None, words, trace)


def connect(settings: Mapping[str, Any]) -> DynamicsWire:
    """Open a wire: `base_url`, `token_url`, `client_id`, `client_secret`, `table`, `key`."""
    return DynamicsWire(settings)
