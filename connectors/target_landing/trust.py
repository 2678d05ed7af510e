"""What a load builds on: the newest package, looked at closely enough to notice damage.

Sizes and the state are checked at every start; checksums of all data by `tessera verify`.
"""

import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from connectors.target_landing.errors import BrokenLedgerError
from connectors.target_landing.head import read_head
from connectors.target_landing.packages import MANIFEST, STATE, Package, folder, packages


@dataclass(frozen=True, slots=True)
class Newest:
    """Where a source stands.

    Attributes:
        landing: the landing zone.
        source: the source.
        number: of the newest package, 0 if there is none.
        manifest_sha256: of its manifest, empty if there is none.
        state_bytes: its STATE, `null` if there is none.
        seen: stream -> number of the last package that has it.
        known: all packages that count.
    """

    landing: Path
    source: str
    number: int = 0
    manifest_sha256: str = ""
    state_bytes: bytes = b"null"
    seen: dict[str, int] = field(default_factory=dict)
    known: tuple[Package, ...] = ()

    def past_of(self, stream: str) -> dict[str, Any]:
        """What the last manifest that has a stream says of it, empty if none does."""
        number = self.seen.get(stream, 0)
        for listed in (self.known, packages(self.landing, self.source)):
            holder = next((one for one in listed if one.first <= number <= one.last), None)
            if holder is not None and holder.path.is_dir():  # else a compaction has retired it
                found: dict[str, Any] = holder.manifest()["streams"].get(stream, {})
                return found
        return {}

    def followed_by(self, package: Package) -> "Newest":
        """The same after one more package."""
        return replace(_read(self.landing, self.source, package), known=(*self.known, package))


def trusted(landing: Path, source: str) -> Newest:
    """Read the newest package, and make sure that no number is missing before it.

    Raises:
        BrokenLedgerError: a package is missing, or the newest is damaged.
    """
    known = packages(landing, source)
    following = 1
    for package in known:
        if package.first != following:
            raise BrokenLedgerError(
                f"source {source}: packages {following} to {package.first - 1} are missing; "
                "run `tessera verify` to see what to fetch again"
            )
        following = package.last + 1
    head = read_head(folder(landing, source))
    if head >= following:
        raise BrokenLedgerError(
            f"source {source}: packages {following} to {head} are missing; "
            "run `tessera verify` to see what to fetch again"
        )
    if not known:
        return Newest(landing, source)
    newest = _read(landing, source, known[-1])
    return replace(newest, known=tuple(known))


def size_faults(package: Package, manifest: dict[str, Any]) -> list[str]:
    """Files of a package that are missing or whose size is not what its manifest says."""
    out = []
    for listed in files_of(manifest):
        try:
            size = (package.path / listed["file"]).stat().st_size
        except OSError:
            out.append(f"{listed['file']} is missing")
            continue
        if size != listed["bytes"]:
            out.append(f"{listed['file']} has {size} bytes instead of {listed['bytes']}")
    return out


def files_of(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """Every data file that a manifest lists, with size and checksum."""
    extra = [manifest.get("quarantine"), manifest.get("activations_file")]
    return [*manifest["streams"].values(), *(one for one in extra if one)]


def _read(landing: Path, source: str, package: Package) -> Newest:
    advice = "run `tessera verify` to see what to fetch again"
    manifest = package.manifest()
    try:
        state = (package.path / STATE).read_bytes()
    except OSError:
        state = b""
    if hashlib.sha256(state).hexdigest() != manifest["state_sha256"]:
        raise BrokenLedgerError(
            f"source {source}: {STATE} of package {package.name} is missing or altered; {advice}"
        )
    if faults := size_faults(package, manifest):
        raise BrokenLedgerError(f"source {source}: {faults[0]} in package {package.name}; {advice}")
    digest = hashlib.sha256((package.path / MANIFEST).read_bytes()).hexdigest()
    return Newest(landing, source, package.last, digest, state, dict(manifest["seen"]))
