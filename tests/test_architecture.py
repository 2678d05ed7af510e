"""The folders keep their laws."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = sorted(path for path in (ROOT / "connectors").glob("ta*_*") if path.is_dir())
SHARED = {"tap_base", "target_base", "sandbox"}
MODELS = ROOT / "dbt_project" / "models"


def imports(path: Path) -> Iterator[str]:
    """Modules that a file imports."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_a_room_imports_no_other_room(room: Path) -> None:
    for path in room.rglob("*.py"):
        if "template" in path.parts:
            continue
        for module in imports(path):
            parts = module.split(".")
            if parts[0] == "connectors" and len(parts) > 1:
                assert parts[1] in SHARED | {room.name}, f"{path.relative_to(ROOT)}: {module}"


def test_marts_never_read_staging() -> None:
    for layer in ("marts", "social", "activation"):
        for path in (MODELS / layer).rglob("*.sql"):
            refs = re.findall(r"ref\('([^']+)'\)", path.read_text("utf-8"))
            staging = [ref for ref in refs if ref.startswith(("stg_", "map_"))]
            assert not staging, f"{path.relative_to(ROOT)} reads {staging}"


def test_staging_models_join_nothing_of_another_platform() -> None:
    for path in (MODELS / "staging").rglob("*.sql"):
        platform = path.parent.name
        for ref in re.findall(r"ref\('([^']+)'\)", path.read_text("utf-8")):
            assert f"_{platform}__" in ref, f"{path.relative_to(ROOT)} reads {ref}"


def test_every_link_of_the_front_page_leads_somewhere() -> None:
    text = (ROOT / "README.md").read_text("utf-8") + (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert (ROOT / target).exists(), f"README.md or CONTRIBUTING.md links to {target}"


def test_nothing_names_a_registry_or_a_machine() -> None:
    hosts = re.compile(r"pypi\.org|pythonhosted|registry\.npmjs|/work/(main|shared)")
    kinds = {".py", ".md", ".toml", ".yaml", ".yml", ".lock", ".txt", ".sql", ".sh"}
    for path in ROOT.rglob("*"):
        relative = path.relative_to(ROOT)
        ours = relative.parts[0] not in {".git", ".venv", ".tessera"} and path != Path(__file__)
        if ours and path.suffix in kinds and path.is_file():
            assert not hosts.search(path.read_text("utf-8", "replace")), relative
