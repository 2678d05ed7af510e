"""Erase people from all that activation keeps: ledgers, echo marks, files of the log."""

from pathlib import Path

from activation.ledger import Ledger
from activation.log_files import rewrite_logs


def forget(home: Path, customers: list[str]) -> int:
    """Erase every value of these customers; what happened stays, as counts.

    Records that the hub wrote stay in the CRMs: their owners erase them there. Nothing goes out any
    more about a customer that the newest generation does not hold.

    Args:
        home: TESSERA_HOME.
        customers: Their ids; name the aliases too.

    Returns:
        How many rows held values.
    """
    touched = 0
    root = home / "landing" / "_activation"
    for folder in sorted(root.iterdir()) if root.is_dir() else ():
        ledger = Ledger(home, folder.name)
        try:
            with ledger.locked():
                touched += ledger.forget(customers)
                for marks in folder.glob("echo-*.parquet"):
                    _without(marks, customers)
                rewrite_logs(ledger)
        finally:
            ledger.close()
    return touched


def _without(marks: Path, customers: list[str]) -> None:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    table = pq.read_table(marks)
    theirs = pc.is_in(table["customer_id"], value_set=pa.array(customers, pa.string()))
    aside = marks.with_suffix(".next")
    pq.write_table(table.filter(pc.invert(theirs)), aside)
    aside.replace(marks)
