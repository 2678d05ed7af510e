"""After damage: put what is lost aside, and make the next run fetch it again."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from connectors.target_landing.committing import commit
from connectors.target_landing.errors import BrokenLedgerError, LandingError
from connectors.target_landing.hold import OPEN_PREFIX, held
from connectors.target_landing.packages import MANIFEST, Package, folder, package_name, packages
from connectors.target_landing.trust import trusted
from connectors.target_landing.verify import Refetch, verify

FAULTY_PREFIX = ".faulty-"


@dataclass(frozen=True, slots=True)
class Rewound:
    """What `rewind` did.

    Attributes:
        source: the source.
        aside: names of the damaged packages, now under `.faulty-…`.
        state: the bookmark from which the next run fetches; None means from the beginning.
        package: the new newest package, which carries that bookmark; None if nothing was damaged.
    """

    source: str
    aside: tuple[str, ...]
    state: dict[str, Any] | None
    package: Package | None


def rewind(landing: Path, source: str) -> Rewound:
    """Set a source's bookmark back to before its first damaged package.

    Damaged packages go aside and empty ones take their numbers, so that numbers stay without gap
    and are never used twice; the packages after them stay, their rows just come once more.

    Raises:
        SourceHeldError: a load of the source is running.
    """
    landing = Path(landing)
    home = folder(landing, source)
    with held(home):
        damage = sorted(verify(landing, source).refetch, key=lambda one: one.first)
        if not damage:
            return Rewound(source, (), None, None)
        state = damage[0].from_state
        names = [_replace(landing, source, one) for one in damage]
        newest = trusted(landing, source)
        package = _empty(
            home,
            newest.number + 1,
            newest.number + 1,
            state,
            {
                "source": source,
                "previous": newest.number,
                "previous_sha256": newest.manifest_sha256,
                "seen": newest.seen,
                "rewound": names,
            },
        )
        return Rewound(source, tuple(names), state, package)


def _replace(landing: Path, source: str, damage: Refetch) -> str:
    home = folder(landing, source)
    name = package_name(damage.first, damage.last)
    if (home / name).exists():
        (home / name).rename(home / f"{FAULTY_PREFIX}{name}")
    known = packages(landing, source)
    before = [package for package in known if package.last < damage.first]
    after = [package for package in known if package.first > damage.last]
    manifest = {
        "source": source,
        "previous": damage.first - 1,
        "previous_sha256": _last_sha256(before),
        "seen": before[-1].manifest()["seen"] if before else {},
        "lost": damage.streams,
    }
    if after:
        # The package behind knows the lost one by its checksum; this one answers to it.
        manifest["last_sha256"] = _claimed(after[0])
    _empty(home, damage.first, damage.last, damage.from_state, manifest)
    return name


def _empty(
    home: Path, first: int, last: int, state: dict[str, Any] | None, manifest: dict[str, Any]
) -> Package:
    aside = home / f"{OPEN_PREFIX}load-rewind-{first}"
    aside.mkdir()
    whole = {**manifest, "first": first, "last": last, "streams": {}, "activations": []}
    return commit(aside, home, {**whole, "quarantine": None}, msgspec.json.encode(state))


def _last_sha256(before: list[Package]) -> str:
    if not before:
        return ""
    import hashlib

    return hashlib.sha256((before[-1].path / MANIFEST).read_bytes()).hexdigest()


def _claimed(package: Package) -> str:
    try:
        return str(package.manifest()["previous_sha256"])
    except (BrokenLedgerError, KeyError, LandingError):
        return ""
