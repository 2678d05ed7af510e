"""What scores rest on beside the two records: population and frequencies, frozen so that nothing drifts.

They are counted on the first run and again when the population has grown or shrunk fourfold, however small it is
(names that a handful of contacts never showed would all pass for rare), and kept
beside the ledger (`landing/_identity/frozen/<number>/`), so that a rebuild from nothing scores alike.
"""

import json
import os
import shutil
from pathlib import Path

from identity import terms
from identity.model import Model
from identity.store import Store

_FACTOR = 4


def outgrown(total: int, frozen_at: int) -> bool:
    """Returns whether frequencies of a population of `frozen_at` records mislead for `total`."""
    return total > _FACTOR * frozen_at or _FACTOR * total < frozen_at


def freeze(store: Store, place: Path | None, model: Model, total: int) -> int:
    """Fills `terms` and remembers the population; returns the number of contacts the prior reckons with.

    Args:
        store: Working tables with all records.
        place: `<home>/landing/_identity`, None to keep everything in the working tables.
        model: The model of this run.
        total: Records, profiles included.
    """
    kept = _newest(place) if place else None
    about = json.loads((kept / "frozen.json").read_text("utf-8")) if kept else {}
    if kept and about["model"] == model.version and not outgrown(total, about["total"]):
        store.con.execute(
            f"INSERT INTO {store.name('terms')} FROM read_parquet('{_quoted(kept / 'terms.parquet')}')"
        )
    else:
        terms.count(store.con, model, store.name("records"), store.name("terms"))
        contacts = int(store.one(f"SELECT count(*) FROM {store.name('records')} WHERE NOT profile"))
        about = {"model": model.version, "total": total, "population": contacts}
        if place:
            _keep(store, place, about)
    store.put("population", about["population"])
    store.put("frozen_at", about["total"])
    return int(about["population"])


def _newest(place: Path) -> Path | None:
    folder = place / "frozen"
    found = sorted(f for f in folder.iterdir() if f.name.isdigit()) if folder.is_dir() else []
    return found[-1] if found else None


def _keep(store: Store, place: Path, about: dict[str, object]) -> None:
    newest = _newest(place)
    number = int(newest.name) + 1 if newest else 1
    aside = place / "frozen" / f".{number:06d}"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    store.con.execute(
        f"COPY (FROM {store.name('terms')}) TO '{_quoted(aside / 'terms.parquet')}' (FORMAT parquet)"
    )
    (aside / "frozen.json").write_text(json.dumps(about), "utf-8")
    for path in (*aside.iterdir(), aside):
        descriptor = os.open(path, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)
    aside.rename(place / "frozen" / f"{number:06d}")


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
