"""Fixtures for all rooms."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data, recordings and servers beside the checkout; skips without it."""
    path = Path(os.environ.get("TESSERA_SHARED", ROOT.parent / "shared"))
    if not path.is_dir():
        pytest.skip("the folder of shared test data is not beside this checkout")
    return path
