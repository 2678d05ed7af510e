"""Tryton as a `Wire`: a thousand records per request, each with values of its own.

`write` takes pairs of records and values; a request is one transaction, so it is done as a whole
or not at all. `_timestamp` in the context makes the server refuse what changed since it was read.
"""

import logging
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec

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
from connectors.target_tryton import party
from connectors.target_tryton.client import AskedError, ConcurrencyError, TrytonClient

KEYS = {"party.party": "code", "sale.opportunity": "reference"}
_CHANGED = "last_modified_at"
_KINDS = {
    "integer": "number", "float": "number", "numeric": "number", "boolean": "boolean",
    "date": "date", "datetime": "datetime", "timestamp": "datetime", "many2one": "number",
    "selection": "text", "char": "text", "text": "text",
}  # fmt: skip


class TrytonWire(Wire):
    """One model of one database."""

    key_field: str
    compare_and_set = True

    def __init__(self, settings: Mapping[str, Any]) -> None:
        """Prepare; nothing is sent yet."""
        size = int(settings.get("batch_size", 1000))
        self.limits = Limits(write=size, read=1000, delete=1000)
        self.model = str(settings.get("object") or "party.party")
        self.key_field = str(settings.get("key") or KEYS.get(self.model) or "")
        if not self.key_field:
            raise WireError(f"target-tryton: {self.model}: no field holds the key; set key")
        config = {"timeout_seconds": 300, **settings}
        self.client = TrytonClient(config, logging.getLogger("target-tryton"))
        self.can_merge = self.model == "party.party"
        self._parts: dict[str, dict[str, int]] = {}
        self._company: dict[str, Any] | None = None

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        return self.client.requests

    @property
    def session(self) -> str:
        """In which company the user works, and of which user of which server that is so."""
        if self._company is None:
            return ""
        return msgspec.json.encode([self._who, self._company]).decode()

    @session.setter
    def session(self, known: str) -> None:
        who, company = msgspec.json.decode(known) if known else (None, None)
        self._company = company if who == self._who else None

    @property
    def _who(self) -> str:
        names = ("base_url", "database", "username")
        return " ".join(str(self.client.config[name]) for name in names)

    def _place(self) -> dict[str, Any]:
        """The context that new documents need: without a company nobody may create them."""
        if self.model == "party.party":
            return {}
        if self._company is None:
            told = self.client.question("res.user", "get_preferences", True, {})
            self._company = {n: told[n] for n in ("company", "employee") if told.get(n)}
        return self._company

    def fields(self) -> dict[str, Field]:
        """What the server says these credentials may write."""
        answer = self.client.question(self.model, "fields_get", [], 0, {})
        found = party.described() if self.model == "party.party" else {}
        for name, about in answer.items():
            if about["type"] not in _KINDS or name in found:
                continue
            choices = about.get("selection")
            listed = {str(one[0]) for one in choices} if isinstance(choices, list) else None
            found[name] = Field(
                _KINDS[about["type"]],
                writable=not about.get("readonly"),
                choices=frozenset(listed) if listed else None,
            )
        return found

    def read(
        self, fields: Collection[str], *, ids: Sequence[str] = (), keys: Sequence[str] = ()
    ) -> list[Record]:
        """One request for all of them; deactivated ones count as gone, replaced ones have moved."""
        if not ids and not keys:
            return []
        mine = {canonical(key, "code"): key for key in keys}
        domain = (
            [["id", "in", [int(i) for i in ids]]] if ids else [[self.key_field, "in", list(keys)]]
        )
        is_party = self.model == "party.party"
        flat = set(party.described()) if is_party else set()
        own = sorted({*(n for n in fields if n not in flat), str(self.key_field)} | {_CHANGED})
        moved = ["active", "replaced_by"] if is_party else []
        nested = party.NESTED if is_party else []
        names = [*own, *moved, "_timestamp", *nested]
        context = {"active_test": False}
        rows = self.client.question(
            self.model, "search_read", domain, 0, None, None, names, context
        )
        records = []
        replaced = {row["replaced_by"]: str(row["id"]) for row in rows if row.get("replaced_by")}
        for row in rows:
            if row.get("replaced_by") or (is_party and not row["active"]):
                continue
            records.append(self._record(row, mine))
        if replaced:
            for record in self.read(fields, ids=[str(i) for i in replaced]):
                records.append(
                    Record(record.remote_id, record.key, record.values, record.stamp,
                           asked_id=replaced[int(record.remote_id)])
                )  # fmt: skip
        return records

    def _record(self, row: Mapping[str, Any], mine: Mapping[str | None, str]) -> Record:
        remote_id, key = str(row["id"]), row.get(str(self.key_field))
        if self.model == "party.party":
            values, self._parts[remote_id], stamps = party.flat(row)
        else:
            values = {n: _plain(v) for n, v in row.items() if n != "_timestamp"}
            stamps = {f"{self.model},{remote_id}": str(row["_timestamp"])}
        stamp = msgspec.json.encode(stamps).decode()
        changed = _plain(row.get(_CHANGED))
        key = mine.get(canonical(key, "code"), key)
        return Record(remote_id, key, values, stamp, modified=changed)

    def send(self, op: Op, changes: Sequence[Change]) -> list[Outcome]:
        """One request, one transaction."""
        if op is Op.CREATE:
            rows = [{**self._sent(change), str(self.key_field): change.key} for change in changes]
            ids = self.client.command(self.model, "create", rows, self._place())
            return [
                Outcome(change, Status.DONE, str(remote_id))
                for change, remote_id in zip(changes, ids, strict=True)
            ]
        if op is Op.MERGE:
            return [self._merge(change) for change in changes]
        return self._batch(op, changes)

    def _batch(self, op: Op, changes: Sequence[Change]) -> list[Outcome]:
        stamps: dict[str, str] = {}
        for change in changes:
            stamps |= msgspec.json.decode(change.stamp) if change.stamp else {}
        context = {"_timestamp": stamps} if stamps else {}
        if op is Op.UPDATE:
            self._know(changes)
        pairs: list[Any] = []
        for change in changes:
            pairs += [[int(str(change.remote_id))], self._sent(change)]
        try:
            if op is Op.DELETE:
                ids = [int(str(change.remote_id)) for change in changes]
                self.client.command(self.model, "delete", ids, context)
            else:
                self.client.command(self.model, "write", *pairs, context)
        except ConcurrencyError as error:
            return self._apart(op, changes, str(error))
        except BatchRejectedError as error:
            if len(changes) == 1 and "don't exist" in str(error):
                return [Outcome(changes[0], Status.GONE, error=str(error))]
            raise
        return [Outcome(change, Status.DONE, change.remote_id) for change in changes]

    def _apart(self, op: Op, changes: Sequence[Change], words: str) -> list[Outcome]:
        """Find the records that moved by halving; the others are written."""
        if len(changes) == 1:
            return [Outcome(changes[0], Status.MOVED, error=words)]
        middle = len(changes) // 2
        return self._batch(op, changes[:middle]) + self._batch(op, changes[middle:])

    def _merge(self, change: Change) -> Outcome:
        """Run the server's own wizard, which re-points every document of the party."""
        wizard, pair = "wizard.party.replace", {
            "source": int(str(change.remote_id)), "destination": int(str(change.into))
        }  # fmt: skip
        model = {"active_model": "party.party", "active_id": pair["source"]}
        context = model | {"active_ids": [pair["source"]]}
        session = self.client.call(f"{wizard}.create", {})
        for _ in range(4):
            try:
                self.client.call(f"{wizard}.execute", session[0], {"ask": pair}, "replace", context)
                break
            except AskedError as asked:  # whether two different names are one: policy said yes
                self._confirm(str(asked))
        return Outcome(change, Status.DONE, change.into)

    def _confirm(self, warning: str) -> None:
        login = [["login", "=", str(self.client.config["username"])]]
        (user,) = self.client.question("res.user", "search", login, 0, 1, None, {})
        said = {"user": user, "name": warning, "always": False}
        self.client.command("res.user.warning", "create", [said], {})

    def _know(self, changes: Sequence[Change]) -> None:
        """Learn the sub-records of parties that were read by another process."""
        if self.model == "party.party":
            unknown = [str(c.remote_id) for c in changes if c.remote_id not in self._parts]
            for start in range(0, len(unknown), self.limits.read):
                self.read(["name"], ids=unknown[start : start + self.limits.read])

    def _sent(self, change: Change) -> dict[str, Any]:
        values = {name: _wired(value) for name, value in change.values.items()}
        if self.model != "party.party":
            return values
        return party.nested(values, self._parts.get(str(change.remote_id), {}))


def _plain(value: Any) -> Any:
    """Tryton's typed JSON to plain values."""
    if not isinstance(value, dict) or "__class__" not in value:
        return value
    if value["__class__"] == "Decimal":
        return value["decimal"]
    parts = [value.get(name, 0) for name in ("year", "month", "day", "hour", "minute", "second")]
    text = "{:04d}-{:02d}-{:02d}T{:02d}:{:02d}:{:02d}+00:00".format(*parts)
    return text[:10] if value["__class__"] == "date" else text


def _wired(value: Any) -> Any:
    """Plain values to Tryton's typed JSON."""
    kind = type(value).__name__
    if kind == "Decimal":
        return {"__class__": "Decimal", "decimal": str(value)}
    if kind in {"date", "datetime"}:
        names = ("year", "month", "day", "hour", "minute", "second", "microsecond")
        return {"__class__": kind} | {n: getattr(value, n) for n in names if hasattr(value, n)}
    return value


def connect(settings: Mapping[str, Any]) -> TrytonWire:
    """Open a wire: `base_url`, `database`, `username`, `password`, `object`, `key`."""
    return TrytonWire(settings)
