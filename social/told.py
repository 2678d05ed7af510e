"""What a model in Python is told of the declarations (the model `int_declared`)."""

import json
from typing import Any


def declared(relation: Any, name: str) -> dict[str, Any]:
    """The declaration of a name as a mapping; empty where there is none."""
    found = dict(relation.fetchall())
    value: dict[str, Any] = json.loads(found.get(name) or "{}")
    return value
