"""Odoo as a `Wire`: `load`, the server's own import, a thousand records per request.

`load` upserts by external id (`ir.model.data`), which the database keeps unique: a create whose
answer was lost can be sent again. It names the rows it refuses and then writes none. Rows of one
request share their columns, so updates go out by the set of fields that changed.
"""

import logging
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

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
from connectors.target_odoo.client import OdooClient

_KINDS = {
    "integer": "number", "float": "number", "monetary": "number", "boolean": "boolean",
    "date": "date", "datetime": "datetime", "many2one": "number", "selection": "text",
    "char": "text", "text": "text", "html": "text",
}  # fmt: skip
_NAMED = {"email": "email", "phone": "phone", "mobile": "phone", "website": "url"}
_MODULE = "tessera"


class OdooWire(Wire):
    """One model of one database."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        """Prepare; nothing is sent yet."""
        size = int(settings.get("batch_size", 1000))
        self.limits = Limits(write=size, read=1000, delete=1000)
        self.model = str(settings.get("object") or "res.partner")
        self.can_merge = self.model == "res.partner"
        config = {"timeout_seconds": 300, **settings}
        self.client = OdooClient(config, logging.getLogger("target-odoo"))
        self._countries: dict[int, str] | None = None

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        return self.client.requests

    @property
    def session(self) -> str:
        """Who we are at the server."""
        return self.client.session

    @session.setter
    def session(self, known: str) -> None:
        self.client.session = known

    def fields(self) -> dict[str, Field]:
        """What the server says these credentials may write."""
        wanted = ["type", "readonly", "selection"]
        answer = self.client.question(self.model, "fields_get", [], attributes=wanted)
        found = {}
        for name, about in answer.items():
            if about["type"] not in _KINDS:
                continue
            choices = about.get("selection")
            kind = _NAMED.get(name, _KINDS[about["type"]])
            found[name] = Field(
                "code" if name == "country_id" else kind,
                writable=not about.get("readonly"),
                choices=frozenset(str(one[0]) for one in choices) if choices else None,
            )
        return found

    def read(
        self, fields: Collection[str], *, ids: Sequence[str] = (), keys: Sequence[str] = ()
    ) -> list[Record]:
        """Read by id in one request, by key in two; archived records count as gone."""
        mine: dict[int, str] = {}
        if keys:
            names = {_name(key): key for key in keys}
            domain: list[list[Any]] = [["module", "=", _MODULE], ["model", "=", self.model]]
            domain.append(["name", "in", list(names)])
            found = self.client.question(
                "ir.model.data", "search_read", domain, fields=["name", "res_id"]
            )
            mine = {one["res_id"]: names[one["name"]] for one in found}
            ids = [str(remote_id) for remote_id in mine]
        if not ids:
            return []
        rows = self.client.question(
            self.model,
            "search_read",
            [["id", "in", [int(one) for one in ids]]],
            fields=sorted({*fields, "write_date"}),
        )
        return [
            Record(
                str(row["id"]),
                mine.get(row["id"]),
                {name: self._plain(name, value) for name, value in row.items()},
                modified=_instant(row["write_date"]),
            )
            for row in rows
        ]

    def send(self, op: Op, changes: Sequence[Change]) -> list[Outcome]:
        """Send; one request per set of fields."""
        if op is Op.CREATE:
            names = sorted({name for change in changes for name in change.values})
            rows = [[f"{_MODULE}.{_name(c.key)}", *self._row(c, names)] for c in changes]
            return self._load(["id", *map(self._column, names)], rows, changes)
        if op is Op.UPDATE:
            outcomes = []
            for fields, group in groupby(sorted(changes, key=_fieldset), key=_fieldset):
                part = list(group)
                rows = [[c.remote_id, *self._row(c, fields)] for c in part]
                outcomes += self._load([".id", *map(self._column, fields)], rows, part)
            return outcomes
        if op is Op.MERGE:
            return [self._merge(change) for change in changes]
        self.client.command(self.model, "unlink", [int(str(c.remote_id)) for c in changes])
        return [Outcome(c, Status.DONE, c.remote_id) for c in changes]

    def _load(
        self, columns: list[str], rows: list[list[Any]], changes: Sequence[Change]
    ) -> list[Outcome]:
        """Load; without the rows that the server names, until it takes the rest."""
        outcomes: list[Outcome] = []
        while changes:
            answer = self.client.command(self.model, "load", columns, rows)
            ids = answer.get("ids")
            if ids:
                done = zip(changes, ids, strict=True)
                return outcomes + [Outcome(c, Status.DONE, str(one)) for c, one in done]
            refused: dict[int, str] = {}
            for one in answer.get("messages", []):
                if "record" in one:  # the first word on a row is its reason, others follow from it
                    refused.setdefault(int(one["record"]), str(one.get("message")))
            if not refused:
                words = "; ".join(str(one.get("message")) for one in answer.get("messages", []))
                raise BatchRejectedError(words or "the import was refused without a word")
            outcomes += [
                Outcome(changes[at], _status(words), error=words) for at, words in refused.items()
            ]
            rows = [row for at, row in enumerate(rows) if at not in refused]
            changes = [change for at, change in enumerate(changes) if at not in refused]
        return outcomes

    def _merge(self, change: Change) -> Outcome:
        """Run the server's own wizard, which re-points every document of the partner."""
        wizard = "base.partner.merge.automatic.wizard"
        pair = [int(str(change.into)), int(str(change.remote_id))]
        values = {"dst_partner_id": pair[0], "partner_ids": [[6, 0, pair]], "state": "selection"}
        made = self.client.command(wizard, "create", values)
        self.client.command(wizard, "action_merge", [made])
        return Outcome(change, Status.DONE, change.into)

    def _column(self, name: str) -> str:
        if name == "country_id":
            return "country_id/id"
        return f"{name}/.id" if name.endswith("_id") else name

    def _row(self, change: Change, names: Sequence[str]) -> list[Any]:
        return [_sent(name, change.values.get(name)) for name in names]

    def _plain(self, name: str, value: Any) -> Any:
        if isinstance(value, list) and len(value) == 2 and isinstance(value[0], int):
            return self._country(value[0]) if name == "country_id" else value[0]
        return None if value is False else value

    def _country(self, remote_id: int) -> str:
        if self._countries is None:
            rows = self.client.question("res.country", "search_read", [], fields=["code"])
            self._countries = {row["id"]: row["code"] for row in rows}
        return self._countries.get(remote_id, str(remote_id))


def _fieldset(change: Change) -> tuple[str, ...]:
    return tuple(sorted(change.values))


def _name(key: str) -> str:
    """The key as the name of an external id: letters, digits and `_`, no two the same."""
    return re.sub(r"[^A-Za-z0-9-]", lambda found: f"_{ord(found[0]):x}_", key)


def _sent(name: str, value: Any) -> str:
    if value is None:
        return ""
    if name == "country_id":
        return f"base.{str(value).lower()}"
    if isinstance(value, bool):
        return str(int(value))
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    if re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+([+-]\d\d:?\d\d|Z)?", text):
        moment = datetime.fromisoformat(text)
        utc = moment.astimezone(UTC) if moment.tzinfo else moment
        return f"{utc:%Y-%m-%d %H:%M:%S}"
    return text


def _instant(text: Any) -> str | None:
    return f"{str(text).replace(' ', 'T')}+00:00" if text else None


def _status(words: str) -> Status:
    return Status.GONE if "Unknown database identifier" in words else Status.REJECTED


def connect(settings: Mapping[str, Any]) -> OdooWire:
    """Open a wire: `base_url`, `database`, `username`, `password`, `object`."""
    return OdooWire(settings)
