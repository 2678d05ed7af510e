"""What the customer page shows beside the golden record: origins, evidence, consents."""

from typing import Any

import msgspec

from serving.desk import Desk
from serving.pages.queue import evidence
from serving.pages.views import HERE

PROVENANCE = (HERE / "provenance.sql").read_text()
# Attributes as customer_attributes names them, where customers' column is called otherwise.
_COLUMNS = {"email": "primary_email", "phone": "primary_phone"}
_HIDDEN = {"customer_id", "full_name", "kind"}
_MEASURES = (
    "source_count",
    "record_count",
    "interaction_count",
    "first_interaction_at",
    "last_interaction_at",
    "transaction_count",
    "transaction_total",
    "transaction_currency",
    "last_transaction_at",
    "followers",
    "verified",
    "created_at",
    "updated_at",
)


def gather(desk: Desk, document: bytes, generation: str) -> dict[str, Any]:
    """Values for the template `customer`; blocks for some milliseconds."""
    read = msgspec.json.decode(document)
    record = read["customer"]
    customer_id = record["customer_id"]
    origins = {
        _COLUMNS.get(row["attribute"], row["attribute"]): row
        for row in desk.history.ask(
            generation, "hub.duckdb", PROVENANCE, {"customer_id": customer_id}
        )
    }
    try:
        edges = desk.evidence(generation, customer_id)
    except LookupError:
        edges = []
    identities = sorted(read["identities"], key=lambda i: (i["source"], i["source_record_id"]))
    return {
        "customer_id": customer_id,
        "record": record,
        "facts": [
            (name, value, origins.get(name))
            for name, value in record.items()
            if name not in _HIDDEN and name not in _MEASURES and value not in (None, [], "")
        ],
        "measures": [
            (name, record[name]) for name in _MEASURES if record.get(name) not in (None, "")
        ],
        "identities": identities,
        "edges": [(edge, evidence(edge)) for edge in edges],
        "consents": read["consents"],
    }
