"""The ladder as SQL over an evidence mask."""

from identity.ladder import Rung


def rung_sql(rungs: list[Rung], named: str | None = None) -> str:
    """Returns the weight of the strongest rung in `mask` that links by itself, -100 without one.

    Args:
        rungs: The ladder.
        named: Expression of the evidence of the family names; a rung that wants them to agree counts
            little without it.
    """
    cases = " ".join(
        f"WHEN mask & {r.bit} <> 0 {f'AND ({named} > 0 OR nameless)' if r.named and named else ''} THEN {r.weight}"
        for r in rungs
        if r.alone and r.bit > 1
    )
    return f"CASE {cases} ELSE -100.0 END"
