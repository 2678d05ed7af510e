"""Load packages as they lie on disk: names, order, and which of them count.

`<landing>/<source>/000000000042/` is an ordinary package, `000000000001-000000000100/` a compacted
one that replaces those numbers. Any other name (those with a leading dot above all: open, retired)
is none of a reader's business.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from connectors.target_landing.errors import BrokenLedgerError
from connectors.target_landing.names import file_stem, stream_name

MANIFEST = "manifest.json"
STATE = "state.json"
QUARANTINE = "quarantine.parquet"
ACTIVATIONS = "_activations.parquet"
_NAME = re.compile(r"(\d{12})(?:-(\d{12}))?")


@dataclass(frozen=True, slots=True)
class Package:
    """One committed package, known by its folder's name alone.

    Attributes:
        first: the lowest package number it holds.
        last: the highest; the same as `first` for an ordinary package.
        path: its folder.
    """

    first: int
    last: int
    path: Path

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.path.name

    def manifest(self) -> dict[str, Any]:
        """Read the manifest.

        Raises:
            BrokenLedgerError: it is missing or not JSON.
        """
        manifest: dict[str, Any] = _read_json(self.path, MANIFEST)
        return manifest

    def state(self) -> dict[str, Any] | None:
        """The Singer STATE value committed with this package, None where no tap ever sent one."""
        state: dict[str, Any] | None = _read_json(self.path, STATE)
        return state

    def stream_file(self, stream: str) -> Path:
        """Where the rows of a stream lie; the file exists only if the package has any."""
        return self.path / f"{file_stem(stream)}.parquet"


def package_name(first: int, last: int) -> str:
    """The folder name of the packages from `first` to `last`."""
    return f"{first:012d}" if first == last else f"{first:012d}-{last:012d}"


def folder(landing: Path, source: str) -> Path:
    """The folder of a source."""
    return Path(landing) / file_stem(source)


def sources(landing: Path) -> list[str]:
    """Names of the sources that have a folder in the landing zone, in order."""
    if not Path(landing).is_dir():
        return []
    return sorted(
        stream_name(entry.name)
        for entry in os.scandir(landing)
        if entry.is_dir() and not entry.name.startswith((".", "_"))
    )


def committed(landing: Path, source: str) -> list[Package]:
    """Every committed package of a source, those a compacted one covers included."""
    home = folder(landing, source)
    if not home.is_dir():
        return []
    found = []
    for entry in os.scandir(home):
        if match := _NAME.fullmatch(entry.name):
            first = int(match[1])
            found.append(Package(first, int(match[2] or first), home / entry.name))
    return sorted(found, key=lambda package: (package.first, -package.last))


def packages(landing: Path, source: str) -> list[Package]:
    """The packages of a source that count, oldest first: none is covered by another."""
    kept: list[Package] = []
    for package in committed(landing, source):
        if not kept or package.last > kept[-1].last:
            kept.append(package)
    return kept


def newest(landing: Path, source: str) -> int:
    """The highest package number of a source, 0 if it has none."""
    return max((package.last for package in packages(landing, source)), default=0)


def bookmark(landing: Path, source: str) -> dict[str, Any] | None:
    """The Singer STATE from which a source goes on: that of its newest package.

    Raises:
        BrokenLedgerError: the newest package's state cannot be read.
    """
    known = packages(landing, source)
    return known[-1].state() if known else None


def _read_json(path: Path, name: str) -> Any:
    try:
        return msgspec.json.decode((path / name).read_bytes())
    except (OSError, msgspec.DecodeError) as error:
        raise BrokenLedgerError(
            f"source {stream_name(path.parent.name)}: {name} of package {path.name} is "
            f"{'missing' if isinstance(error, OSError) else 'damaged'}; "
            "run `tessera verify` to see what to fetch again"
        ) from None
