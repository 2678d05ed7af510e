"""Covered packages stay for readers that listed before the compaction, then go."""

import shutil
import time
from pathlib import Path

from connectors.target_landing.packages import committed, folder, packages

RETIRED_PREFIX = ".retired-"


def retire(landing: Path, source: str, grace_seconds: float) -> int:
    """Remove packages that a compacted one has covered for longer than the grace period.

    Returns:
        How many were removed.
    """
    home = folder(landing, source)
    counted = packages(landing, source)
    names = {package.name for package in counted}
    covers = [package for package in counted if package.first != package.last]
    gone = 0
    for package in committed(landing, source):
        if package.name in names:
            continue
        over = next(
            one for one in covers if one.first <= package.first and package.last <= one.last
        )
        if time.time() - over.path.stat().st_mtime < grace_seconds:
            continue
        aside = home / f"{RETIRED_PREFIX}{package.name}"
        package.path.rename(aside)
        shutil.rmtree(aside)
        gone += 1
    for leftover in home.glob(f"{RETIRED_PREFIX}*"):
        shutil.rmtree(leftover)
    return gone
