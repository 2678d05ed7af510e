"""Asks the engine whether every expression of `shape:` fits what has landed, before dbt runs.

A wrong column would fail one dbt model for all sources at once. Asked here, the mistake names its
source, stream and column, the source is held back at its last good mapping, and the others go on.
"""

import difflib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from connectors.target_landing import ledger
from orchestration.hub_config.models import Mapping

_UNKNOWN = re.compile(r'Referenced column "?([^"\n]+?)"? (?:was )?not found', re.IGNORECASE)
# Enough to see every column that recent exports had; thousands of footers would cost more than dbt.
_NEWEST = 20


def mistakes(landing: Path, source: str, shape: dict[str, list[Mapping]], after: int) -> list[str]:
    """What does not fit, a sentence each; empty when all expressions can be evaluated.

    Args:
        landing: The landing zone.
        source: The source's name.
        shape: Its mappings by stream.
        after: Packages up to this number are known to fit.
    """
    found: list[str] = []
    packages = [package for package in ledger.packages(landing, source) if package.last > after]
    for stream, mappings in shape.items():
        files = [str(p.stream_file(stream)) for p in packages if p.stream_file(stream).exists()]
        if not files:
            continue
        with duckdb.connect(":memory:") as engine:
            engine.execute("set TimeZone = 'UTC'")
            relation = engine.from_parquet(files[-_NEWEST:], union_by_name=True)
            engine.register("landed", relation)
            for mapping in mappings:
                for place, expression in _expressions(mapping):
                    wrong = _wrong(engine, expression, relation.columns)
                    if wrong:
                        found.append(f"source {source}, stream {stream}: {place}: {wrong}")
    return found


def _wrong(engine: duckdb.DuckDBPyConnection, expression: str, columns: list[str]) -> str | None:
    try:
        engine.execute(f"explain select {expression} from landed")
    except duckdb.BinderException as error:
        unknown = _UNKNOWN.search(str(error))
        if unknown is None:
            return (
                f"{expression} cannot be evaluated ({_first_line(error)}); correct it in hub.yaml"
            )
        own = [name for name in columns if not name.startswith(("_sdc_", "_tessera_"))]
        near = difflib.get_close_matches(unknown.group(1), own, n=1, cutoff=0.5)
        fix = f"did you mean {near[0]}?" if near else f"it has {', '.join(own[:20])}"
        text = f"the stream has no column {unknown.group(1)}; {fix}"
        return text + (" (a constant is written \"'like this'\")" if not near else "")
    except duckdb.Error as error:
        return f"{expression} is not SQL ({_first_line(error)}); correct it in hub.yaml"
    return None


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]


def _expressions(mapping: Mapping) -> Iterator[tuple[str, str]]:
    for column in mapping.key or ():
        yield "key", f'"{column}"'
    yield from _below("columns", mapping.columns)
    if mapping.where:
        yield "where", mapping.where
    yield from _below("consents", mapping.consents or {})


def _below(place: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _below(f"{place}.{key}", item)
    elif isinstance(value, list):
        for item in value:
            yield from _below(place, item)
    else:
        yield place, str(value)
