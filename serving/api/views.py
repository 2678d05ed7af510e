"""What an audience sees of a document or a row."""

import msgspec

from serving.catalog import Catalog, open_columns
from serving.history import Row

_PARTS = {"customer": "customers", "identities": "customer_identities", "consents": "consents"}


class Views:
    """Leaves out of answers what an analyst may not see."""

    def __init__(self, catalog: Catalog) -> None:
        """Takes the personal columns from a generation's catalog."""
        self._open = {part: open_columns(catalog, table) for part, table in _PARTS.items()}
        entries = open_columns(catalog, "interactions") | open_columns(catalog, "transactions")
        self._entry = (entries | {"type"}) - {"text", "url"}

    def document(self, audience: str, document: bytes) -> bytes:
        """A profile as JSON text."""
        if audience == "operator":
            return document
        shown = {
            part: self._fields(value, self._open[part])
            for part, value in msgspec.json.decode(document).items()
            if part in self._open
        }
        return msgspec.json.encode(shown)

    def entries(self, audience: str, rows: list[Row]) -> list[Row]:
        """Rows of a timeline."""
        if audience == "operator":
            return rows
        return [{k: v for k, v in row.items() if k in self._entry} for row in rows]

    def _fields(self, value: object, names: frozenset[str]) -> object:
        if isinstance(value, list):
            return [self._fields(item, names) for item in value]
        if isinstance(value, dict):
            return {key: held for key, held in value.items() if key in names}
        return value
