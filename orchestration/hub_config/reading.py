"""From the file to a `Hub`, with every mistake named by its line."""

import os
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from orchestration.hub_config.errors import HubConfigError, Mistake
from orchestration.hub_config.models import Hub
from orchestration.hub_config.yaml_lines import Place, line_of, read_yaml

# pydantic's words for what goes wrong most, in ours: (text, fix).
_PLAIN = {
    "missing": ("this key is missing", "add it"),
    "string_type": ("this must be text", "put it in quotes"),
    "bool_parsing": ("this must be true or false", ""),
    "int_parsing": ("this must be a whole number", ""),
    "float_parsing": ("this must be a number", ""),
    "dict_type": ("this must be a mapping", "write `key: value` lines below it"),
    "model_type": ("this must be a mapping", "write `key: value` lines below it"),
    "list_type": ("this must be a list", "write [a, b]"),
}


def find_hub_file(option: Path | str | None = None) -> Path:
    """The hub.yaml to use: the option, else TESSERA_CONFIG, else ./hub.yaml; absolute."""
    return Path(option or os.environ.get("TESSERA_CONFIG") or "hub.yaml").absolute()


def read_hub(file: Path) -> Hub:
    """Reads and validates hub.yaml.

    Args:
        file: Path of the file.

    Returns:
        The configuration; secrets are references still.

    Raises:
        HubConfigError: With one sentence per mistake: line, key, what is wrong, how to mend it.
    """
    value, lines = read_yaml(file)
    if value is None:
        value = {}
    try:
        return Hub.model_validate(value)
    except ValidationError as error:
        raise HubConfigError(file, _mistakes(error.errors(include_url=False), lines)) from None


def _mistakes(errors: list[ErrorDetails], lines: dict[Place, int]) -> list[Mistake]:
    found: dict[tuple[int, str], Mistake] = {}
    for error in errors:
        context: dict[str, Any] = error.get("ctx") or {}
        place = _place((*error["loc"], *_below(context.get("key", ""))), lines)
        text, fix = _PLAIN.get(error["type"], (error["msg"], ""))
        if error["type"] == "hub":
            text, fix = context["text"], context["fix"]
        elif error["type"] == "literal_error":
            text, fix = "this value is not known here", f"use {context['expected']}"
        line = line_of(place, lines)
        # A union reports each of its members; one mistake per place is enough.
        key = ".".join(str(part) for part in place)
        found.setdefault((line, key), Mistake(line, key, text, fix))
    return list(found.values())


def _below(key: str) -> tuple[str, ...]:
    return tuple(key.split(".")) if key else ()


def _place(loc: tuple[int | str, ...], lines: dict[Place, int]) -> Place:
    """The path in the file of an error's location, without what validators put in between."""
    place: Place = ()
    for index, part in enumerate(loc):
        if (*place, part) in lines or (index == len(loc) - 1 and isinstance(part, str)):
            place = (*place, part)
    return place
