"""Salesforce as a `Wire`: sObject collections (200 per request) for few rows, Bulk 2.0 for many.

Creates are upserts by an external id field, which the org keeps unique; updates go by record id.
"""

import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from connectors.target_base.values import canonical
from connectors.target_base.wire import (
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
from connectors.target_salesforce.bulk import BulkJob
from connectors.target_salesforce.client import SalesforceClient

_COLLECTION = 200
_KINDS = {
    "email": "email", "phone": "phone", "url": "url", "boolean": "boolean", "int": "number",
    "double": "number", "currency": "number", "percent": "number", "date": "date",
    "datetime": "datetime", "multipicklist": "list", "id": "text", "reference": "text",
}  # fmt: skip
_PASSING = {"UNABLE_TO_LOCK_ROW", "REQUEST_RUNNING_TOO_LONG", "SERVER_UNAVAILABLE"}
_GONE = {"ENTITY_IS_DELETED", "INVALID_CROSS_REFERENCE_KEY", "NOT_FOUND"}


class SalesforceWire(Wire):
    """One object of one org."""

    key_field: str
    limits = Limits(write=10_000, read=200, delete=_COLLECTION)

    def __init__(self, settings: Mapping[str, Any]) -> None:
        """Prepare; nothing is sent yet."""
        self.object = str(settings.get("object") or "Contact")
        self.key_field = str(settings.get("key") or "Tessera_Id__c")
        self._bulk_from = int(settings.get("bulk_from", 2000))
        self.client = SalesforceClient(settings, logging.getLogger("target-salesforce"))

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        return self.client.requests

    @property
    def quota_left(self) -> int | None:
        """Calls left in the org's 24 hours."""
        return self.client.quota_left

    def fields(self) -> dict[str, Field]:
        """What the org's describe says."""
        answer = self.client.question(f"sobjects/{self.object}/describe") or {}
        return {one["name"]: _field(one) for one in answer.get("fields", [])}

    def read(
        self, fields: Collection[str], *, ids: Sequence[str] = (), keys: Sequence[str] = ()
    ) -> list[Record]:
        """Read by SOQL; of records that are missing, ask the recycle bin what they merged into."""
        names = sorted({*fields, self.key_field, "Id", "LastModifiedDate"} - {"attributes"})
        mine = {canonical(key, "code"): key for key in keys}
        where = _among("Id", ids) if ids else _among(self.key_field, keys)
        if not (ids or keys):
            return []
        records = [self._record(row, mine) for row in self._query("query", names, where)]
        missing = {_long(one): one for one in ids} if ids else {}
        for record in records:
            missing.pop(_long(record.remote_id), None)
        if not missing:
            return records
        bin_ = self._query(
            "queryAll", ["Id", "MasterRecordId"], _among("Id", list(missing.values()))
        )
        moved = {
            row["MasterRecordId"]: missing[_long(row["Id"])]
            for row in bin_
            if row.get("MasterRecordId") and _long(row["Id"]) in missing
        }
        if moved:
            for row in self._query("query", names, _among("Id", list(moved))):
                records.append(self._record(row, mine, moved[row["Id"]]))
        return records

    def _query(self, call: str, names: Sequence[str], where: str) -> Iterator[Mapping[str, Any]]:
        soql = f"SELECT {', '.join(names)} FROM {self.object} WHERE {where}"
        answer = self.client.question(call, q=soql) or {}
        while True:
            yield from answer.get("records", [])
            if answer.get("done", True):
                return
            path = str(answer["nextRecordsUrl"]).partition("/query")[2]
            answer = self.client.question(f"query{path}") or {}

    def _record(
        self, row: Mapping[str, Any], mine: Mapping[str | None, str], asked: str | None = None
    ) -> Record:
        spelled = row.get(self.key_field)
        key = mine.get(canonical(spelled, "code"), spelled)
        stamp = row.get("LastModifiedDate")
        return Record(str(row["Id"]), key, row, stamp, asked_id=asked, modified=stamp)

    def send(self, op: Op, changes: Sequence[Change]) -> list[Outcome]:
        """Send: collections or a job, by how many."""
        if op is Op.MERGE:
            raise WireError("target-salesforce: the REST API has no merge; set merge: false")
        if op is Op.DELETE:
            return self._delete(changes)
        if len(changes) >= self._bulk_from:
            return self._bulk(op, changes)
        outcomes: list[Outcome] = []
        for start in range(0, len(changes), _COLLECTION):
            outcomes += self._collection(op, changes[start : start + _COLLECTION])
        return outcomes

    def _collection(self, op: Op, changes: Sequence[Change]) -> list[Outcome]:
        path = "composite/sobjects"
        name, path = ("id", path) if op is Op.UPDATE else (
            self.key_field, f"{path}/{self.object}/{self.key_field}"
        )  # fmt: skip
        records = [
            {"attributes": {"type": self.object}, name: _named(op, change), **_sent(change)}
            for change in changes
        ]
        answer = self.client.command("PATCH", path, {"allOrNone": False, "records": records})
        return [_outcome(change, result) for change, result in zip(changes, answer, strict=True)]

    def _delete(self, changes: Sequence[Change]) -> list[Outcome]:
        ids = ",".join(str(change.remote_id) for change in changes)
        answer = self.client.command("DELETE", "composite/sobjects", ids=ids, allOrNone="false")
        return [_outcome(change, result) for change, result in zip(changes, answer, strict=True)]

    def _bulk(self, op: Op, changes: Sequence[Change]) -> list[Outcome]:
        key = "Id" if op is Op.UPDATE else self.key_field
        rows = [{key: _named(op, change), **_sent(change)} for change in changes]
        job = BulkJob(self.client, self.object)
        done, refused = job.run("update" if op is Op.UPDATE else "upsert", key, rows)
        outcomes = []
        for change in changes:
            name = str(_named(op, change))
            if name in done:
                outcomes.append(Outcome(change, Status.DONE, done[name]))
            elif name in refused:
                code, _, words = refused[name].partition(":")
                outcomes.append(_refused(change, code, words))
            else:
                outcomes.append(Outcome(change, Status.RETRY, error="not processed"))
        return outcomes


def _named(op: Op, change: Change) -> str:
    return str(change.remote_id) if op is Op.UPDATE else change.key


def _sent(change: Change) -> dict[str, Any]:
    return {
        name: ";".join(map(str, value)) if isinstance(value, (list, tuple)) else value
        for name, value in change.values.items()
    }


def _outcome(change: Change, result: Mapping[str, Any]) -> Outcome:
    if result.get("success"):
        return Outcome(change, Status.DONE, str(result.get("id") or change.remote_id))
    first = (result.get("errors") or [{}])[0]
    return _refused(change, str(first.get("statusCode", "")), str(first.get("message", "")))


def _refused(change: Change, code: str, words: str) -> Outcome:
    status = Status.REJECTED
    if code in _PASSING:
        status = Status.RETRY
    elif code in _GONE and change.op is not Op.CREATE:
        status = Status.GONE
    return Outcome(change, status, error=f"{code}: {words}".strip(": "))


def _field(one: Mapping[str, Any]) -> Field:
    listed = {str(v["value"]) for v in one.get("picklistValues") or () if v.get("active", True)}
    writable = bool(one.get("updateable") or one.get("createable"))
    choices = frozenset(listed) if listed and one.get("restrictedPicklist") else None
    return Field(_KINDS.get(str(one.get("type")), "text"), writable, choices)


def _among(name: str, values: Sequence[str]) -> str:
    quoted = ", ".join("'" + v.replace("\\", "\\\\").replace("'", "\\'") + "'" for v in values)
    return f"{name} IN ({quoted})"


def _long(remote_id: str) -> str:
    return remote_id[:15]  # the last three of eighteen are a checksum


def connect(settings: Mapping[str, Any]) -> SalesforceWire:
    """Open a wire: `base_url`, credentials, `object`, `key`."""
    return SalesforceWire(settings)
