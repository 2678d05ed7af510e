"""Takes secrets out of what processes say."""

import base64
import json
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

from pydantic import SecretStr

# Shorter values would blank out ordinary words; they are hardly secrets.
_SHORTEST = 4


class Redactor:
    """Replaces every form in which a secret may turn up by `***`."""

    def __init__(self, secrets: Iterable[SecretStr]) -> None:
        """Prepares plain, URL-encoded, JSON-escaped and base64 forms, longest first."""
        forms: set[str] = set()
        for secret in secrets:
            value = secret.get_secret_value()
            if len(value) >= _SHORTEST:
                encoded = base64.b64encode(value.encode()).decode()
                forms |= {value, quote(value, safe=""), quote_plus(value), encoded}
                forms |= {json.dumps(value)[1:-1], repr(value)[1:-1]}
        self._forms = sorted(forms, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """The text without secrets."""
        for form in self._forms:
            text = text.replace(form, "***")
        return text
