"""A tap's README, made from what the tap says about itself.

`tap-x --about --format=markdown > connectors/tap_x/README.md` writes it; a test compares. The
SDK's own page leaves out what a setting of many named things (streams) is made of; this does not.
"""

import inspect
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import singer_sdk

if TYPE_CHECKING:
    from connectors.tap_base.http_stream import HttpStream
    from connectors.tap_base.tap import Tap

SDK_PAGE = "https://sdk.meltano.com/en/latest"


def readme(tap: "type[Tap]") -> str:
    """Describe a tap in Markdown.

    Args:
        tap: The tap's class; its docstring and its configuration's schema are all there is.

    Returns:
        The page, without the last line's end.
    """
    info = tap._get_about_info()
    own = dict(info.settings.get("properties", {}))
    builtin = [name for name in _sdk_settings() if own.pop(name, None)]
    required = set(info.settings.get("required", ()))
    lines = [f"# {tap.name}", "", inspect.cleandoc(tap.__doc__ or ""), ""]
    lines += [f"Made by `{tap.name} --about --format=markdown`; do not edit.", "", "## Settings"]
    lines += _table(_rows(own, required))
    for name, schema in own.items():
        each = schema.get("additionalProperties")
        if isinstance(each, dict) and each.get("properties"):
            needed = set(each.get("required", ()))
            lines += ["", f"### Each of `{name}`", *_table(_rows(each["properties"], needed))]
    if streams := getattr(tap, "stream_classes", ()):
        lines += ["", "## Streams", *_streams(streams)]
    told = ", ".join(f"`{name}`" for name in builtin)
    lines += ["", f"Besides, the [Singer SDK]({SDK_PAGE})'s own: {told}.", "", "## Capabilities"]
    lines += [", ".join(f"`{capability.value}`" for capability in info.capabilities), ""]
    return "\n".join(lines)


def _sdk_settings() -> list[str]:
    schema: dict[str, Any] = {"properties": {}}
    singer_sdk.Tap.append_builtin_config(schema)
    return list(schema["properties"])


def _streams(streams: "Iterable[type[HttpStream]]") -> Iterator[str]:
    yield "| stream | key | bookmark | read again | |"
    yield "|---|---|---|---|---|"
    for made in streams:
        again = f"{made.look_back}".removesuffix(", 0:00:00") if made.replication_key else "all"
        again = f"with `{made.follows}`" if made.follows else again
        told = inspect.cleandoc(made.__doc__ or "").splitlines()[0]
        keys, bookmark = ", ".join(made.primary_keys), made.replication_key or ""
        yield f"| `{made.name}` | {keys} | {bookmark} | {again} | {told} |"


def _table(rows: list[tuple[str, str, str]]) -> list[str]:
    head = ["| setting | type | |", "|---|---|---|"]
    return [*head, *(f"| `{name}` | {kind} | {text} |" for name, kind, text in rows)]


def _rows(
    properties: dict[str, Any], required: set[str], prefix: str = ""
) -> list[tuple[str, str, str]]:
    rows = []
    for name, schema in properties.items():
        description = str(schema.get("description", "")).replace("|", "\\|").replace("\n", " ")
        notes = ["**Needed.**"] if name in required else []
        notes += [description] if description else []
        if schema.get("default") is not None:
            notes.append(f"Default: `{schema['default']}`.")
        rows.append((prefix + name, " or ".join(_kinds(schema)), " ".join(notes)))
        inner, needed = schema.get("properties", {}), set(schema.get("required", ()))
        rows += _rows(inner, needed, f"{prefix}{name}.")
    return rows


def _kinds(schema: dict[str, Any]) -> Iterator[str]:
    if "enum" in schema:
        yield from (f"`{value}`" for value in schema["enum"])
        return
    declared = schema.get("type", "any")
    for kind in [declared] if isinstance(declared, str) else declared:
        if kind != "null":
            yield "secret" if schema.get("secret") else kind
