"""The declared files of the social room, read and checked as one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from social.declared.columns import CANDIDATE_COLUMNS, MEASURE_COLUMNS, TABLE_COLUMNS
from social.declared.conditions import ConditionError, check
from social.declared.files import DeclarationError, Document, Mistake, Place, read
from social.declared.models import Brand, Calendar, Practice, Routing, Segment
from social.declared.settings import Settings

__all__ = ["DeclarationError", "Declared", "Mistake", "read_declared", "read_routing"]
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Declared:
    """Everything a company declares about its conversations."""

    brands: dict[str, Brand] = field(default_factory=dict)
    calendars: dict[str, Calendar] = field(default_factory=dict)
    routing: Routing = field(default_factory=Routing)
    segments: dict[str, Segment] = field(default_factory=dict)
    practices: dict[str, Practice] = field(default_factory=dict)
    settings: Settings = field(default_factory=Settings)

    def dbt_vars(self) -> dict[str, Any]:
        """What the models are told: variables `brands`, `calendars` and `social`."""
        return {
            "brands": {name: brand.model_dump() for name, brand in self.brands.items()},
            "calendars": {name: value.model_dump() for name, value in self.calendars.items()},
            "social": {
                "routing": self.routing.model_dump(),
                "segments": {name: value.model_dump() for name, value in self.segments.items()},
                "practices": {name: value.model_dump() for name, value in self.practices.items()},
                **self.settings.model_dump(
                    include={"classifiers", "resolve_after_hours", "advocacy"}
                ),
            },
        }


def read_declared(
    folder: Path,
    brands: dict[str, Any] | None = None,
    calendars: dict[str, Any] | None = None,
    social: dict[str, Any] | None = None,
) -> Declared:
    """Reads brands and calendars as hub.yaml gives them, and the files beside it.

    Args:
        folder: Where hub.yaml lies; `social: {files: NAME}` names a folder in it (default: itself)
            with `routing.yaml`, `segments.yaml`, `practices/*.yaml`; each may be absent.
        brands: Block `brands` of hub.yaml.
        calendars: Block `calendars`.
        social: Block `social`.

    Raises:
        DeclarationError: One sentence per mistake, with file, line and fix.
    """
    hub = Document(folder / "hub.yaml", None, {})
    mistakes: list[Mistake] = []
    settings = _made(hub, social or {}, Settings, ("social",), mistakes) or Settings()
    made_brands = _each(hub, brands or {}, Brand, ("brands",), mistakes)
    made_calendars = _each(hub, calendars or {}, Calendar, ("calendars",), mistakes)
    for name, brand in made_brands.items():
        if brand.calendar and brand.calendar not in made_calendars:
            text = f"brands.{name}: there is no calendar {brand.calendar}"
            mistakes.append(hub.mistake((), text, "declare it under calendars"))
    files = folder / settings.files
    routing = _routing(files / "routing.yaml", mistakes)
    segments = _segments(files / "segments.yaml", mistakes)
    practices: dict[str, Practice] = {}
    for path in sorted((files / "practices").glob("*.yaml")):
        practice = _practice(path, set(segments), {rule.name for rule in routing.rules}, mistakes)
        if practice:
            practices[path.stem] = practice
    if mistakes:
        raise DeclarationError(mistakes)
    return Declared(
        brands=made_brands,
        calendars=made_calendars,
        routing=routing,
        segments=segments,
        practices=practices,
        settings=settings,
    )


def read_routing(file: Path) -> Routing:
    """One routing file by itself, as `tessera route --replay` needs it.

    Raises:
        DeclarationError: As `read_declared`; also when the file is missing.
    """
    read(file)
    mistakes: list[Mistake] = []
    routing = _routing(file, mistakes)
    if mistakes:
        raise DeclarationError(mistakes)
    return routing


def _routing(file: Path, mistakes: list[Mistake]) -> Routing:
    if not file.is_file():
        return Routing()
    document = read(file)
    routing = _made(document, document.value or {}, Routing, (), mistakes)
    if routing is None:
        return Routing()
    seen: set[str] = set()
    for index, rule in enumerate(routing.rules):
        place: Place = ("rules", index)
        _checked(document, (*place, "when"), rule.when, CANDIDATE_COLUMNS, mistakes)
        if rule.team not in routing.teams:
            text = f"rule {rule.name} names team {rule.team}, which is not declared"
            mistakes.append(document.mistake((*place, "team"), text, "add it under teams"))
        if rule.name in seen:
            text = f"there are two rules named {rule.name}"
            mistakes.append(document.mistake((*place, "name"), text, "rename one"))
        seen.add(rule.name)
    return routing


def _segments(file: Path, mistakes: list[Mistake]) -> dict[str, Segment]:
    if not file.is_file():
        return {}
    document = read(file)
    made = _each(document, document.value or {}, Segment, (), mistakes)
    for name, segment in made.items():
        if name == "everyone":
            text = "a segment cannot be named everyone, as all of them together are"
            mistakes.append(document.mistake((name,), text, "rename it"))
        _checked(document, (name, "when"), segment.when, MEASURE_COLUMNS, mistakes)
    return made


def _practice(
    file: Path, segments: set[str], rules: set[str], mistakes: list[Mistake]
) -> Practice | None:
    document = read(file)
    practice = _made(document, document.value or {}, Practice, (), mistakes)
    if practice is None:
        return None
    for key, name, known in (
        ("segment", practice.segment, segments),
        ("rule", practice.rule, rules),
    ):
        if name is not None and name not in known:
            fix = f"known: {', '.join(sorted(known)) or 'none'}"
            mistakes.append(document.mistake((key,), f"there is no {key} {name}", fix))
    if (practice.segment is None) == (practice.rule is None):
        mistakes.append(document.mistake((), "a practice has a segment or a rule", "give one"))
    columns = TABLE_COLUMNS[practice.measure.table]
    for key in ("value", "where"):
        text = getattr(practice.measure, key)
        sums = key == "value"
        _checked(document, ("measure", key), text, columns, mistakes, aggregates=sums)
    return practice


def _checked(
    document: Document,
    place: Place,
    condition: str,
    columns: Mapping[str, str],
    mistakes: list[Mistake],
    *,
    aggregates: bool = False,
) -> None:
    try:
        check(condition, columns, aggregates=aggregates)
    except ConditionError as error:
        mistakes.append(document.mistake(place, error.text, error.fix))


def _each(
    document: Document, given: Any, model: type[Model], place: Place, mistakes: list[Mistake]
) -> dict[str, Model]:
    if not isinstance(given, dict):
        mistakes.append(document.mistake(place, "this must be a mapping", "write `name:` lines"))
        return {}
    made = {
        name: _made(document, value, model, (*place, str(name)), mistakes)
        for name, value in given.items()
    }
    return {name: value for name, value in made.items() if value is not None}


def _made(
    document: Document, value: Any, model: type[Model], place: Place, mistakes: list[Mistake]
) -> Model | None:
    if not isinstance(value, dict):
        mistakes.append(document.mistake(place, "this must be a mapping", "write `name:` lines"))
        return None
    try:
        return model.model_validate(value)
    except ValidationError as error:
        for problem in error.errors(include_url=False):
            where = (*place, *problem["loc"])
            key = ".".join(str(part) for part in where)
            ours = problem["type"] == "value_error"  # begins with what was written
            text = problem["msg"].removeprefix("Value error, ")
            text = text if ours else f"{text[:1].lower()}{text[1:]}"
            if problem["type"] == "extra_forbidden":
                known = (
                    f", known: {', '.join(model.model_fields)}" if len(problem["loc"]) == 1 else ""
                )
                text = f"unknown key{known}"
            mistakes.append(document.mistake(where, f"{key}: {text}"))
        return None
