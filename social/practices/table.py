"""Judges every practice of a run (`dbt_project/models/social/int_practice_statistics.py`)."""

from dataclasses import asdict
from typing import Any

import numpy as np
import pyarrow as pa

from social.practices.statistics import judge

SCHEMA = pa.schema(
    [
        ("practice", pa.string()),
        ("treated", pa.int64()),
        ("holdout", pa.int64()),
        *((name, pa.float64()) for name in ("treated_mean", "holdout_mean")),
        *((name, pa.float64()) for name in ("lift", "low", "high", "ratio_p")),
        ("verdict", pa.string()),
        ("reason", pa.string()),
    ]
)


def judged(values: Any, practices: dict[str, Any]) -> pa.Table:
    """One row per declared practice.

    Args:
        values: Relation (practice, arm, value, over).
        practices: The practices as `Declared.dbt_vars` gives them.
    """
    rows: dict[str, dict[str, list[float]]] = {}
    over: dict[str, bool] = {}
    for practice, arm, value, ended in values.fetchall():
        rows.setdefault(practice, {}).setdefault(arm, []).append(float(value or 0))
        over[practice] = bool(ended)
    found = []
    for name, practice in sorted(practices.items()):
        arms = rows.get(name, {})
        judgement = judge(
            np.asarray(arms.get("treated", []), dtype=np.float64),
            np.asarray(arms.get("holdout", []), dtype=np.float64),
            share_held=practice["holdout"],
            least=practice["least"],
            over=over.get(name, False),
            lower_is_better=practice["measure"]["better"] == "lower",
        )
        found.append({"practice": name} | asdict(judgement))
    return pa.Table.from_pylist(found, schema=SCHEMA)
