"""A served hub for the pages."""

import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
import uvicorn

from serving import tokens
from serving.api.app import create_app
from serving.pages.routes import Pages
from serving.publish import publish
from tests.serving.conftest import free_port

HOSTILE = "<img src=x onerror=alert(1)>\"'><script>document.title='owned'</script>"


@dataclass(frozen=True)
class Served:
    """A running server with a hostile customer in it."""

    url: str
    token: str
    home: Path
    ledger: Path
    hostile: str
    ordinary: str
    email: str


def plant(home: Path) -> tuple[str, str, str]:
    """Makes one customer hostile in all its texts; returns its id, and another's id and e-mail."""
    with duckdb.connect(home / "warehouse" / "hub.duckdb") as hub:
        first, second = hub.execute(
            "select customer_id, primary_email from marts.customers "
            "where interaction_count = 6 and record_count = 3 order by 1 limit 2"
        ).fetchall()
        for column in ("full_name", "company", "bio", "job_title"):
            hub.execute(
                f"update marts.customers set {column} = $1 where customer_id = $2",
                [HOSTILE, first[0]],
            )
        hub.execute(
            "update marts.interactions set text = $1, url = 'javascript:alert(1)' "
            "where customer_id = $2",
            [HOSTILE, first[0]],
        )
        hub.execute(
            "insert into marts.interactions select interactions.* replace ( "
            "'more' || i as interaction_id, occurred_at - to_days(i::int) as occurred_at) "
            "from marts.interactions, range(1, 8) as rows(i) where customer_id = $1",
            [second[0]],
        )
    publish(home, "g2")
    return first[0], second[0], second[1]


@pytest.fixture(scope="session")
def planted(
    published_once: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, tuple[str, str, str]]:
    home = tmp_path_factory.mktemp("planted") / "home"
    shutil.copytree(published_once, home, symlinks=True)
    return home, plant(home)


@pytest.fixture
def served(planted: tuple[Path, tuple[str, str, str]], tmp_path: Path) -> Iterator[Served]:
    home = Path(shutil.copytree(planted[0], tmp_path / "home", symlinks=True))
    hostile, ordinary, email = planted[1]
    secret, _ = tokens.issue(home, "Stella", per_second=1000)
    ledger = home / "decisions.jsonl"
    port = free_port()
    app = create_app(home, Pages(ledger).routes())
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", access_log=False))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield Served(f"http://127.0.0.1:{port}", secret, home, ledger, hostile, ordinary, email)
    server.should_exit = True
    thread.join()
