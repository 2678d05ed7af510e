"""Training without labels: how often people and strangers agree, learned from the hub's own contacts.

Expectation maximisation over the same candidate pairs that scoring sees, counted by comparison pattern; the
agreement of strangers (u) comes from random pairs, each weighed by how surely it is one of strangers. That
keeps levels trained which random pairs hardly ever reach (e-mail, phone), and needs no blocking rule left out.
"""

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

from identity import candidates, keys
from identity.comparisons import COMPARISONS, settings
from identity.config import Config
from identity.levels import Comparison
from identity.model import Model

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_RANDOM = 20_000
_RANDOM_PAIRS = 500_000
_ROUNDS = 60
_PAIRS = 4_000_000
# First guesses count as much as this many pairs, so that a level hardly ever met stays near them.
_FAITH = 8.0
_LEAST_MATCHES = 40


@dataclass(frozen=True)
class Patterns:
    """Distinct comparison patterns: level numbers (patterns, comparisons) and pairs per pattern."""

    levels: Ints
    pairs: Floats


def train(
    con: duckdb.DuckDBPyConnection, records: str, identifiers: str, config: Config
) -> Model | None:
    """Returns a model trained on contacts, or None where they hold too few matches to learn from.

    Args:
        con: Connection; temporary tables are written.
        records: Standardised records.
        identifiers: Their identifiers.
        config: Ladder, for the candidate pairs.
    """
    used = _comparable(con, records)
    total = _count(con, f"SELECT count(*) FROM {records} WHERE NOT profile")
    if total < 100 or not used:
        return None
    first = Model(settings(used))
    _candidates(con, records, identifiers, config, total)
    near = _patterns(con, "train_pairs", first, records)
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE train_random AS
        WITH s AS (
            SELECT rkey, row_number() OVER (ORDER BY rkey) AS n FROM {records} WHERE NOT profile
            ORDER BY rkey LIMIT {_RANDOM}
        )
        SELECT a.rkey AS l, b.rkey AS r FROM s AS a INNER JOIN s AS b
        ON b.n > a.n AND b.n <= a.n + {max(_RANDOM_PAIRS // min(total, _RANDOM), 1)}"""
    )
    random = _patterns(con, "train_random", first, records)
    scale = _count(con, "SELECT count(*) FROM train_all") / max(near.pairs.sum(), 1.0)
    m, u, matches, doubt = _maximise(first, near, random, total, scale)
    for table in (
        "train_keys",
        "train_carried",
        "train_eligible",
        "train_all",
        "train_pairs",
        "train_random",
    ):
        con.execute(f"DROP TABLE temp.{table}")
    if matches < _LEAST_MATCHES or doubt > 0.6:
        return None
    return _model(used, m, u, total, matches)


def _comparable(con: duckdb.DuckDBPyConnection, records: str) -> tuple[Comparison, ...]:
    """Returns the comparisons whose columns enough contacts fill with more than one value."""
    found = []
    for comparison in COMPARISONS:
        filled = " OR ".join(f"{c} IS NOT NULL" for c in comparison.columns)
        values = " + ".join(f"approx_count_distinct({c})" for c in comparison.columns)
        row = con.execute(
            f"SELECT count(*) FILTER ({filled}), count(*), {values} FROM {records} WHERE NOT profile"
        ).fetchone()
        if row and row[0] >= max(50, 0.02 * row[1]) and row[2] > 1:
            found.append(comparison)
    return tuple(found)


def _candidates(
    con: duckdb.DuckDBPyConnection, records: str, identifiers: str, config: Config, total: int
) -> None:
    parts = (keys.identifier_keys(config), keys.contact_keys(total))
    named = " UNION ALL ".join(f"({p.format(ids=identifiers, records=records)})" for p in parts)
    con.execute(f"CREATE OR REPLACE TEMP TABLE train_keys AS SELECT DISTINCT * FROM ({named})")
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE train_carried AS {candidates.carriers_sql('train_keys')}"
    )
    eligible = candidates.eligible_sql("train_carried", "train_keys", config, total)
    con.execute(f"CREATE OR REPLACE TEMP TABLE train_eligible AS {eligible}")
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE train_all AS SELECT p.l, p.r
        FROM ({candidates.pairs_sql("train_keys", "train_eligible")}) AS p
        INNER JOIN {records} AS a ON p.l = a.rkey INNER JOIN {records} AS b ON p.r = b.rkey
        WHERE NOT a.profile AND NOT b.profile AND a.kind = b.kind"""
    )
    share = max(1, _count(con, "SELECT count(*) FROM train_all") // _PAIRS)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE train_pairs AS SELECT * FROM train_all WHERE (l + r) % {share} = 0"
        if share > 1
        else "CREATE OR REPLACE TEMP TABLE train_pairs AS FROM train_all"
    )


def _patterns(con: duckdb.DuckDBPyConnection, pairs: str, model: Model, records: str) -> Patterns:
    levels = model.level_sql()
    listed = ", ".join(f"CAST({sql} AS TINYINT) AS {name}" for name, sql in levels.items())
    found = con.execute(
        f"""SELECT *, count(*) AS pairs FROM (SELECT {listed} FROM {pairs} AS p
        INNER JOIN {records} AS l ON p.l = l.rkey INNER JOIN {records} AS r ON p.r = r.rkey) GROUP BY ALL ORDER BY ALL"""
    ).fetchnumpy()
    if not len(found["pairs"]):
        return Patterns(np.zeros((0, len(levels)), dtype=np.int64), np.zeros(0))
    return Patterns(
        np.stack([np.asarray(found[name]).astype(np.int64) for name in levels], axis=1),
        np.asarray(found["pairs"]).astype(np.float64),
    )


def _maximise(
    first: Model, near: Patterns, random: Patterns, total: int, scale: float
) -> tuple[list[Floats], list[Floats], float, float]:
    """Returns m and u per comparison and level, expected matches and the share of doubtful ones."""
    start = [_start(c) for c in first.raw["comparisons"]]
    m, u = [s[0].copy() for s in start], [s[1].copy() for s in start]
    possible = total * (total - 1) / 2
    matches = max(1.0, 0.2 * total)
    doubt = 1.0
    for _ in range(_ROUNDS):
        prior = min(matches / possible, 0.5)
        likely, stranger = _posterior(near, m, u, prior), 1 - _posterior(random, m, u, prior)
        weight = likely * near.pairs
        before = matches
        matches = max(float(weight.sum()) * scale, 1.0)
        unsure = np.minimum(likely, 1 - likely)
        doubt = float((unsure * near.pairs).sum() * scale / matches)
        for k, (m0, u0) in enumerate(start):
            m[k] = _share(near.levels[:, k], weight, m0, _FAITH)
            u[k] = _share(random.levels[:, k], stranger * random.pairs, u0, 1.0)
        if abs(matches - before) < 1e-4 * before:
            break
    return m, u, matches, doubt


def _start(comparison: dict[str, Any]) -> tuple[Floats, Floats]:
    levels = comparison["comparison_levels"][1:]
    m, u = (np.array([level[f"{p}_probability"] for level in levels]) for p in ("m", "u"))
    return m / m.sum(), u / u.sum()


def _posterior(patterns: Patterns, m: list[Floats], u: list[Floats], prior: float) -> Floats:
    bits = np.full(len(patterns.pairs), math.log(prior / (1 - prior)))
    for k in range(len(m)):
        weights = np.concatenate([[0.0], np.log(m[k] / u[k])])
        bits += weights[patterns.levels[:, k]]
    found: Floats = 1 / (1 + np.exp(-np.clip(bits, -500, 500)))
    return found


def _share(levels: Ints, weight: Floats, guess: Floats, faith: float) -> Floats:
    counted = np.bincount(levels, weights=weight, minlength=len(guess) + 1)[1 : len(guess) + 1]
    found: Floats = (counted + faith * guess) / (counted.sum() + faith)
    return found


def _model(
    used: tuple[Comparison, ...], m: list[Floats], u: list[Floats], total: int, matches: float
) -> Model:
    raw = settings(used)
    raw["probability_two_random_records_match"] = 2 * matches / (total * (total - 1))
    for k, comparison in enumerate(raw["comparisons"]):
        for level, pm, pu in zip(comparison["comparison_levels"][1:], m[k], u[k], strict=True):
            level["m_probability"], level["u_probability"] = round(float(pm), 9), float(f"{pu:.6g}")
    raw["tessera"] = {
        "version": f"trained-{datetime.now(UTC):%Y%m%dT%H%M%S}",
        "trained_on": total,
        "matches_per_record": round(float(2 * matches / total), 4),
    }
    return Model(raw)


def _count(con: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = con.execute(sql).fetchone()
    return int(row[0]) if row else 0
