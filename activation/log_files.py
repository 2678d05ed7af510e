"""Every row's fate as files of the landing zone, so that each generation publishes the log.

`<home>/landing/_activation/<destination>/log/<run>.parquet`; `activation.activation_log` reads
them. The values that were sent and the before-images stay in the ledger: only the fields' names
are told, and the CRM's own words, out of which our values are taken.
"""

from pathlib import Path

import duckdb
import msgspec

from activation.ledger import Ledger

_COLUMNS = {
    "log_id": "bigint", "run_id": "bigint", "generation_id": "varchar", "object": "varchar",
    "op": "varchar", "key": "varchar", "customer": "varchar", "remote_id": "varchar",
    "status": "varchar", "error": "varchar", "request_id": "varchar", "intended_at": "varchar",
    "settled_at": "varchar",
}  # fmt: skip


def write_log(ledger: Ledger, run_id: int) -> list[Path]:
    """Write the files of a run and of earlier ones whose open rows it settled.

    Args:
        ledger: The destination's.
        run_id: The run that ends now.

    Returns:
        The files; none where nothing happened.
    """
    touched = ledger.db.execute(
        "select distinct run_id from activation_log where run_id = ? or settled_at >= "
        "(select started_at from runs where run_id = ?)",
        (run_id, run_id),
    ).fetchall()
    return [_write(ledger, int(number)) for (number,) in touched]


def rewrite_logs(ledger: Ledger) -> None:
    """Write all files anew: somebody was erased from the ledger."""
    for path in (ledger.folder / "log").glob("*.parquet"):
        _write(ledger, int(path.stem))


def _write(ledger: Ledger, run_id: int) -> Path:
    """Write one run's file, by way of lines of JSON: DuckDB is loaded already, Arrow is not."""
    path = ledger.folder / "log" / f"{run_id}.parquet"
    path.parent.mkdir(exist_ok=True, mode=0o700)
    lines, aside = path.with_suffix(".jsonl"), path.with_suffix(".next")
    encode = msgspec.json.Encoder().encode
    with lines.open("wb") as file:
        for entry in ledger.db.execute(
            "select id as log_id, * from activation_log where run_id = ? order by id", (run_id,)
        ):
            row = {name: entry[name] for name in _COLUMNS}
            names = sorted(msgspec.json.decode(entry["fields"]))
            row |= {"fields": names, "destination": ledger.destination}
            file.write(encode(row) + b"\n")
    types = {**_COLUMNS, "fields": "varchar[]", "destination": "varchar"}
    columns = ", ".join(f"{name}: '{kind}'" for name, kind in types.items())
    with duckdb.connect() as db:
        db.execute(
            f"copy (from read_json({_text(lines)}, format = 'newline_delimited', "
            f"columns = {{{columns}}})) to {_text(aside)} (format parquet)"
        )
    lines.unlink()
    aside.replace(path)
    return path


def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
