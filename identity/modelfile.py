"""Which model a run uses: a file under version control, one trained on this hub's contacts, or the shipped one."""

import json
import os
from pathlib import Path
from typing import Any

import duckdb

from identity.config import Config
from identity.model import DEFAULT, Model
from identity.modelchart import model_page
from identity.store import SCHEMA, Store
from identity.training import train


def current_model(store: Store, place: Path | None, config: Config) -> Model:
    """Returns the model that the working tables were made with, or would be.

    Args:
        store: Working tables; they remember a model trained without a home.
        place: `<home>/landing/_identity`, where a trained model is kept across rebuilds.
        config: `model` is 'auto', 'default' or the path of a model file.
    """
    if config.model not in ("auto", "default"):
        return Model.load(config.model)
    if config.model == "auto":
        kept = place / "model.json" if place else None
        if kept and kept.exists():
            return Model.load(kept)
        if not place and (raw := store.get("model")):
            return Model(raw)
    return Model.load(DEFAULT)


def adopt(store: Store, place: Path | None, config: Config) -> Model:
    """Returns the model for a full run; trains and keeps one where there is none.

    Training needs enough matches to learn from; until then the shipped model serves.
    """
    model = current_model(store, place, config)
    if config.model != "auto":
        return model
    if model.version == Model.load(DEFAULT).version:
        trained = train(store.con, store.name("records"), store.name("identifiers"), config)
        if trained is None:
            return model
        if place:
            keep(place, trained)
        model = trained
    # A kept one too: whoever explains a link from the working tables alone goes by what made it.
    store.put("model", model.raw)
    return model


def keep(place: Path, model: Model) -> Path:
    """Writes a trained model where rebuilds find it, whole or not at all."""
    place.mkdir(parents=True, exist_ok=True)
    aside = place / ".model.json"
    with aside.open("w", encoding="utf-8") as file:
        json.dump(model.raw, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    return aside.rename(place / "model.json")


def train_model(
    con: duckdb.DuckDBPyConnection,
    path: Path | str,
    config: dict[str, Any] | Config | None = None,
    schema: str = SCHEMA,
) -> Model:
    """Trains a model on the resolved contacts and writes it with its page (`.html` beside it) for review.

    Args:
        con: Read-write connection to the warehouse after a `resolve`.
        path: JSON file to write, to be named as `identity: {model: …}` and kept under version control.
        config: The `identity:` block.
        schema: Schema of the working tables.

    Raises:
        ValueError: The contacts hold too few matches to learn from.
    """
    store = Store(con, schema)
    model = train(con, store.name("records"), store.name("identifiers"), Config.of(config))
    if model is None:
        raise ValueError(
            "identity train: the contacts hold too few likely matches to learn from; keep the shipped model"
        )
    target = Path(path)
    target.write_text(json.dumps(model.raw, indent=1), "utf-8")
    model_page(model, target.with_suffix(".html"))
    return model
