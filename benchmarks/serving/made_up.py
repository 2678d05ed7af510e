"""A made-up warehouse with the marts' schema, for benchmarks and tests of serving."""

from pathlib import Path

import duckdb

HERE = Path(__file__).parent


def make_warehouse(
    home: Path, customers: int, *, changes: int = 0, share: float = 0.01, history: bool = True
) -> Path:
    """Writes `<home>/warehouse/hub.duckdb` and returns its path.

    Args:
        home: the hub's home.
        customers: how many golden records.
        changes: how many rounds of change have happened; each touches `share` of the customers.
        share: 0..1.
        history: whether to make what the sidecar does not read too: attributes, interactions, …
    """
    path = home / "warehouse" / "hub.duckdb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with duckdb.connect(path) as hub:
        hub.execute("set timezone = 'UTC'")
        for name, value in {"n": customers, "round": changes, "share": share}.items():
            hub.execute(f"set variable {name} = {value}")
        scripts = ["marts.sql", "history.sql"] if history else ["marts.sql"]
        for script in scripts:
            hub.execute((HERE / script).read_text())
        hub.execute("drop table marts.people")
        for macro in ("pick", "maybe", "state"):
            hub.execute(f"drop macro {macro}")
    return path
