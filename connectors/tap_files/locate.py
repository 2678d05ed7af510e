"""Which files a stream has, and whether they changed since they were last loaded."""

import glob
import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connectors.tap_base.errors import MissingError, TapError


@dataclass(frozen=True)
class Located:
    """A file as its storage describes it.

    `modified` is an instant or whatever else the storage changes with the content (an ETag);
    empty where it says nothing, and then only the checksum tells.
    """

    url: str
    size: int
    modified: str
    is_local: bool


def locate(paths: Sequence[str]) -> list[Located]:
    """Find the files behind paths, globs and URLs.

    Args:
        paths: As the configuration says them; local ones relative to the working directory.

    Returns:
        The files, oldest first, so that a later export of a row wins.

    Raises:
        MissingError: A path or glob without any file.
        TapError: A storage that cannot be reached or whose driver is not installed.
    """
    found: dict[str, Located] = {}
    for path in paths:
        files = _remote(path) if "://" in path else _local(path)
        if not files:
            raise MissingError("no such file", "check 'path', and that the export ran", place=path)
        found.update({file.url: file for file in files})
    return sorted(found.values(), key=lambda file: (file.modified, file.url))


def _local(path: str) -> list[Located]:
    expanded = str(Path(path).expanduser())
    names = [expanded] if Path(expanded).exists() else glob.glob(expanded, recursive=True)  # noqa: PTH207
    files = []
    for name in names:
        if Path(name).is_dir():
            if name == expanded:
                fix = f"name its files, such as {path.rstrip('/')}/*.csv"
                raise MissingError("this is a folder", fix, place=path)
            continue
        try:
            described = Path(name).stat()
        except OSError as error:
            raise unreadable(error, name) from None
        modified = f"{_iso(described.st_mtime)}.{described.st_mtime_ns % 10**9:09d}"
        files.append(Located(name, described.st_size, modified, is_local=True))
    return files


def _remote(url: str) -> list[Located]:
    import fsspec

    try:
        filesystem, path = fsspec.core.url_to_fs(url)
        names = filesystem.glob(path) if glob.has_magic(path) else [path]
        described = [filesystem.info(name) for name in names]
    except FileNotFoundError:
        return []
    except ImportError:
        scheme = url.split("://", maxsplit=1)[0]
        fix = f"install the fsspec driver for {scheme}"
        raise TapError(f"nothing here can read {scheme}:// URLs", fix, place=_bare(url)) from None
    except Exception as error:
        problem = f"the storage cannot be read ({type(error).__name__})"
        raise TapError(problem, "check the URL and the credentials", place=_bare(url)) from None
    return [
        Located(
            filesystem.unstrip_protocol(info["name"]) if "*" in url or "?" in url else url,
            int(info.get("size") or 0),
            _modified(info),
            is_local=False,
        )
        for info in described
        if info.get("type") != "directory"
    ]


def _modified(info: Mapping[str, Any]) -> str:
    for name in ("mtime", "LastModified", "last_modified", "updated", "ETag", "etag", "created"):
        value = info.get(name)
        if isinstance(value, datetime):
            return value.astimezone(UTC).isoformat()
        if isinstance(value, int | float):
            return _iso(value)
        if value:
            return str(value)
    return ""


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _bare(url: str) -> str:
    """A URL without what may be secret: user, password and query."""
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("?")[0].partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"


def unreadable(error: OSError, place: str) -> TapError:
    """Say in a sentence why a file cannot be read.

    Args:
        error: What the system said.
        place: The file.

    Returns:
        The error to raise.
    """
    if isinstance(error, FileNotFoundError):
        return MissingError("no such file", "check 'path', and that the export ran", place=place)
    why = (error.strerror or type(error).__name__).lower()
    return TapError(f"the file cannot be read ({why})", "check its permissions", place=place)


@contextmanager
def on_disk(file: Located) -> Iterator[Path]:
    """Give a local path to a file's bytes, fetching it first where it lies elsewhere.

    Args:
        file: The file.

    Yields:
        A path that holds until the block ends.

    Raises:
        TapError: The file cannot be fetched.
    """
    if file.is_local:
        yield Path(file.url)
        return
    import fsspec

    with tempfile.TemporaryDirectory(prefix="tap-files-") as folder:
        copy = Path(folder) / "file"
        try:
            with fsspec.open(file.url, "rb") as source, copy.open("wb") as target:
                shutil.copyfileobj(source, target, 1 << 20)
        except Exception as error:
            problem = f"the file cannot be fetched ({type(error).__name__})"
            raise TapError(problem, "run again later", place=_bare(file.url)) from None
        yield copy


def checksum(path: Path) -> str:
    """Digest a file's bytes.

    Args:
        path: A local file.

    Returns:
        SHA-256 in hexadecimal.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise unreadable(error, str(path)) from None


def is_known(file: Located, known: dict[str, dict[str, Any]]) -> bool:
    """Tell whether a file was loaded as it is; the checksum decides when only its time moved.

    Args:
        file: The file as it is now.
        known: Files in the state by URL: `modified`, `size` and `sha256`. The new time is noted
            there, so that the next look is cheap again.

    Returns:
        True when there is nothing new in it.
    """
    entry = known.get(file.url)
    if entry is None or entry.get("size") != file.size:
        return False
    if not file.modified or entry.get("modified") != file.modified:
        with on_disk(file) as path:
            if checksum(path) != entry.get("sha256"):
                return False
        entry["modified"] = file.modified
    return True
