"""How a folder becomes a package: written aside, synced, and there by one rename."""

import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from connectors.target_landing.head import read_head, write_head
from connectors.target_landing.packages import MANIFEST, STATE, Package, package_name

FORMAT = 1
_CHUNK = 1 << 20


def fingerprint(path: Path) -> dict[str, Any]:
    """Size and SHA-256 of a file, as manifests carry them."""
    digest = hashlib.sha256()
    size = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return {"file": path.name, "bytes": size, "sha256": digest.hexdigest()}


def sync(path: Path) -> None:
    """Force a file or folder to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def commit(
    aside: Path, home: Path, manifest: dict[str, Any], state: bytes, *, durable: bool = True
) -> Package:
    """Make a folder of data files a package.

    Args:
        aside: the folder, in `home` under a name that readers skip.
        home: the source's folder.
        manifest: all that the manifest says but format, name, time and the state's checksum.
        state: the Singer STATE value as JSON, `null` where there is none.
        durable: whether to sync before and after the rename.

    Raises:
        OSError: the disk is full or a package of that name exists; nothing was committed.
    """
    first, last = int(manifest["first"]), int(manifest["last"])
    name = package_name(first, last)
    whole = {
        "format": FORMAT,
        "package": name,
        "created_at": datetime.now(UTC),
        **manifest,
        "state_sha256": hashlib.sha256(state).hexdigest(),
    }
    (aside / STATE).write_bytes(state)
    (aside / MANIFEST).write_bytes(msgspec.json.encode(whole))
    if durable:
        for file in aside.iterdir():
            sync(file)
        sync(aside)
    final = home / name
    if final.exists():  # rename would replace an empty folder
        raise FileExistsError(f"package {name} exists already")
    aside.rename(final)
    if durable:
        sync(home)
        sync(home.parent)
    if last > read_head(home):
        write_head(home, last)
    return Package(first, last, final)
