"""Is everything that was landed still there? Every file of every package against its checksum."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from connectors.target_landing.committing import fingerprint
from connectors.target_landing.errors import BrokenLedgerError
from connectors.target_landing.head import read_head
from connectors.target_landing.packages import (
    MANIFEST,
    STATE,
    Package,
    folder,
    package_name,
    packages,
    sources,
)
from connectors.target_landing.trust import files_of, size_faults


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong.

    Attributes:
        source: the source.
        package: its package's folder name.
        file: the file, empty where the package as a whole is at fault.
        sentence: what is wrong, for people.
    """

    source: str
    package: str
    file: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Refetch:
    """What a damaged package held, and between which states the source gave it.

    Attributes:
        source: the source.
        first: first package number at fault.
        last: last package number at fault.
        streams: stream -> rows it held, empty where even the manifest is gone.
        from_state: the bookmark before; None means from the beginning.
        to_state: the bookmark after, None where it is not known.
        sentence: the same for people, without the states.
    """

    source: str
    first: int
    last: int
    streams: dict[str, int]
    from_state: dict[str, Any] | None
    to_state: dict[str, Any] | None
    sentence: str


@dataclass(slots=True)
class Verification:
    """What `verify` looked at and found."""

    sources: int = 0
    packages: int = 0
    files: int = 0
    rows: int = 0
    bytes: int = 0
    quarantined: int = 0
    faults: list[Fault] = field(default_factory=list)
    refetch: list[Refetch] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


def verify(landing: Path, source: str | None = None) -> Verification:
    """Check every package that counts: presence, sizes, checksums, and that none is missing.

    Args:
        landing: the landing zone.
        source: only this source; all by default.
    """
    out = Verification()
    for name in [source] if source else sources(Path(landing)):
        out.sources += 1
        _verify_source(Path(landing), name, out)
    return out


def _verify_source(landing: Path, source: str, out: Verification) -> None:
    known = packages(landing, source)
    before: Package | None = None  # the last sound one
    following, digests = 1, {""}
    for package in known:
        if package.first > following:
            _missing(source, following, package.first - 1, before, out)
            digests = set()
        problems = _package_faults(package, digests, out)
        out.faults += [
            Fault(source, package.name, file, f"source {source}, package {package.name}: {what}")
            for file, what in problems
        ]
        following = package.last + 1
        digests = _digests(package)
        if problems:
            out.refetch.append(_refetch(source, package, before))
        else:
            before = package
    head = read_head(folder(landing, source))
    if head >= following:
        _missing(source, following, head, before, out)


def _package_faults(
    package: Package, digests: set[str], out: Verification
) -> list[tuple[str, str]]:
    out.packages += 1
    try:
        manifest = package.manifest()
        state = (package.path / STATE).read_bytes()
    except (BrokenLedgerError, OSError) as error:
        lost = STATE if isinstance(error, OSError) else MANIFEST
        return [(lost, f"{lost} is missing or damaged")]
    problems = []
    if hashlib.sha256(state).hexdigest() != manifest["state_sha256"]:
        problems.append((STATE, f"{STATE} is altered"))
    if digests and manifest["previous_sha256"] not in digests:
        problems.append((MANIFEST, "the manifest of the package before is not the one it followed"))
    wrong = {sentence.split(" ")[0]: sentence for sentence in size_faults(package, manifest)}
    problems += wrong.items()
    for listed in files_of(manifest):
        out.files += 1
        out.bytes += listed["bytes"]
        name = listed["file"]
        if name not in wrong and fingerprint(package.path / name)["sha256"] != listed["sha256"]:
            problems.append((name, f"{name} is altered: its checksum differs from the manifest's"))
    out.rows += sum(stream["rows"] for stream in manifest["streams"].values())
    out.quarantined += (manifest.get("quarantine") or {}).get("rows", 0)
    return problems


def _digests(package: Package) -> set[str]:
    """Checksums by which the next package may know this one; empty if nobody can tell."""
    try:
        own = hashlib.sha256((package.path / MANIFEST).read_bytes()).hexdigest()
        return {own, package.manifest().get("last_sha256", own)}
    except (OSError, BrokenLedgerError):
        return set()


def _missing(
    source: str,
    first: int,
    last: int,
    before: Package | None,
    out: Verification,
) -> None:
    name = package_name(first, last)
    out.faults.append(Fault(source, name, "", f"source {source}: package {name} is missing"))
    out.refetch.append(
        Refetch(
            source,
            first,
            last,
            {},
            before.state() if before else None,
            None,
            _sentence(source, name, {}, before),
        )
    )


def _refetch(source: str, package: Package, before: Package | None) -> Refetch:
    try:
        streams = {name: one["rows"] for name, one in package.manifest()["streams"].items()}
    except BrokenLedgerError:
        streams = {}
    try:
        state = package.state()
    except BrokenLedgerError:
        state = None
    return Refetch(
        source,
        package.first,
        package.last,
        streams,
        before.state() if before else None,
        state,
        _sentence(source, package.name, streams, before),
    )


def _sentence(source: str, name: str, streams: dict[str, int], before: Package | None) -> str:
    held = ", ".join(f"{rows} rows of {stream}" for stream, rows in sorted(streams.items()))
    since = f"after the bookmark of package {before.name}" if before else "from the beginning"
    return (
        f"source {source}: fetch again what package {name} held "
        f"({held or 'its manifest is gone'}), "
        f"the records {since}; `rewind` sets the damage aside and makes the next run do so"
    )
