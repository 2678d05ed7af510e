"""`tessera connectors new NAME`: a room that passes the whole suite before anything is changed.

What it makes: the tap with its stand-in, its tests, its staging models, its line in the union of
interactions and its console script. The README says what to change, and in which order.
"""

import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from string import Template

TEMPLATE = Path(__file__).parent / "template"
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


class ScaffoldError(ValueError):
    """The room cannot be made; nothing was written."""


def scaffold(name: str, root: Path | None = None) -> list[Path]:
    """Make a new live room.

    Args:
        name: Lower-case letters, digits and single underscores: `acme`, `acme_forum`.
        root: The checkout; the working directory where left out.

    Returns:
        The files written or changed.

    Raises:
        ScaffoldError: The name is taken or none, or the root is no checkout.
    """
    root = root or Path.cwd()
    room = root / "connectors" / f"tap_{name}"
    union = root / "dbt_project" / "models" / "intermediate" / "int_interactions.sql"
    project = root / "pyproject.toml"
    if not _NAME.fullmatch(name):
        raise ScaffoldError(f"{name!r} is no name for a room: use a-z, 0-9 and single _")
    if room.exists():
        raise ScaffoldError(f"{room} exists: choose another name")
    for needed in (union, project):
        if not needed.is_file():
            raise ScaffoldError(f"{needed} is missing: run this in the project's checkout")
    folders = {
        "room": room,
        "tests": root / "tests" / "connectors" / f"tap_{name}",
        "staging": root / "dbt_project" / "models" / "staging" / name,
    }
    renamed = {"stg.sql": f"stg_{name}__posts.sql", "map.sql": f"map_{name}__interactions.sql"}
    words = {
        "name": name,
        "dashed": name.replace("_", "-"),
        "host": name.replace("_", ""),
        "class": "".join(part.capitalize() for part in name.split("_")),
        "title": " ".join(part.capitalize() for part in name.split("_")),
    }
    made: list[Path] = []
    for source in sorted(TEMPLATE.rglob("*.txt")):
        part, *inner = source.relative_to(TEMPLATE).with_suffix("").parts
        inner[-1] = renamed.get(inner[-1], inner[-1])
        target = folders[part].joinpath(*inner)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(Template(source.read_text("utf-8")).substitute(words), "utf-8")
        made.append(target)
    _tidy(path for path in made if path.suffix == ".py")
    dashed, class_name = words["dashed"], words["class"]
    _add_line(union, "    ('tap-", f"    ('tap-{dashed}', 'map_{name}__interactions'),")
    script = f'tap-{dashed} = "connectors.tap_{name}.tap:Tap{class_name}.cli"'
    _add_line(project, 'tap-[a-z-]+ = "connectors', script)
    (room / "README.md").write_text(_page(name, root), "utf-8")
    return [*made, room / "README.md", union, project]


def _tidy(files: Iterable[Path]) -> None:
    """Sort imports and break lines: where they belong depends on the name's letters."""
    paths = [str(path) for path in files]
    for command in (["check", "--fix", "--select", "I"], ["format"]):
        subprocess.run([sys.executable, "-m", "ruff", *command, "--quiet", *paths], check=True)


def _add_line(path: Path, beside: str, line: str) -> None:
    """Put a line after the last that begins like its neighbours."""
    lines = path.read_text("utf-8").splitlines()
    there = [n for n, held in enumerate(lines) if re.match(re.escape(beside), held)]
    there = there or [n for n, held in enumerate(lines) if re.match(beside, held)]
    indent = re.match(r"\s*", lines[there[-1]])
    lines.insert(there[-1] + 1, (indent[0] if indent else "") + line.strip())
    path.write_text("\n".join(lines) + "\n", "utf-8")


def _page(name: str, root: Path) -> str:
    """Let the new tap write its README; it is a module that this process has not seen."""
    module = f"connectors.tap_{name}.tap"
    told = subprocess.run(
        [sys.executable, "-m", module, "--about", "--format=markdown"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    return told.stdout
