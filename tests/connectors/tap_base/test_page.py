"""Every room's README is what its tap says about itself."""

import importlib
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SCRIPTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
TAPS = {name: target for name, target in SCRIPTS.items() if name.startswith("tap-")}


@pytest.mark.parametrize("name", TAPS)
def test_a_readme_is_what_the_tap_says(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    module, _, attribute = TAPS[name].partition(":")
    room = ROOT.joinpath(*module.split(".")[:-1])
    page, command = room / "README.md", f"{name} --about --format=markdown > {room.name}/README.md"
    assert page.is_file(), f"the room has no page yet: {command}"
    tap = getattr(importlib.import_module(module), attribute.partition(".")[0])
    tap.print_about("markdown")
    assert page.read_text() == capsys.readouterr().out, f"run {command}"
