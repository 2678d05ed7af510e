"""Declared files: YAML whose every mistake is named with file, line and fix."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Mistake:
    """What is wrong at a place of a file, and how to mend it."""

    file: Path
    line: int
    text: str
    fix: str = ""

    def __str__(self) -> str:
        fix = f"; {self.fix}" if self.fix else ""
        return f"{self.file}:{self.line}: {self.text}{fix}."


class DeclarationError(ValueError):
    """A declared file cannot be used; the text has one sentence per mistake."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        self.mistakes = sorted(mistakes, key=lambda m: (str(m.file), m.line))
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


@dataclass(frozen=True)
class Document:
    """A read file: its plain value and the line of each of its keys and items."""

    file: Path
    value: Any
    lines: dict[Place, int]

    def line(self, place: Place) -> int:
        """The line of a place, or of the nearest thing around it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def mistake(self, place: Place, text: str, fix: str = "") -> Mistake:
        """A mistake at a place."""
        return Mistake(self.file, self.line(place), text, fix)


def read(file: Path) -> Document:
    """Reads one file.

    Raises:
        DeclarationError: It is missing, not UTF-8 or not YAML.
    """
    try:
        node = YAML(typ="rt").load(file.read_text("utf-8"))
    except FileNotFoundError:
        raise DeclarationError([Mistake(file, 0, "there is no such file", "create it")]) from None
    except UnicodeDecodeError:
        raise DeclarationError(
            [Mistake(file, 0, "this is not UTF-8", "save it as UTF-8")]
        ) from None
    except DuplicateKeyError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise DeclarationError(
            [Mistake(file, line, "this key is here twice", "remove one")]
        ) from None
    except YAMLError as error:
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        line = mark.line + 1 if mark else 0
        fix = "check indentation, quotes and brackets here"
        raise DeclarationError([Mistake(file, line, "this is not YAML", fix)]) from None
    lines: dict[Place, int] = {(): 1}
    return Document(file, _plain(node, (), lines), lines)


def _plain(node: Any, place: Place, lines: dict[Place, int]) -> Any:
    if isinstance(node, CommentedMap):
        value = {}
        for key, item in node.items():
            lines[(*place, str(key))] = node.lc.key(key)[0] + 1
            value[str(key)] = _plain(item, (*place, str(key)), lines)
        return value
    if isinstance(node, CommentedSeq):
        for index in range(len(node)):
            lines[(*place, index)] = node.lc.item(index)[0] + 1
        return [_plain(item, (*place, index), lines) for index, item in enumerate(node)]
    return node
