"""Names of streams and columns, mapped to files and Parquet columns without collision.

DuckDB compares column names without regard to case, file systems forbid characters, and a Singer
source may use any text. Streams are percent-encoded. A column keeps its name unless that name is
taken, empty or holds a NUL; then it gets one made of its own hash, so the mapping does not depend
on the order in which packages are read. The manifest carries the mapping back.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from urllib.parse import unquote_to_bytes

METADATA = (
    "_tessera_package",
    "_tessera_row",
    "_sdc_extracted_at",
    "_sdc_batched_at",
    "_sdc_deleted_at",
    "_sdc_table_version",
)
RESERVED_STREAMS = ("quarantine", "_activations")
_MAX_FILE_STEM = 200  # bytes; file systems allow 255, and suffixes need room
_PLAIN = re.compile(r"[A-Za-z0-9_-]")


def file_stem(name: str) -> str:
    """Percent-encode a stream or source name into a file name without its suffix.

    Injective for names whose encoding fits a file system; longer ones end in `~` and a hash.

    Raises:
        ValueError: the name is empty.
    """
    if not name:
        raise ValueError("a stream or source name is empty")
    out = "".join(
        char if _PLAIN.match(char) else "".join(f"%{byte:02X}" for byte in char.encode())
        for char in name
    )
    if name in RESERVED_STREAMS:
        out = f"%{ord(out[0]):02X}{out[1:]}"
    if len(out) > _MAX_FILE_STEM:
        out = f"{out[:_MAX_FILE_STEM]}~{_digest(name, 16)}"
    return out


def stream_name(stem: str) -> str:
    """The name that `file_stem` encoded; of a shortened one, only its readable part."""
    return unquote_to_bytes(stem.partition("~")[0]).decode(errors="replace")


def column_names(names: Iterable[str], known: Mapping[str, str] | None = None) -> dict[str, str]:
    """Map Singer names to Parquet columns that differ even when case is ignored.

    Args:
        names: Singer property names, in the order of the schema.
        known: the mapping of earlier packages of the stream; it is kept.

    Returns:
        Singer name -> Parquet column, for `names` only.
    """
    known = known or {}
    taken = {name.casefold() for name in METADATA} | {col.casefold() for col in known.values()}
    out: dict[str, str] = {}
    for name in names:
        column = known.get(name)
        if column is None:
            column = name
            length = 6
            while not column or "\0" in column or column.casefold() in taken:
                column = f"{name.replace(chr(0), '')}__x{_digest(name, length)}"
                length += 2
        taken.add(column.casefold())
        out[name] = column
    return out


def _digest(name: str, length: int) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:length]
