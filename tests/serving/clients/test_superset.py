"""Apache Superset on both engines: connect, list, chart.

It wants an environment of its own, kept between runs:
    python -m venv ~/.cache/tessera/superset && ~/.cache/tessera/superset/bin/pip install \
        apache-superset==6.1.0 rich cachetools flask-caching==2.3.1 duckdb-engine==0.17.0 \
        'duckdb>=1.5.6,<2' psycopg2-binary
"""

import json
import os
import subprocess
from pathlib import Path

import pytest

from serving.postgres import Settings, publish
from tests.serving.conftest import CUSTOMERS, Postgres

pytestmark = [pytest.mark.live, pytest.mark.slow]

FOLDER = Path(os.environ.get("TESSERA_SUPERSET", Path.home() / ".cache" / "tessera" / "superset"))
SESSION = Path(__file__).with_name("superset_session.py")


def session(url: str, name: str) -> dict:
    python = FOLDER / "bin" / "python"
    if not python.exists():
        pytest.skip(f"no Superset in {FOLDER}; the head of this file says how to make one")
    done = subprocess.run(
        [str(python), str(SESSION), str(FOLDER / "home"), url, name],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": ""},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("FOUND ")]
    return json.loads(line.removeprefix("FOUND "))


def holds(found: dict) -> None:
    assert {"customers", "interactions", "generation"} <= set(found["tables"])
    assert "full_name" in found["columns"]
    assert sum(row["count"] for row in found["rows"]) == CUSTOMERS
    assert all(float(row["total"]) > 0 for row in found["rows"])


def test_superset_over_the_published_file(published_once: Path) -> None:
    file = (published_once / "published" / "hub.duckdb").resolve()
    holds(session(f"duckdb:///{file}?access_mode=read_only", "hub file"))


def test_superset_over_postgres(published_once: Path, postgres: Postgres) -> None:
    publish(published_once / "published" / "generations" / "g1", Settings(dsn=postgres.dsn))
    holds(session(postgres.dsn, "hub server"))
