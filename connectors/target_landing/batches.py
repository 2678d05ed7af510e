"""BATCH messages: files of records instead of lines, JSON Lines (plain or gzip) and Parquet."""

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import msgspec

from connectors.target_landing.decoding import Line
from connectors.target_landing.errors import BadLineError, MisfitError
from connectors.target_landing.lines import CHUNK

if TYPE_CHECKING:
    from connectors.target_landing.load import Load

_JSON = msgspec.json.Encoder(decimal_format="number")


def take_batch(load: "Load", name: str, line: Line, number: int) -> None:
    """Take all files of a BATCH message.

    Args:
        load: takes the records.
        name: the stream.
        line: the message.
        number: its line, for messages.

    Raises:
        BadLineError: its encoding is unknown, or a file is missing or damaged.
    """
    load.stream(name, number)
    encoding = line.encoding or {}
    where = f"source {load.settings.source}, stream {name}: line {number} is a BATCH"
    for address in line.manifest or []:
        path = _local(address, where)
        try:
            match encoding.get("format"), encoding.get("compression") or "none":
                case "jsonl", "none" | "gzip":
                    _take_lines(load, name, path, line)
                case "parquet", "none" | "gzip" | "snappy" | "zstd":
                    _take_parquet(load, name, path, line)
                case format_, compression:
                    raise BadLineError(
                        f"{where} in {format_}, compression {compression}; "
                        "let the tap write jsonl (plain, gzip) or parquet"
                    )
        except FileNotFoundError:
            raise BadLineError(f"{where} whose file {path.name} is missing") from None
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise BadLineError(
                f"{where} whose file {path.name} is damaged or cut off; run the tap again"
            ) from None
        load.batch_files([path])


def _take_lines(load: "Load", name: str, path: Path, line: Line) -> None:
    with path.open("rb") as raw:
        zipped = raw.read(2) == b"\x1f\x8b"  # some taps say gzip and write plain, or the reverse
    with gzip.open(path) if zipped else path.open("rb") as file:
        for chunk in _whole_lines(file):  # type: ignore[arg-type]
            _take(load, name, [one for one in chunk.split(b"\n") if one.strip()], line)


def _whole_lines(file: IO[bytes]) -> Iterator[bytes]:
    rest = b""
    while part := file.read(CHUNK):
        end = part.rfind(b"\n") + 1
        if not end:
            rest += part
            continue
        yield rest + part[:end]
        rest = part[end:]
    if rest:
        yield rest


def _take(load: "Load", name: str, records: list[bytes], line: Line) -> None:
    from connectors.target_landing.stream import Rows

    count = len(records)
    if count:
        rows = Rows(
            records, load.numbers(count), [line.time_extracted] * count, [line.version] * count
        )
        load.count(name, count, sum(map(len, records)))
        load.streams[name].take(rows)


def _take_parquet(load: "Load", name: str, path: Path, line: Line) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from connectors.target_landing.arrow_batches import take_arrow

    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=10_000):
                try:
                    take_arrow(load, name, batch, line)
                except MisfitError:
                    _take(load, name, [_as_json(row) for row in batch.to_pylist()], line)
    except pa.ArrowInvalid:
        raise EOFError from None


def _as_json(row: dict[str, Any]) -> bytes:
    """A row as JSON text in which NaN stays NaN, to be found and quarantined."""
    fields = []
    for name, value in row.items():
        text = json.dumps(value).encode() if isinstance(value, float) else _JSON.encode(value)
        fields.append(_JSON.encode(name) + b":" + text)
    return b"{" + b",".join(fields) + b"}"


def _local(address: str, where: str) -> Path:
    parts = urlsplit(address)
    if parts.scheme not in ("", "file"):
        raise BadLineError(
            f"{where} of {parts.scheme} files; let the tap write them to a local folder"
        )
    return Path(unquote(parts.path) if parts.scheme else address)
