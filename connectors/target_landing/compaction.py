"""Many small packages become few, without a reader noticing.

A compacted package covers the numbers of those it replaces; rows keep the package and row number
they came with. What it covers stays where it was for a grace period, then goes.
"""

import hashlib
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.target_landing.committing import commit, fingerprint
from connectors.target_landing.errors import BrokenLedgerError
from connectors.target_landing.hold import OPEN_PREFIX, held, sweep
from connectors.target_landing.merging import Part, merge
from connectors.target_landing.names import file_stem
from connectors.target_landing.packages import (
    ACTIVATIONS,
    MANIFEST,
    QUARANTINE,
    STATE,
    Package,
    folder,
    package_name,
    packages,
    sources,
)
from connectors.target_landing.retiring import retire
from connectors.target_landing.trust import files_of


@dataclass(frozen=True, slots=True)
class Compacted:
    """One compacted package, or one source in which nothing was to do.

    Attributes:
        source: the source.
        package: the new package, None if none was made.
        merged: how many packages it replaces.
        rows: rows in it.
        bytes_before: size of the data files it replaces.
        bytes_after: size of its own.
        retired: how many covered packages were removed, their grace period being over.
    """

    source: str
    package: Package | None
    merged: int
    rows: int
    bytes_before: int
    bytes_after: int
    retired: int


def compact(
    landing: Path,
    source: str | None = None,
    *,
    min_packages: int = 10,
    max_bytes: int = 256 << 20,
    grace_seconds: float = 3600.0,
) -> list[Compacted]:
    """Merge neighbouring packages, and remove those whose grace period is over.

    Loads may go on meanwhile.

    Args:
        landing: the landing zone.
        source: only this source; all by default.
        min_packages: fewer neighbours are left alone.
        max_bytes: how much data one compacted package may have; a bigger one is left alone.
        grace_seconds: how long a reader that listed before may take to open what it listed.

    Raises:
        SourceHeldError: another compaction of the source is running.
        BrokenLedgerError: a package is damaged; nothing is built on it.
    """
    out = []
    for name in [source] if source else sources(Path(landing)):
        home = folder(Path(landing), name)
        with held(home, "compact"):
            sweep(home, "compact")
            known = packages(Path(landing), name)
            groups = list(_groups(known, min_packages, max_bytes))
            done = [_merge(home, name, group) for group in groups]
            retired = retire(Path(landing), name, grace_seconds)
            done = done or [Compacted(name, None, 0, 0, 0, 0, 0)]
            out += [*done[:-1], replace(done[-1], retired=retired)]
    return out


def _groups(known: list[Package], least: int, max_bytes: int) -> Iterator[list[Package]]:
    group: list[Package] = []
    size = 0
    for package in known:
        own = sum(one["bytes"] for one in files_of(package.manifest()))
        if group and size + own > max_bytes:
            if len(group) >= least:
                yield group
            group, size = [], 0
        group.append(package)
        size += own
    if len(group) >= max(least, 2):
        yield group


def _merge(home: Path, source: str, group: list[Package]) -> Compacted:
    first, last = group[0].first, group[-1].last
    aside = home / f"{OPEN_PREFIX}compact-{package_name(first, last)}"
    aside.mkdir()
    try:
        manifests = [_intact(package) for package in group]
        streams = {
            name: _merged_stream(aside, name, group, manifests)
            for name in dict.fromkeys(name for one in manifests for name in one["streams"])
        }
        manifest = {
            "source": source,
            "first": first,
            "last": last,
            "previous": manifests[0]["previous"],
            "previous_sha256": manifests[0]["previous_sha256"],
            "last_sha256": manifests[-1].get("last_sha256")
            or hashlib.sha256((group[-1].path / MANIFEST).read_bytes()).hexdigest(),
            "replaces": [package.name for package in group],
            "streams": streams,
            "activations": [
                {"package": package.last, **one}
                for package, manifest in zip(group, manifests, strict=True)
                for one in manifest["activations"]
            ],
            "activations_file": _appended(aside, ACTIVATIONS, group),
            "quarantine": _quarantine(aside, group, manifests),
            "seen": manifests[-1]["seen"],
        }
        package = commit(aside, home, manifest, (group[-1].path / STATE).read_bytes())
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    before = sum(one["bytes"] for manifest in manifests for one in files_of(manifest))
    after = sum(one["bytes"] for one in streams.values())
    rows = sum(one["rows"] for one in streams.values())
    return Compacted(source, package, len(group), rows, before, after, 0)


def _intact(package: Package) -> dict[str, Any]:
    manifest = package.manifest()
    for listed in files_of(manifest):
        path = package.path / listed["file"]
        if not path.is_file() or fingerprint(path)["sha256"] != listed["sha256"]:
            raise BrokenLedgerError(
                f"source {manifest['source']}: {listed['file']} of package {package.name} is "
                "missing or altered; run `tessera verify` to see what to fetch again"
            )
    return manifest


def _merged_stream(
    aside: Path, name: str, group: list[Package], manifests: list[dict[str, Any]]
) -> dict[str, Any]:
    held_by = [
        (package, manifest["streams"][name])
        for package, manifest in zip(group, manifests, strict=True)
        if name in manifest["streams"]
    ]
    path = aside / f"{file_stem(name)}.parquet"
    kinds = merge(
        [Part(package.path / one["file"], one["types"]) for package, one in held_by], path
    )
    latest = held_by[-1][1]
    names: dict[str, str] = {}
    for _, one in held_by:
        names |= {**one["retired_columns"], **one["columns"]}
    return {
        **latest,
        **fingerprint(path),
        "rows": sum(one["rows"] for _, one in held_by),
        "columns": {column: parquet for column, parquet in names.items() if parquet in kinds},
        "retired_columns": {
            column: parquet for column, parquet in names.items() if parquet not in kinds
        },
        "types": kinds,
        "drift": {},
    }


def _appended(aside: Path, name: str, group: list[Package]) -> dict[str, Any] | None:
    tables = [
        pq.read_table(package.path / name) for package in group if (package.path / name).exists()
    ]
    if not tables:
        return None
    pq.write_table(pa.concat_tables(tables), aside / name, store_schema=False)
    return fingerprint(aside / name)


def _quarantine(
    aside: Path, group: list[Package], manifests: list[dict[str, Any]]
) -> dict[str, Any] | None:
    listed = _appended(aside, QUARANTINE, group)
    if listed is None:
        return None
    reasons: dict[str, Counter[str]] = {}
    own = [manifest["quarantine"] for manifest in manifests if manifest["quarantine"]]
    for one in own:
        for stream, counts in one["reasons"].items():
            reasons.setdefault(stream, Counter()).update(counts)
    return {
        **listed,
        "rows": sum(one["rows"] for one in own),
        "reasons": {stream: dict(counts) for stream, counts in reasons.items()},
    }
