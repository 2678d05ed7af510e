"""What models in Python are told of the declarations (`int_declared`), and tell DuckDB."""

import json
from typing import Any


def declared(relation: Any, name: str) -> dict[str, Any]:
    """The declaration of a name as a mapping; empty where there is none."""
    found = dict(relation.fetchall())
    value: dict[str, Any] = json.loads(found.get(name) or "{}")
    return value


def literal(text: str) -> str:
    """A text within SQL; given as a parameter it would make DuckDB import pandas."""
    return "'" + text.replace("'", "''") + "'"
