"""What makes a run necessary."""

from pathlib import Path

import pytest

from orchestration.site import Site
from orchestration.warehouse.plan import make_plan


@pytest.mark.parametrize("key", ["decisions", "suppressed", "ladder", "model"])
def test_a_file_of_the_identity_block_that_changed_is_news(tmp_path: Path, key: str) -> None:
    (tmp_path / "hub.yaml").write_text(f"identity: {{{key}: a.file}}\n")
    (tmp_path / "a.file").write_text("one")
    site = Site.open(tmp_path / "hub.yaml", tmp_path / "home")
    before = make_plan(site, None).fingerprint
    assert make_plan(site, None).fingerprint == before
    (tmp_path / "a.file").write_text("another")
    assert make_plan(site, None).fingerprint != before
