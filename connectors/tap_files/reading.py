"""One reader for every format: what a file's columns are, and its rows one by one."""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from connectors.tap_base.errors import TapError
from connectors.tap_files import documents
from connectors.tap_files.cast import Cast, read_type
from connectors.tap_files.delimited import Table
from connectors.tap_files.inference import Inference
from connectors.tap_files.rows import Reject, Row
from connectors.tap_files.settings import Format, StreamSettings
from connectors.tap_files.sheets import Sheet
from connectors.tap_files.text import Encoding, as_text, opened, sniff_encoding

SUFFIXES: dict[str, Format] = {
    ".csv": "csv",
    ".txt": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}


def format_of(path: Path, place: str, told: Format | None) -> Format:
    """Tell a file's format by the configuration, its name or its content, in that order.

    Args:
        path: A local file.
        place: Its name or URL.
        told: The format that the configuration names, if any.

    Returns:
        The format. A `.json` file whose first line is a whole object, with more to follow, is
        JSON Lines.
    """
    if told:
        return told
    name = place.partition("?")[0].lower().removesuffix(".gz")
    suffix = SUFFIXES.get(Path(name).suffix)
    if suffix not in {None, "json"}:
        return suffix  # type: ignore[return-value]
    with opened(path, place) as file:
        head = file.read(4)
        if head == b"PK\x03\x04":
            return "xlsx"
        first, second = _first_lines(head + file.read(1 << 16))
    if not first.startswith((b"{", b"[")):
        return suffix or "csv"
    is_lines = first.startswith(b"{") and first.endswith(b"}") and second.startswith(b"{")
    return "jsonl" if is_lines else "json"


def _first_lines(sample: bytes) -> tuple[bytes, bytes]:
    lines = [
        line for raw in sample.removeprefix(b"\xef\xbb\xbf").splitlines() if (line := raw.strip())
    ]
    return (*lines[:2], b"", b"")[:2]  # type: ignore[return-value]


class Reader:
    """One file, opened to be read as the settings say."""

    def __init__(self, path: Path, place: str, settings: StreamSettings) -> None:
        """Find out format and encoding.

        Args:
            path: A local file.
            place: What to call it in an error.
            settings: The stream's settings.

        Raises:
            TapError: The file cannot be read, or not so.
        """
        self._path, self._place, self._settings = path, place, settings
        self.format = format_of(path, place, settings.format)
        self.encoding = (
            Encoding("binary", clean=True)
            if self.format == "xlsx"
            else sniff_encoding(path, place, settings.encoding)
        )

    def properties(self) -> dict[str, dict[str, Any]]:
        """Find the stream's properties: from the header, or for JSON from every record.

        Returns:
            JSON Schema properties in the file's order.

        Raises:
            TapError: The file cannot be read, or a column is named that it has not.
        """
        if self.format in {"json", "jsonl"}:
            inference = Inference()
            for found in self._json(documents.look):
                if found.__class__ is tuple:
                    inference.add(found[1])
            properties = inference.properties()
        else:
            with self._table() as table:
                properties = {name: {"type": ["string", "null"]} for name in table.names}
        declared = {name: read_type(told, name)[0] for name, told in self._settings.types.items()}
        named = (*self._settings.keys, *declared, self._settings.replication_key)
        if properties:
            for name in named:
                if name is not None and name not in properties:
                    problem = f"there is no column '{name}'"
                    fix = f"the file has {', '.join(list(properties)[:40])}"
                    raise TapError(problem, fix, place=self._place)
        return properties | declared

    def rows(self) -> Iterator[Row | Reject]:
        """Read the rows.

        Yields:
            Each row as a record, or what could not be read as one.

        Raises:
            TapError: The file as a whole cannot be read.
        """
        if self.format in {"json", "jsonl"}:
            for found in self._json():
                yield Row(*found) if found.__class__ is tuple else found
            return
        with self._table() as table:
            names, check = table.names, not self.encoding.clean
            for found in table.rows():
                if isinstance(found, Reject):
                    yield found
                    continue
                place, fields = found
                if check and (bad := _undecoded(fields)):
                    yield Reject(place, "encoding", f"not valid {self._spoken}", bad)
                else:
                    yield Row(place, dict(zip(names, fields)))  # noqa: B905  # as many, checked

    @property
    def _spoken(self) -> str:
        return self.encoding.name.upper().removesuffix("-SIG")

    @contextmanager
    def _table(self) -> Iterator[Table | Sheet]:
        settings = self._settings
        if self.format == "xlsx":
            yield Sheet(
                self._path,
                self._place,
                settings.sheet,
                columns=settings.columns,
                header=settings.header,
            )
            return
        with opened(self._path, self._place) as file, as_text(file, self.encoding) as text:
            try:
                yield Table(
                    text,
                    self._place,
                    delimiter=settings.delimiter or ("\t" if self.format == "tsv" else None),
                    columns=settings.columns,
                    header=settings.header,
                )
            except UnicodeDecodeError:
                problem, fix = f"not valid {self._spoken}", "export it again as UTF-8"
                raise TapError(problem, fix, place=self._place) from None

    def _json(self, decode: documents.Decode | None = None) -> Iterator[Any]:
        names, clean = documents.steps(self._settings.records_path), self.encoding.clean
        with opened(self._path, self._place) as file:
            if self.encoding.name == "utf-8-sig":
                if file.read(3) != b"\xef\xbb\xbf":
                    file.seek(0)
            elif self.encoding.name != "utf-8":
                file = io.BytesIO(file.read().decode(self.encoding.name).encode())  # noqa: PLW2901
            how = {"decode": decode} if decode else {}
            yield from (
                documents.read_lines(file, names, clean=clean, **how)
                if self.format == "jsonl"
                else documents.read_document(file.read(), names, self._place, **how)
            )


def casts_of(settings: StreamSettings) -> list[tuple[str, Cast]]:
    """List the columns whose text has to be turned into something else.

    Args:
        settings: The stream's settings.

    Returns:
        Column and cast.
    """
    read = ((name, read_type(told, name)[1]) for name, told in settings.types.items())
    return [(name, cast) for name, cast in read if cast is not None]


def _undecoded(fields: Sequence[str | None]) -> str:
    """Give back a row that has bytes outside the encoding, in a form that can be read."""
    joined = "\t".join(field or "" for field in fields)
    if joined.isascii():
        return ""
    try:
        joined.encode()
    except UnicodeEncodeError:
        return joined.encode(errors="surrogateescape").decode(errors="backslashreplace")
    return ""
