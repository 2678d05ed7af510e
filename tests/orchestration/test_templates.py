"""What dbt compiled once is not compiled again, and what cannot be read is."""

import marshal
import sys
from pathlib import Path

import pytest

pytest.importorskip("dbt_common.clients.jinja")

from dbt_common.clients import jinja

from orchestration.warehouse import templates
from orchestration.warehouse.templates import compiled_once


def rendered(text: str, *, native: bool = False) -> object:
    template = jinja.get_template(text, {}, native=native)
    return jinja.render_template(template, {"n": 3})


def test_a_template_is_compiled_once_by_whoever_needs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "templates"
    with compiled_once(kept):
        assert rendered("{{ n + 1 }} rows") == "4 rows"
    monkeypatch.setattr(jinja.MacroFuzzEnvironment, "_generate", None)
    with compiled_once(kept):
        assert rendered("{{ n + 1 }} rows") == "4 rows"
    with compiled_once(kept), pytest.raises(Exception, match="not callable"):
        rendered("{{ n + 2 }} rows")


def test_native_values_and_texts_are_not_mixed_up(tmp_path: Path) -> None:
    for _ in range(2):
        with compiled_once(tmp_path / "templates"):
            assert rendered("{{ n + 1 }}") == "4"
            assert rendered("{{ n + 1 }}", native=True) == 4


@pytest.mark.parametrize("content", [b"", b"none of ours", b"\xe9\x01"])
def test_a_file_that_cannot_be_read_is_made_again(tmp_path: Path, content: bytes) -> None:
    kept = tmp_path / "templates"
    kept.write_bytes(content)
    with compiled_once(kept):
        assert rendered("{{ n }}") == "3"
    assert kept.read_bytes() != content
    assert list(tmp_path.iterdir()) == [kept]


def test_another_python_compiles_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = tmp_path / "templates"
    with compiled_once(kept):
        rendered("{{ n }}")
    before = kept.read_bytes()
    monkeypatch.setattr(sys, "version", "another")
    with compiled_once(kept):
        assert rendered("{{ n }}") == "3"
    assert kept.read_bytes() != before


def test_what_is_not_met_again_is_forgotten_when_there_is_too_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "templates"
    monkeypatch.setattr(templates, "MOST", 2)
    for day in range(9):
        with compiled_once(kept):
            assert rendered(f"{{{{ n }}}} on day {day}") == f"3 on day {day}"
    _, codes = marshal.loads(kept.read_bytes())
    assert len(codes) <= 2


def test_one_use_within_another_ends_alone(tmp_path: Path) -> None:
    with compiled_once(tmp_path / "outer"):
        with compiled_once(tmp_path / "inner"):
            assert rendered("{{ n }}") == "3"
        assert rendered("{{ n }}{{ n }}") == "33"
    assert rendered("{{ n }}") == "3"
