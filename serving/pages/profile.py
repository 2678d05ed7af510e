"""What the customer page shows beside the golden record: origins, evidence, consents."""

from typing import Any

import msgspec

from serving.desk import Desk
from serving.history import Row
from serving.pages.queue import evidence
from serving.pages.views import HERE, day, values_of

PROVENANCE = (HERE / "provenance.sql").read_text()
CARRIERS = (HERE / "carriers.sql").read_text()
# Attributes as customer_attributes names them, where customers' column is called otherwise.
_COLUMNS = {"email": "primary_email", "phone": "primary_phone"}
_LISTS = {"emails": "email", "phones": "phone", "handles": "account", "links": "url"}
_HIDDEN = {"customer_id", "full_name", "kind", "sources"}
_MEASURES = {
    "record_count": "records",
    "interaction_count": "interactions",
    "last_interaction_at": "last heard of",
    "transaction_count": "transactions",
    "transaction_total": "bought",
    "last_transaction_at": "last transaction",
    "followers": "followers",
    "verified": "verified",
    "created_at": "known since",
}
_BESIDE = {"source_count", "transaction_currency", "first_interaction_at", "updated_at"}

Fact = tuple[str, list[tuple[str, str]]]
"""An attribute's name, and its values, each with where it came from and when."""


def gather(desk: Desk, document: bytes, generation: str) -> dict[str, Any]:
    """Values for the template `customer`; blocks for some milliseconds."""
    read = msgspec.json.decode(document)
    record = read["customer"]
    customer_id = record["customer_id"]
    asked = {"customer_id": customer_id}
    ask = desk.history.ask
    linked = {_name(one): one.get("linked_at") for one in read["identities"]}
    origins = {
        _COLUMNS.get(row["attribute"]) or str(row["attribute"]): _origin(row, linked)
        for row in ask(generation, "hub.duckdb", PROVENANCE, asked)
    }
    try:
        edges = desk.evidence(generation, customer_id)
        carriers = {
            (row["kind"], row["value"]): _carried(row["records"], linked)
            for row in ask(generation, "hub.duckdb", CARRIERS, asked)
        }
    except LookupError:
        edges, carriers = [], {}
    identities = sorted(read["identities"], key=lambda i: (i["source"], i["source_record_id"]))
    return {
        "customer_id": customer_id,
        "record": record,
        "facts": _facts(record, origins, carriers),
        "measures": [
            (label, _measure(record, name))
            for name, label in _MEASURES.items()
            if record.get(name) not in (None, "", 0, False)
        ],
        "identities": identities,
        "edges": [(edge, evidence(edge)) for edge in edges],
        "consents": read["consents"],
    }


def _facts(
    record: dict[str, Any], origins: dict[str, str], carriers: dict[tuple[str, str], str]
) -> list[Fact]:
    found: list[Fact] = []
    for name, value in record.items():
        if name in _HIDDEN or name in _MEASURES or name in _BESIDE or value in (None, [], ""):
            continue
        if name in _LISTS:
            kind = _LISTS[name]
            keyed = {_key(kind, one): one for one in value}  # "@ana" and "ana" are one.
            found_in = {key: carriers.get((kind, key), "") for key in keyed}
            values = [(values_of(one), found_in[key]) for key, one in keyed.items()]
        else:
            values = [(values_of(value), origins.get(name, ""))]
        found.append((name.replace("_", " "), values))
    return found


def _key(kind: str, value: Any) -> str:
    """A value of a list as the identity room spells its identifier."""
    if kind == "account":
        return f"{value.get('platform')}:{str(value.get('handle')).lstrip('@')}".lower()
    text = str(value)
    if kind == "url":
        text = text.partition("://")[2] or text
        return text.lower().removeprefix("www.").rstrip("/")
    return text


def _name(record: dict[str, Any]) -> str:
    return f"{record['source']}:{record['source_record_id']}"


def _origin(row: Row, linked: dict[str, str | None]) -> str:
    name = _name(row)
    rule = str(row["rule"]).replace("_", " ")
    return f"{name} · {_when(row['observed_at'], linked.get(name))} · {rule}"


def _carried(records: list[str], linked: dict[str, str | None]) -> str:
    more = f" and {len(records) - 1} more" if len(records) > 1 else ""
    return f"{records[0]}{more} · {_when(None, linked.get(records[0]))}"


def _when(observed_at: object, linked_at: object) -> str:
    """When the source last changed the record, or else since when the record is this customer's."""
    return day(observed_at)[:10] if observed_at else f"linked {day(linked_at)[:10]}"


def _measure(record: dict[str, Any], name: str) -> str:
    value = record[name]
    if name.endswith("_at"):
        return day(value)[:10]
    if name == "transaction_total":
        return f"{float(value):,.2f} {record.get('transaction_currency') or ''}"
    if name == "record_count":
        return f"{value} from {record.get('source_count')} sources"
    return f"{value:,}" if isinstance(value, int) and value is not True else values_of(value)
