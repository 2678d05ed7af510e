"""The evidence ladder: its rungs, read from a file whose mistakes are told by line and fix."""

import difflib
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

SHIPPED = Path(__file__).parent / "ladder.yaml"


class IdentityError(ValueError):
    """A setting or a file that a person can mend; the message says where and how, never a personal value."""


@dataclass(frozen=True)
class Rung:
    """A rule of the evidence ladder: name, weight in bits, how many may share its identifier."""

    name: str
    kind: str
    weight: float
    cap: int = 0
    alone: bool = True
    named: bool = False
    bit: int = 0


def read(file: Path | str) -> list[Rung]:
    """Returns the rungs of a ladder, strongest first.

    Raises:
        IdentityError: There is no such file, or it is no ladder.
    """
    return list(_read(str(file), text(file)))


def text(file: Path | str) -> str:
    """Returns a ladder as it is written.

    Raises:
        IdentityError: There is no such file.
    """
    try:
        return Path(file).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        fix = f"copy {SHIPPED.name} of the room identity there, or leave `ladder` out of hub.yaml"
        raise IdentityError(f"{file}: there is no evidence ladder to read; {fix}") from None


@cache
def _read(file: str, written: str) -> tuple[Rung, ...]:
    try:
        loaded = YAML(pure=True).load(written)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise IdentityError(f"{file}:{line}: this is not YAML; mend it") from None
    rungs = loaded.get("rungs") if isinstance(loaded, dict) else None
    if not isinstance(rungs, list):
        raise IdentityError(f"{file}:1: a ladder is a list `rungs`; start from the shipped one")
    if Path(file) != SHIPPED:
        _check(file, rungs)
    return tuple(sorted((Rung(**r) for r in rungs), key=lambda r: -r.weight))


def _check(file: str, rungs: Any) -> None:
    """Raises where a ladder says what no run could follow; weights, caps and conditions are its author's."""
    shipped = {r.name: r for r in _read(str(SHIPPED), text(SHIPPED))}
    seen = set()
    for number, rung in enumerate(rungs):
        place = f"{file}:{rungs.lc.item(number)[0] + 1}"
        if not isinstance(rung, dict):
            raise IdentityError(f"{place}: a rung is written {{name: …, kind: …, weight: …}}")
        known = [f.name for f in fields(Rung)]
        for key in rung:
            if key not in known:
                raise IdentityError(f"{place}: {key} is unknown here; {_closest(key, known)}")
        name = rung.get("name")
        if name not in shipped:
            raise IdentityError(f"{place}: there is no rung {name}; {_closest(name, shipped)}")
        if name in seen:
            raise IdentityError(f"{place}: rung {name} is there twice; keep one of the two")
        seen.add(name)
        for key in ("kind", "bit"):
            if rung.get(key) != (fixed := getattr(shipped[name], key)):
                raise IdentityError(f"{place}: {key} of rung {name} is fixed; write {key}: {fixed}")
        _check_values(place, rung)
    if missing := [name for name in shipped if name not in seen]:
        fix = "add it; with weight: 0 it links nobody by itself"
        raise IdentityError(f"{file}: rung {missing[0]} is missing; {fix}")


def _check_values(place: str, rung: dict[str, Any]) -> None:
    name = rung["name"]
    for key, given in (("weight", rung.get("weight")), ("cap", rung.get("cap", 0))):
        if isinstance(given, bool) or not isinstance(given, int | float) or given < 0:
            fix = "write a number from 0 on"
            raise IdentityError(f"{place}: {key} of rung {name} cannot be used; {fix}")
    for key in ("alone", "named"):
        if not isinstance(rung.get(key, True), bool):
            raise IdentityError(f"{place}: {key} of rung {name} must be true or false")


def _closest(word: Any, known: Any) -> str:
    near = difflib.get_close_matches(str(word), list(known), n=1, cutoff=0.5)
    return f"did you mean {near[0]}?" if near else f"known here: {', '.join(known)}"
