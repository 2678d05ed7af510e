"""dbt's parsed project, kept in a file from one process to the next."""

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

# Of a file that is not there, was cut short, or is of another dbt.
_UNREADABLE = (OSError, ValueError, LookupError)


def project(kept: Path, arguments: list[str]) -> "Manifest | None":
    """The project, from the file when it can be read; else parsed, and kept there.

    Args:
        kept: The file; its name says what the project was parsed of.
        arguments: Options of `dbt parse`.

    Returns:
        None when the project does not parse; dbt's own events say why.
    """
    from dbt.cli.main import dbtRunner
    from dbt.contracts.graph.manifest import Manifest

    with suppress(*_UNREADABLE):
        return Manifest.from_msgpack(kept.read_bytes())
    manifest = dbtRunner().invoke(["parse", *arguments]).result
    if not isinstance(manifest, Manifest):
        return None
    keep(kept, manifest.to_msgpack())
    return manifest


def keep(kept: Path, content: bytes) -> None:
    """Writes a file whole or not at all; a disk that is full costs the next process the work."""
    beside = kept.with_name(f"{kept.name}.{os.getpid()}")
    with suppress(OSError):
        beside.write_bytes(content)
        beside.rename(kept)
