"""A CRM's own words about a row, fit for logs."""

from collections.abc import Mapping
from typing import Any


def scrubbed(words: str, values: Mapping[str, Any], longest: int = 300) -> str:
    """Return a CRM's error without the row's own values."""
    for name, value in sorted(values.items(), key=lambda item: -len(str(item[1]))):
        text = str(value)
        if value is not None and len(text) > 1:
            words = words.replace(text, f"<{name}>")
    return " ".join(words.split())[:longest]
