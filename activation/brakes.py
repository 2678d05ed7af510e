"""When a run must stop and ask. Pure: counts in, reasons out."""

from collections.abc import Mapping

from activation.spec import Brake


def reasons(
    brake: Brake, *, rows: int, known: int, counts: Mapping[str, int], published: bool
) -> list[str]:
    """Return why a plan is held; nothing means it may go.

    Args:
        brake: The limits.
        rows: Rows of the relation.
        known: Records that the ledger knows.
        counts: Rows of the plan by operation.
        published: Whether the generation went through its checks and was published.
    """
    held = []
    if not published:
        held.append("the tables are of a generation that was not published")
    if rows == 0:
        held.append(
            "the source is empty" + (f", the CRM holds {known} of its rows" if known else "")
        )
    changed = counts.get("create", 0) + counts.get("update", 0)
    share = 100.0 * changed / max(rows, 1)
    if changed > brake.changed_rows and share > brake.changed_percent:
        held.append(
            f"{changed} of {rows} rows change ({share:.0f}%, the brake is at "
            f"{brake.changed_percent:g}%)"
        )
    for op, most in (("delete", brake.deletes), ("merge", brake.merges)):
        if counts.get(op, 0) > most:
            held.append(f"{counts[op]} records would be {op}d (the brake is at {most})")
    return held
