"""A small published hub, and a PostgreSQL server of one's own."""

import os
import shlex
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks.serving.made_up import make_warehouse
from serving.publish import publish

CUSTOMERS = 400


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


@pytest.fixture(scope="session")
def published_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one generation, `g1`; to be copied, not changed."""
    home = tmp_path_factory.mktemp("published")
    make_warehouse(home, CUSTOMERS)
    publish(home, "g1")
    return home


@pytest.fixture
def home(published_once: Path, tmp_path: Path) -> Path:
    """A home of one's own with one generation, `g1`."""
    return Path(shutil.copytree(published_once, tmp_path / "home", symlinks=True))


@pytest.fixture
def refresh(home: Path) -> Callable[..., str]:
    """Makes and publishes the next generation, in which some customers changed."""
    made = [1]

    def again(share: float = 0.05, **options: object) -> str:
        made[0] += 1
        make_warehouse(home, CUSTOMERS, changes=made[0] - 1, share=share)
        publish(home, f"g{made[0]}", **options)
        return f"g{made[0]}"

    return again


@dataclass(frozen=True)
class Postgres:
    """A running server: `dsn` for loopback, files of its TLS."""

    port: int
    folder: Path

    @property
    def dsn(self) -> str:
        return f"postgresql://owner:owner-secret@127.0.0.1:{self.port}/postgres"

    def control(self, *arguments: str) -> None:
        as_postgres([str(bin_folder() / "pg_ctl"), "-D", str(self.folder / "data"), *arguments])


def bin_folder() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("no PostgreSQL server: apt-get install postgresql")
    return found[-1].parent


def as_postgres(command: list[str]) -> None:
    # The server refuses to run as root.
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run(
        [*prefix, *command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """PostgreSQL with SCRAM and TLS on a free port."""
    tools = bin_folder()
    # Not below pytest's folder, which only its owner may enter.
    folder = Path(f"/tmp/tessera-test-postgres-{os.getpid()}")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o755)
    secret = folder / "secret"
    secret.write_text("owner-secret")
    subprocess.run(
        shlex.split(
            "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -keyout server.key -out server.crt "
            "-subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1"
        ),
        cwd=folder,
        check=True,
        capture_output=True,
    )
    (folder / "server.key").chmod(0o600)
    if os.geteuid() == 0:
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, "postgres")
    as_postgres(
        f"{tools}/initdb -D {folder}/data -U owner -A scram-sha-256 --pwfile={secret} "
        "-E UTF8 --locale=C.UTF-8".split()
    )
    server = Postgres(free_port(), folder)
    options = (
        f"-p {server.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} "
        f"-c ssl=on -c ssl_cert_file={folder}/server.crt -c ssl_key_file={folder}/server.key "
        "-c fsync=off -c max_connections=60"
    )
    server.control("-w", "-l", str(folder / "log"), "-o", options, "start")
    yield server
    server.control("-m", "immediate", "stop")
    shutil.rmtree(folder, ignore_errors=True)
