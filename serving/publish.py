"""Publishing: a checked warehouse becomes an immutable generation that readers switch to at once.

`<home>/published/hub.duckdb` is a link to `generations/<id>/hub.duckdb`. A generation is built
aside, made durable, and appears by one rename; the link moves by another. Readers that are at it
keep the file they opened, even after its folder is removed.
"""

import contextlib
import json
import re
import shutil
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from serving import contents
from serving.copying import Also, PublishError, copy
from serving.generations import current, retire, switch
from serving.generations import make_durable as _make_durable
from serving.lookup import bring_to
from serving.settings import Settings

__all__ = ["Also", "PublishError", "Published", "current", "publish", "retire", "switch"]

_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]*")


@dataclass(frozen=True)
class Published:
    """A generation that readers can see.

    Attributes:
        generation_id: Its id.
        file: Its own path, which stays the same; readers use `<home>/published/hub.duckdb`.
        rows: Rows per table, by `schema.table`.
    """

    generation_id: str
    file: Path
    rows: dict[str, int]


def publish(
    home: Path,
    generation_id: str,
    *,
    facts: Mapping[str, Any] | None = None,
    also: Sequence[Also] = (),
    keep: int = 3,
    settings: Settings | None = None,
) -> Published:
    """Copies marts and identity evidence into a new generation and switches readers to it.

    Args:
        home: TESSERA_HOME, absolute. Nobody may write its warehouse meanwhile.
        generation_id: Name of the generation: letters, digits, `-` and `_`; never used before.
        facts: What else to remember of it in `generation.json` and `marts.generation` (JSON; no
            personal values).
        also: Further things to write into the generation before it is switched to, in order.
        keep: How many generations stay on disk, this one included; more while somebody reads them.
        settings: What else to make of it; all defaults when None.

    Returns:
        The new generation.

    Raises:
        PublishError: The id is not usable, the warehouse is missing, busy or has no customers, or
            the disk would not take it.
    """
    if not _ID.fullmatch(generation_id):
        raise PublishError(f"{generation_id!r} cannot name a generation; use letters and digits")
    generations = home / "published" / "generations"
    folder, aside = generations / generation_id, generations / f".{generation_id}"
    if folder.exists():
        raise PublishError(f"generation {generation_id} is published already; choose a new id")
    generations.mkdir(parents=True, exist_ok=True)
    for leftover in generations.glob(".*"):  # Of runs that were killed here.
        shutil.rmtree(leftover)
    aside.mkdir()
    settings = settings or Settings()
    built_at = datetime.now(UTC).isoformat()
    about = {"generation_id": generation_id, "built_at": built_at, **(facts or {})}
    try:
        steps = [lambda hub, at: contents.add(hub, at, home, generation_id, settings), *also]
        rows = copy(home / "warehouse" / "hub.duckdb", aside, about, steps)
        (aside / "generation.json").write_text(json.dumps(about | {"rows": rows}, indent=1))
        for file in aside.rglob("*"):
            _make_durable(file)
        _make_durable(aside)
        aside.rename(folder)
        _make_durable(generations)
        if contents.answers_lookups(rows, settings):
            bring_to(home, folder)
    except BaseException as error:
        # The room it took is wanted by others, most of all when the disk is full.
        with contextlib.suppress(OSError):
            shutil.rmtree(aside, ignore_errors=True)
            shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, duckdb.Error | sqlite3.Error):
            # Without its text, which may quote what it stumbled over: somebody's data.
            what = f"generation {generation_id} could not be written below {home}"
            full = isinstance(error, duckdb.IOException | sqlite3.OperationalError)
            why = "is the disk full?" if full else f"{type(error).__name__} in DuckDB or SQLite"
            raise PublishError(f"{what}: {why} The one before stays") from None
        raise
    switch(home, generation_id)
    retire(home, keep, settings.keep_hours)
    return Published(generation_id, folder / "hub.duckdb", rows)
