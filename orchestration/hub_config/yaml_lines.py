"""YAML to plain values, remembering the line of every key."""

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from orchestration.hub_config.errors import HubConfigError, Mistake

Place = tuple[str | int, ...]


def read_yaml(file: Path) -> tuple[Any, dict[Place, int]]:
    """Reads a YAML file.

    Args:
        file: The file to read, UTF-8.

    Returns:
        The plain value, and the line (from 1) of every key and list item by its path.

    Raises:
        HubConfigError: The file is missing, not UTF-8, not YAML, or repeats a key.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        fix = "name the file with --config or TESSERA_CONFIG, or try `tessera demo`"
        raise HubConfigError(file, [Mistake(0, "", "there is no such file", fix)]) from None
    except (OSError, UnicodeDecodeError) as error:
        why = "is not UTF-8" if isinstance(error, UnicodeDecodeError) else "cannot be read"
        raise HubConfigError(file, [Mistake(0, "", why)]) from None
    try:
        loaded = YAML(typ="rt").load(text)
    except DuplicateKeyError as error:
        line = error.problem_mark.line + 1
        mistake = Mistake(line, "", "this key is there twice", "keep one of the two")
        raise HubConfigError(file, [mistake]) from None
    except YAMLError as error:
        line, why = 0, "this is not YAML"
        if isinstance(error, MarkedYAMLError) and error.problem_mark is not None:
            line, why = error.problem_mark.line + 1, f"this is not YAML: {error.problem}"
        fix = "check indentation, quotes and brackets here"
        raise HubConfigError(file, [Mistake(line, "", why, fix)]) from None
    lines: dict[Place, int] = {(): 1}
    return _plain(loaded, (), lines), lines


def line_of(place: Place, lines: dict[Place, int]) -> int:
    """The line of a place, or of the nearest thing around it that is in the file."""
    while place not in lines:
        place = place[:-1]
    return lines[place]


def _plain(node: Any, place: Place, lines: dict[Place, int]) -> Any:
    """A copy of `node` in built-in types; fills `lines`."""
    if isinstance(node, CommentedMap):
        plain = {}
        for key, value in node.items():
            name = key if isinstance(key, int) and not isinstance(key, bool) else str(key)
            # Keys that came through a `<<:` merge have no line of their own.
            if key in node.lc.data:
                lines[(*place, name)] = node.lc.key(key)[0] + 1
            plain[name] = _plain(value, (*place, name), lines)
        return plain
    if isinstance(node, CommentedSeq):
        for index in range(len(node)):
            lines[(*place, index)] = node.lc.item(index)[0] + 1
        return [_plain(item, (*place, index), lines) for index, item in enumerate(node)]
    if isinstance(node, str):
        return str(node)
    if isinstance(node, float):
        return float(node)
    if isinstance(node, int) and not isinstance(node, bool):
        return int(node)
    return node
