"""A new room passes the suite as scaffolded."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from connectors.tap_base.scaffold import ScaffoldError, scaffold

ROOT = Path(__file__).parents[3]
# Libraries behind the SDK whose types no room sees: half of what mypy takes without a cache.
UNREAD = """
[[tool.mypy.overrides]]
module = ["sqlalchemy.*", "rich.*", "cryptography.*", "dns.*", "faker.*", "upath.*", "pygments.*"]
follow_imports = "skip"
"""
LEFT_OUT = shutil.ignore_patterns("__pycache__", "target", "logs", ".*")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """As much of the project as a room needs."""
    for name in ("connectors", "dbt_project"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=LEFT_OUT)
    (tmp_path / "tests" / "connectors").mkdir(parents=True)
    for name in ("tests/__init__.py", "tests/connectors/__init__.py", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def test_a_room_passes_the_suite_as_scaffolded(checkout: Path) -> None:
    made = scaffold("acme_forum", checkout)
    assert all(path.is_file() for path in made)
    folders = [
        str(checkout / part)
        for part in ("connectors/tap_acme_forum", "tests/connectors/tap_acme_forum")
    ]
    environment = {**os.environ, "PYTHONPATH": str(checkout)}

    def succeeds(*command: str) -> None:
        done = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=checkout, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]

    succeeds("ruff", "check", *folders)
    succeeds("ruff", "format", "--check", *folders)
    succeeds("pytest", "-p", "no:cacheprovider", "-p", "no:xdist", folders[1])
    union = (checkout / "dbt_project/models/intermediate/int_interactions.sql").read_text()
    assert union.count("('tap-acme-forum', 'map_acme_forum__interactions'),") == 1
    scripts = (checkout / "pyproject.toml").read_text()
    assert 'tap-acme-forum = "connectors.tap_acme_forum.tap:TapAcmeForum.cli"' in scripts


def test_a_scaffolded_room_is_typed(checkout: Path) -> None:
    scaffold("acme", checkout)
    if (ROOT / ".mypy_cache").is_dir():  # the project's own: nothing but the room is new
        shutil.copytree(ROOT / ".mypy_cache", checkout / ".mypy_cache")
    else:
        with (checkout / "pyproject.toml").open("a") as settings:
            settings.write(UNREAD)
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "connectors/tap_acme"],
        cwd=checkout, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:]


@pytest.mark.parametrize("name", ["", "Acme", "1st", "a__b", "../up", "mastodon", "tap base"])
def test_a_name_that_is_none_or_taken_writes_nothing(name: str, checkout: Path) -> None:
    before = sorted(checkout.rglob("*"))
    with pytest.raises(ScaffoldError):
        scaffold(name, checkout)
    assert sorted(checkout.rglob("*")) == before
