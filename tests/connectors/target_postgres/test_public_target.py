"""Why there is a target of ours: what the public one does, in an environment of its own."""

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests import live

from .test_postgres import DSN

PUBLIC = "meltanolabs-target-postgres==0.8.1"
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "tessera-live" / PUBLIC


@pytest.fixture(scope="module")
def command() -> Path:
    """The public target's command, installed once."""
    made = CACHE / "bin" / "target-postgres"
    if not made.exists():
        subprocess.run([sys.executable, "-m", "venv", str(CACHE)], check=True)
        pip = [str(CACHE / "bin" / "pip"), "install", "--quiet", PUBLIC]
        if subprocess.run(pip, check=False, capture_output=True).returncode:
            pytest.skip(f"{PUBLIC} cannot be installed here")
    return made


@pytest.fixture
def schema(shared: Path) -> Iterator[str]:
    live.start(shared, "legacy-sql")
    name = f"public_{uuid.uuid4().hex[:8]}"
    yield name
    with psycopg.connect(DSN, autocommit=True) as db:
        db.execute(f"drop schema if exists {name} cascade")


def feed(command: Path, schema: str, folder: Path, city: str) -> None:
    config = folder / "config.json"
    url = DSN.replace("postgresql://", "postgresql+psycopg://")
    config.write_text(json.dumps({"sqlalchemy_url": url, "default_target_schema": schema}))
    texts = {name: {"type": ["string", "null"]} for name in ("id", "city")}
    lines = [{"type": "SCHEMA", "stream": "people", "key_properties": ["id"],
              "schema": {"properties": texts}}]  # fmt: skip
    rows = [{"id": f"c{n}", "city": city} for n in range(100)]
    lines += [{"type": "RECORD", "stream": "people", "record": row} for row in rows]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    words = [str(command), "--config", str(config)]
    subprocess.run(words, input=text, text=True, check=True, capture_output=True)


@pytest.mark.live
def test_the_public_target_repeats_no_row_but_writes_over_a_persons_edit(
    command: Path, schema: str, tmp_path: Path
) -> None:
    feed(command, schema, tmp_path, "Paris")
    with psycopg.connect(DSN, autocommit=True) as db:
        db.execute(f"update {schema}.people set city = 'Hers' where id = 'c1'")
        feed(command, schema, tmp_path, "Paris")
        hers = "count(*) filter (where city = 'Hers')"
        found = db.execute(f"select count(*), {hers} from {schema}.people")
        assert found.fetchone() == (100, 0), "a target that asks before it writes would keep it"
