"""What a source says when it is tried: a tap of ours in full, any other as far as Singer goes."""

import os
import sys
from pathlib import Path

import pytest

from orchestration.loading.attempt import Attempt, attempt
from orchestration.site import Site

OTHER = """#!{python}
import sys
if "--check" in sys.argv:
    sys.stderr.write("Usage: tap-elsewhere\\nError: No such option: --check\\n")
    sys.exit(2)
assert "--test=records" in sys.argv
print('{{"type": "SCHEMA", "stream": "people"}}')
print('{{"type": "RECORD", "stream": "people", "record": {{"id": 1}}}}')
{more}
"""


def tried(folder: Path, monkeypatch: pytest.MonkeyPatch, more: str = "") -> Attempt:
    """Try a source whose tap is a script that knows nothing of ours."""
    script = folder / "tap-elsewhere"
    script.write_text(OTHER.format(python=sys.executable, more=more))
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    (folder / "hub.yaml").write_text("sources:\n  far: {tap: tap-elsewhere, config: {}}\n")
    return attempt("far", Site.open(folder / "hub.yaml", folder / "home"), os.environ)


def test_a_tap_from_elsewhere_is_asked_for_a_first_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    got = tried(tmp_path, monkeypatch)
    assert (got.error, got.streams, got.report) == (None, ["people"], {})


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("sys.exit('the token has expired')", "source far: the token has expired"),
        ("print('no singer')", "source far: tap-elsewhere does not speak Singer"),
    ],
)
def test_what_is_wrong_with_it_is_told_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: str, told: str
) -> None:
    assert tried(tmp_path, monkeypatch, more).error == told
