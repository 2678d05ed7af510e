"""One stream per object: its fields by describe, its rows by REST or Bulk 2.0 as they are many."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from connectors.tap_base.feed import Feed
from connectors.tap_base.http_stream import HttpStream
from connectors.tap_base.paging import Answer, NextUrl, Request
from connectors.tap_salesforce.client import SalesforceClient

if TYPE_CHECKING:
    from connectors.tap_base.http_tap import HttpTap

BULK_ROWS = 25_000
"""Rows of one page of a bulk result."""
LONGEST_URL = 12_000
"""A SOQL query in a URL may have 16,384 bytes; wide objects go by bulk jobs."""
MARKS = ("SystemModstamp", "LastModifiedDate", "CreatedDate", "LoginTime")
LEFT_OUT = {"address", "location", "base64", "json", "complexvalue"}
"""Compound fields, whose parts are fields too, and what no query answers in bulk."""


def json_type(field: Mapping[str, Any]) -> dict[str, Any]:
    """Turn a field of a describe into a JSON schema; amounts stay text, every digit kept."""
    kind = str(field["type"])
    if kind == "boolean":
        return {"type": ["boolean", "null"]}
    formats = {"datetime": "date-time", "date": "date"}
    made: dict[str, Any] = {"type": ["string", "null"]}
    return made | ({"format": formats[kind]} if kind in formats else {})


def schema_of(described: Mapping[str, Any]) -> dict[str, Any]:
    """Turn a describe into a stream's schema."""
    fields = [field for field in described["fields"] if field["type"] not in LEFT_OUT]
    deleted = {"type": ["string", "null"], "format": "date-time"}
    properties = {str(field["name"]): json_type(field) for field in fields}
    return {
        "type": "object",
        "properties": {**properties, "Id": {"type": "string"}, "_sdc_deleted_at": deleted},
        "required": ["Id"],
    }


@dataclass(frozen=True)
class Located(NextUrl):
    """REST answers name the next page; bulk results give its locator in a header."""

    at: str = "nextRecordsUrl"

    def next(self, answer: Answer, rows: Sequence[Any]) -> Request | None:  # noqa: D102
        if start := answer.body.get("start"):  # put there by `ObjectStream.rows`
            return Request(start(), {"maxRecords": BULK_ROWS}, label="bulk results")
        if "/jobs/query/" not in answer.url:
            return super().next(answer, rows)
        locator = answer.headers.get("sforce-locator", "null")
        if locator in {"", "null"}:
            return None
        return replace(answer.request, params={"maxRecords": BULK_ROWS, "locator": locator})

    def total(self, answer: Answer) -> int | None:  # noqa: D102
        total = answer.body.get("totalSize")
        return int(total) if total is not None else None


class ObjectStream(HttpStream[SalesforceClient]):
    """The rows of one object, those in the recycle bin included."""

    primary_keys = ("Id",)
    records = "records"
    paging = Located()

    def __init__(self, tap: "HttpTap", name: str, described: Mapping[str, Any]) -> None:
        """Take the fields that the org describes.

        Args:
            tap: The tap.
            name: The stream's.
            described: The answer of `/sobjects/<object>/describe`.
        """
        schema = schema_of(described)
        self.object = str(described["name"])
        self.fields = [n for n in schema["properties"] if not n.startswith("_")]
        self.flags = {n for n, p in schema["properties"].items() if "boolean" in p["type"]}
        self.replication_key = next((mark for mark in MARKS if mark in self.fields), None)
        super().__init__(tap, schema, name)

    def _soql(self, since: str = "") -> str:
        where = f" WHERE {self.replication_key} >= {since}" if since else ""
        return f"SELECT {','.join(self.fields)} FROM {self.object}{where}"

    def feeds(self) -> Iterable[Feed]:  # noqa: D102
        label = f"{self.client.api}/queryAll {self.object}"
        soql = self._soql()
        if len(soql) > LONGEST_URL:  # only counts: the rows come from the job
            soql = f"SELECT COUNT() FROM {self.object}"
        yield Feed(f"{self.client.api}/queryAll", {"q": soql}, label=label)

    def since(self, moment: datetime) -> Mapping[str, Any]:  # noqa: D102
        bound = f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.000Z}"
        soql = self._soql(bound)
        if len(soql) > LONGEST_URL:
            soql = f"SELECT COUNT() FROM {self.object}{soql.partition(f' FROM {self.object}')[2]}"
        return {"q": soql}

    def rows(self, answer: Answer, feed: Feed) -> Sequence[Any]:
        """Have a bulk job go on in place of further pages where the first one tells of many."""
        asked = str(answer.request.params.get("q", ""))
        counted = asked.startswith("SELECT COUNT()")
        many = int(answer.body.get("totalSize") or 0) > int(self.config.get("bulk_from", 2000))
        if not counted and not (many and asked):
            return super().rows(answer, feed)
        if answer.body.get("totalSize"):
            soql = f"SELECT {','.join(self.fields)}{asked[asked.index(' FROM ') :]}"
            answer.body["start"] = partial(self.client.bulk, soql, feed.label)
        return []

    def row(self, row: Any, feed: Feed) -> Mapping[str, Any]:
        """Read flags and empty cells of CSV as what they mean; a deleted row is marked."""
        made = {name: row.get(name) for name in self.fields}
        made = {name: None if value == "" else value for name, value in made.items()}
        made |= {n: str(made[n]).lower() == "true" for n in self.flags if made[n] is not None}
        stamp = made.get(self.replication_key or "") or self.client.clock.now().isoformat()
        return {**made, "_sdc_deleted_at": stamp if made.get("IsDeleted") else None}
