"""What the evidence of pairs weighs, comparison by comparison: what waterfalls are drawn from."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from identity.config import Config
from identity.decisions import DECIDED
from identity.ladder import Rung
from identity.model import Model
from identity.modelfile import current_model
from identity.profile_scoring import profile_parts_sql
from identity.scoring import contact_parts_sql, levels_sql, sides_sql
from identity.store import SCHEMA, Store

Pair = tuple[int, int, int]
"""Record keys, left < right, and the ladder bits that the two share."""

_ROUNDED = 0.05


@dataclass(frozen=True)
class Evidence:
    """One thing compared: what it is, how alike the two are, and its weight in bits."""

    name: str
    finding: str
    bits: float


def weigh(
    store: Store, model: Model, config: Config, pairs: Sequence[Pair]
) -> dict[tuple[int, int], tuple[Evidence, ...]]:
    """Returns each comparison of each pair with its finding and bits, the prior first."""
    if not pairs:
        return {}
    listed = ", ".join(
        f"({le}::UBIGINT, {ri}::UBIGINT, {mask}::SMALLINT)" for le, ri, mask in pairs
    )
    asked = f"(SELECT * FROM (VALUES {listed}) AS v (l, r, mask))"
    population = int(store.get("population") or 2)
    records, terms = store.name("records"), store.name("terms")
    found: dict[tuple[int, int], list[Evidence]] = {}
    prior = -math.log2(max(128, population))
    for row in _rows(store, profile_parts_sql(asked, records, terms, population)):
        found[row["l"], row["r"]] = _of_profile(row, prior)
    sides = f"({sides_sql(records, terms, model, config, population, asked)})"
    parts = contact_parts_sql(asked, sides, model, config, population)
    levels = levels_sql(asked, records, model)
    prior = model.prior_bits(population)
    for row in _rows(store, f"SELECT * FROM ({parts}) INNER JOIN ({levels}) USING (l, r)"):
        found[row["l"], row["r"]] = _of_contacts(row, prior, model)
    linked = f"SELECT e.l, e.r, e.bits FROM {store.name('edges')} AS e SEMI JOIN {asked} AS a"
    totals = {(x, y): bits for x, y, bits in store.con.execute(f"{linked} USING (l, r)").fetchall()}
    for left, right, mask in pairs:
        evidence = found.setdefault((left, right), [])
        rungs = [r for r in config.rungs() if mask & r.bit and r.bit > 1]
        evidence.extend(_ruled(rungs, totals.get((left, right)), sum(e.bits for e in evidence)))
    return {pair: tuple(evidence) for pair, evidence in found.items()}


def _ruled(rungs: list[Rung], total: float | None, compared: float) -> list[Evidence]:
    """Returns what rungs and people add to what was compared, so that all adds up to the weight of the pair.

    A rung does not come on top of its identifier's likeness: it says what the pair weighs at least.
    """
    if total is None:
        return []
    added = total - compared
    found = [Evidence(r.name, f"both carry the same {r.kind}", 0.0) for r in rungs]
    if total >= DECIDED:
        found.append(Evidence("decision", "a person said so", added))
    elif rungs:
        worth = f"{found[0].finding}, worth {rungs[0].weight:g} in all"
        found[0] = Evidence(rungs[0].name, worth, added)
    elif abs(added) > _ROUNDED:
        found.append(Evidence("rules", "what the ladder makes of it", added))
    return found


def weigh_review(
    con: duckdb.DuckDBPyConnection,
    into: str,
    *,
    home: Path,
    config: dict[str, Any] | Config | None = None,
    schema: str = SCHEMA,
    review: str | None = None,
    most: int = 1000,
) -> int:
    """Writes the waterfalls of the likeliest pairs that wait for a person; one row per comparison.

    Args:
        con: Sees the working tables and the table to write.
        into: The table to make, qualified.
        home: TESSERA_HOME: a model trained on this hub lies there.
        config: The `identity:` block that the run used.
        schema: Schema of the working tables, with its database where it is attached.
        review: A table with what the view of waiting pairs shows, where it is at hand: that is quicker.
        most: At most so many pairs.

    Returns:
        How many pairs were weighed.
    """
    store, settings = Store(con, schema), Config.of(config)
    model = current_model(store, home / "landing" / "_identity", settings)
    waiting = con.execute(
        f"""SELECT e.l, e.r, e.mask, l.source, l.source_record_id, r.source, r.source_record_id
        FROM {review or store.name("v_identity_review")} AS v
        INNER JOIN {store.name("records")} AS l ON v.left_source = l.source AND v.left_record_id = l.source_record_id
        INNER JOIN {store.name("records")} AS r ON v.right_source = r.source AND v.right_record_id = r.source_record_id
        INNER JOIN {store.name("edges")} AS e ON e.l = l.rkey AND e.r = r.rkey
        ORDER BY v.weight DESC, e.l, e.r LIMIT {int(most)}"""
    ).fetchall()
    weighed = weigh(store, model, settings, [(row[0], row[1], row[2]) for row in waiting])
    rows = [
        (*row[3:], place, part.name, part.finding, part.bits)
        for row in waiting
        for place, part in enumerate(weighed[row[0], row[1]])
    ]
    columns = list(zip(*rows, strict=True)) or [()] * len(_WRITTEN)
    table = pa.table(
        [pa.array(values, kind) for values, kind in zip(columns, _WRITTEN.types, strict=True)],
        schema=_WRITTEN,
    )
    con.register("weighed_review", table)
    con.execute(f"CREATE OR REPLACE TABLE {into} AS FROM weighed_review")
    con.unregister("weighed_review")
    return len(waiting)


_WRITTEN = pa.schema(
    {
        "left_source": pa.string(),
        "left_record_id": pa.string(),
        "right_source": pa.string(),
        "right_record_id": pa.string(),
        "place": pa.int32(),
        "name": pa.string(),
        "finding": pa.string(),
        "bits": pa.float64(),
    }
)


def _of_profile(row: Mapping[str, Any], prior: float) -> list[Evidence]:
    found = [Evidence("prior", "two records at random", prior)]
    for part in ("family", "given", "region", "role"):
        if row.get(f"w_{part}"):
            bits = float(row[f"w_{part}"])
            found.append(Evidence(part, "shown" if bits > 0 else "speaks against", bits))
    return found


def _of_contacts(row: Mapping[str, Any], prior: float, model: Model) -> list[Evidence]:
    found = [Evidence("prior", "two records at random", prior)]
    for comparison in model.raw["comparisons"]:
        name = comparison["output_column_name"]
        level = comparison["comparison_levels"][int(row[f"level_{name}"])]
        if not level.get("is_null_level"):
            found.append(Evidence(name, level["label_for_charts"], float(row[f"w_{name}"])))
    return found


def _rows(store: Store, sql: str) -> list[dict[str, Any]]:
    cursor = store.con.execute(sql)
    names = [d[0] for d in cursor.description or ()]
    return [dict(zip(names, row, strict=False)) for row in cursor.fetchall()]
