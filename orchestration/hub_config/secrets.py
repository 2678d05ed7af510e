"""Secrets: `${NAME}` in hub.yaml, looked up only when a process that needs them starts."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import SecretStr

# `$${` writes a literal `${`.
REFERENCE = re.compile(r"(?<!\$)\$\{([^}]*)\}")
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# Keys whose value has no business in a file that is committed; `token_url` is none of them.
SECRET_KEY = re.compile(
    r"(?:^|_)(?:password|passwd|secret|token|api_key|apikey|access_key|private_key)$", re.IGNORECASE
)


class UnsetVariableError(LookupError):
    """An environment variable that hub.yaml refers to is not set."""

    def __init__(self, name: str, key: str) -> None:
        """Says which variable and which key want it."""
        self.name = name
        super().__init__(f"{key}: environment variable {name} is not set; export {name}=…")


def references(value: Any) -> Iterator[str]:
    """Names of all environment variables that a value refers to, nested ones included."""
    if isinstance(value, str):
        yield from REFERENCE.findall(value)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


def resolved(value: Any, env: Mapping[str, str], key: str = "") -> tuple[Any, list[SecretStr]]:
    """Replaces references by the environment's values.

    Args:
        value: A value of hub.yaml: text, number, mapping or list.
        env: The environment.
        key: Dotted path of the value, for the error.

    Returns:
        The value with secrets in it, to be handed to one process and dropped; and the secrets that
        went in, so that logs of that process can be redacted.

    Raises:
        UnsetVariableError: A variable is not set (an empty one counts as not set).
    """
    found: list[SecretStr] = []

    def look_up(match: re.Match[str], place: str) -> str:
        name = match.group(1)
        if not env.get(name):
            raise UnsetVariableError(name, place)
        found.append(SecretStr(env[name]))
        return env[name]

    def walk(node: Any, place: str) -> Any:
        if isinstance(node, str):
            filled = REFERENCE.sub(lambda match: look_up(match, place), node)
            return filled.replace("$${", "${")
        if isinstance(node, Mapping):
            return {k: walk(v, f"{place}.{k}" if place else str(k)) for k, v in node.items()}
        if isinstance(node, list):
            return [walk(item, f"{place}[{index}]") for index, item in enumerate(node)]
        return node

    return walk(value, key), found
