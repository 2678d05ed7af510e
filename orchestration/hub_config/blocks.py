"""What blocks of hub.yaml share: unknown keys refused, mistakes with their fix, no secrets."""

import difflib
import re
from collections.abc import Mapping as AnyMapping
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError

from orchestration.hub_config.secrets import SECRET_KEY, VARIABLE, references

_CRON_PART = r"(\*|[0-9A-Za-z]+(-[0-9A-Za-z]+)?)(/[0-9]+)?"
_CRON_FIELD = re.compile(f"{_CRON_PART}(,{_CRON_PART})*")


def mistake(text: str, fix: str = "", key: str = "") -> PydanticCustomError:
    """An error that carries its fix, and the key below the block when a block raises it."""
    return PydanticCustomError("hub", "{text}", {"text": text, "fix": fix, "key": key})


def closest(word: str, known: AnyMapping[str, Any] | tuple[str, ...]) -> str:
    """`did you mean …` for a word that is not known, or the list of what is."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"did you mean {near[0]}?" if near else f"known here: {', '.join(known)}"


class Block(BaseModel):
    """A mapping in hub.yaml that refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _no_unknown_keys(cls, given: Any) -> Any:
        if given is None:
            return {}
        if isinstance(given, AnyMapping) and cls.model_config.get("extra") == "forbid":
            known = {(field.alias or name): field for name, field in cls.model_fields.items()}
            for key in given:
                if key not in known and key not in cls.model_fields:
                    raise mistake("unknown key", closest(str(key), known), str(key))
        return given


def a_cron_expression(cron: str | None) -> str | None:
    """Raises where a schedule is not a cron expression."""
    if cron is None or cron in ("@hourly", "@daily", "@weekly", "@monthly", "@yearly"):
        return cron
    fields = cron.split()
    if len(fields) != 5 or not all(_CRON_FIELD.fullmatch(field) for field in fields):
        fix = 'write five fields (minute hour day month weekday), like "*/15 * * * *"'
        raise mistake("this is not a cron expression", fix)
    return cron


def refuse_secrets(config: AnyMapping[str, Any], path: str = "") -> None:
    """Raises when a setting that is secret by its name stands in the file."""
    for key, value in config.items():
        place = f"{path}.{key}" if path else str(key)
        items = value if isinstance(value, list) else [value]
        for item in items:
            if isinstance(item, AnyMapping):
                refuse_secrets(item, place)
        names = [] if isinstance(value, AnyMapping | list) else list(references(value))
        for name in names:
            if not VARIABLE.fullmatch(name):
                raise mistake(f"${{{name}}} is not a variable's name", "write ${NAME}", place)
        if isinstance(value, str) and value and not names and SECRET_KEY.search(str(key)):
            fix = f"write ${{{str(key).upper()}}} and export that variable"
            raise mistake("a secret does not belong in this file", fix, place)
