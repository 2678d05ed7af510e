"""Fixtures for all rooms."""

import fcntl
import gc
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes depends on what else the machine does.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

ROOT = Path(__file__).parent.parent

Once = Callable[[str, Callable[[Path], None]], Path]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data, recordings and servers beside the checkout; skips without it."""
    path = Path(os.environ.get("TESSERA_SHARED", ROOT.parent / "shared"))
    if not path.is_dir():
        pytest.skip("the folder of shared test data is not beside this checkout")
    return path


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """Fills a folder once for all workers: what takes long to make and is only read."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    def made(name: str, fill: Callable[[Path], None]) -> Path:
        folder = shared / name
        folder.mkdir(exist_ok=True)
        with (folder / ".lock").open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            if not (folder / ".filled").exists():
                fill(folder)
                (folder / ".filled").touch()
        return folder

    return made


def pytest_configure() -> None:
    """Two thousand tests and what they import stay: looking for cycles in them is wasted."""
    gc.set_threshold(100_000, 50, 1000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with a slow test begin first: the last to begin decides how long the suite takes."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)
