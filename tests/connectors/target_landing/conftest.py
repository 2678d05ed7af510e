"""A landing zone of one's own."""

from pathlib import Path

import pytest

from .zones import Zone


@pytest.fixture
def zone(tmp_path: Path) -> Zone:
    return Zone(tmp_path / "landing")
