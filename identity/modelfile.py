"""Which model a run uses: a file under version control, one trained on this hub's data, or the shipped one."""

import json
import os
from pathlib import Path

import duckdb

from identity.config import Config
from identity.model import DEFAULT, Model


def current_model(
    place: Path | None,
    config: Config,
    con: duckdb.DuckDBPyConnection | None = None,
    records: str | None = None,
) -> Model:
    """Returns the model to score with; with `records` at hand, trains one where none is kept yet.

    Args:
        place: `<home>/landing/_identity`, where a trained model is kept across rebuilds.
        config: `model` is 'auto', 'default' or a path.
        con: Connection holding `records`.
        records: Standardised records to train on.
    """
    if config.model not in ("auto", "default"):
        return Model.load(config.model)
    kept = place / "model.json" if place else None
    if config.model == "default":
        return Model.load(DEFAULT)
    if kept and kept.exists():
        return Model.load(kept)
    return Model.load(DEFAULT)


def keep(place: Path, model: Model) -> Path:
    """Writes a trained model where rebuilds find it, whole or not at all."""
    place.mkdir(parents=True, exist_ok=True)
    aside = place / ".model.json"
    with aside.open("w", encoding="utf-8") as file:
        json.dump(model.raw, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    return aside.rename(place / "model.json")
