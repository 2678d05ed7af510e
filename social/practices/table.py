"""Judges every practice of a run (`dbt_project/models/social/int_practice_statistics.py`)."""

import json
from dataclasses import asdict, fields
from typing import Any

from social.practices.statistics import Arm, Judgement, judge
from social.told import literal

_KINDS: dict[object, str] = {int: "BIGINT", str: "VARCHAR"}
_SHAPE = {"practice": "VARCHAR"} | {
    field.name: _KINDS.get(field.type, "DOUBLE") for field in fields(Judgement)
}


def judged(connection: Any, values: Any, practices: dict[str, Any]) -> Any:
    """Relation with one row per declared practice.

    Args:
        connection: The DuckDB connection of the run.
        values: Relation (practice, arm, value, over).
        practices: The practices as `Declared.dbt_vars` gives them.
    """
    connection.register("values_of_practices", values)
    rows = connection.execute("""
        select practice, arm, count(*), avg(value), coalesce(var_samp(value), 0)
        from values_of_practices group by practice, arm
    """).fetchall()
    over = dict(
        connection.execute(
            "select practice, bool_or(over) from values_of_practices group by practice"
        ).fetchall()
    )
    connection.unregister("values_of_practices")
    arms = {(practice, arm): Arm(*facts) for practice, arm, *facts in rows}
    found = []
    for name, practice in sorted(practices.items()):
        judgement = judge(
            arms.get((name, "treated"), Arm()),
            arms.get((name, "holdout"), Arm()),
            share_held=practice["holdout"],
            least=practice["least"],
            over=over.get(name, False),
            lower_is_better=practice["measure"]["better"] == "lower",
        )
        found.append({"practice": name} | asdict(judgement))
    connection.execute(
        "create or replace temp table judgements as select unnest("
        f"from_json({literal(json.dumps(found))}::json, {literal(json.dumps([_SHAPE]))}), "
        "recursive := true)"
    )
    return connection.table("judgements")
