"""The parsed project is kept, and what cannot be read of it costs a parse, not the run."""

from pathlib import Path

import pytest

from orchestration.warehouse.parsed import project


@pytest.mark.parametrize("content", [None, b"", b"\x81", bytes(64), b"not msgpack"])
def test_a_file_that_is_missing_or_damaged_is_parsed_anew(
    tmp_path: Path, content: bytes | None
) -> None:
    kept = tmp_path / "digest.parsed"
    if content is not None:
        kept.write_bytes(content)
    # There is no project there: the parse that follows has nothing to find.
    assert project(kept, ["--project-dir", str(tmp_path), "--log-path", str(tmp_path)]) is None
