"""From bytes to text: gzip, byte order marks, and encodings that nobody wrote down."""

import codecs
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from connectors.tap_base.errors import TapError
from connectors.tap_files.locate import unreadable

CHUNK = 1 << 20
SAMPLE_LINES = 2000
"""Lines with bytes beyond ASCII that are looked at before the encoding is decided."""

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class Encoding:
    """How a file's bytes become text; `clean` when every line is known to be valid."""

    name: str
    clean: bool


@contextmanager
def opened(path: Path, place: str) -> Iterator[IO[bytes]]:
    """Open a file, through gzip where its first bytes say so.

    Args:
        path: A local file.
        place: What to call it in an error.

    Yields:
        The plain bytes.

    Raises:
        TapError: The file cannot be read, or its gzip ends early or is damaged.
    """
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            if not packed:
                yield file
                return
            with gzip.open(file) as unpacked:
                yield cast("IO[bytes]", unpacked)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        fix = "export or copy it again"
        raise TapError("the gzip file is damaged or ends early", fix, place=place) from None
    except OSError as error:
        raise unreadable(error, place) from None


def as_text(file: IO[bytes], encoding: Encoding) -> io.TextIOWrapper:
    """Decode a file; bytes that are invalid become lone surrogates, to be found per line.

    Args:
        file: Plain bytes.
        encoding: How to read them.

    Returns:
        Text with its line ends as they are.
    """
    errors = "strict" if encoding.name.startswith(("utf-16", "utf-32")) else "surrogateescape"
    return io.TextIOWrapper(file, encoding=encoding.name, errors=errors, newline="")


def sniff_encoding(path: Path, place: str, told: str | None = None) -> Encoding:
    """Find out how a text file is encoded, by reading all of it.

    UTF-8 unless proven otherwise: a file whose lines are valid UTF-8 but for a few is UTF-8 with
    a few bad lines, and one without any valid line beyond ASCII is an older encoding.

    Args:
        path: A local file.
        place: What to call it in an error.
        told: The encoding the configuration names, if any.

    Returns:
        The encoding, by Python's name.

    Raises:
        TapError: An encoding that Python does not know, or none that fits.
    """
    if told is not None:
        try:
            name = codecs.lookup(told).name
        except LookupError:
            fix = "name one such as utf-8 or cp1252"
            raise TapError(f"there is no encoding '{told[:40]}'", fix, place=place) from None
        return Encoding("utf-8-sig" if name == "utf-8" else name, clean=False)
    with opened(path, place) as file:
        head = file.read(4)
        for mark, name in MARKS:
            if head.startswith(mark):
                return Encoding(name, clean=False)
        if len(head) == 4 and head.count(0) == 2 and head[0] != head[1]:
            return Encoding("utf-16-le" if head[1] == 0 else "utf-16-be", clean=False)
        valid, invalid = _lines_beyond_ascii(head, file)
    if not invalid:
        return Encoding("utf-8", clean=True)
    older = None if valid * 10 >= len(invalid) else _older(invalid)
    return Encoding(older or "utf-8", clean=False)


def _lines_beyond_ascii(head: bytes, file: IO[bytes]) -> tuple[int, list[bytes]]:
    """Count the valid UTF-8 lines beyond ASCII, and gather the invalid ones."""
    valid, invalid, rest = 0, list[bytes](), head
    while chunk := file.read(CHUNK):
        whole, newline, tail = (rest + chunk).rpartition(b"\n")
        if not newline:
            rest = tail
            continue
        valid += _judge(whole, invalid)
        rest = tail
        if len(invalid) >= SAMPLE_LINES:
            break
    return valid + _judge(rest, invalid), invalid


def _judge(lines: bytes, invalid: list[bytes]) -> int:
    if lines.isascii():
        return 0
    valid = 0
    try:
        lines.decode()
    except UnicodeDecodeError:
        for line in lines.split(b"\n"):
            if not line.isascii():
                try:
                    line.decode()
                    valid += 1
                except UnicodeDecodeError:
                    invalid.append(line)
        return valid
    return 1


HIGH = re.compile(rb"[\x80-\xff]+")
LETTER = "a-zA-Z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00fd\u0152\u0153\u0160\u0161\u0178\u017d\u017e"
WESTERN = re.compile(
    f"[{LETTER}\u2018-\u201e\u2013\u2014\u2026\u20ac\u00a3\u00a7\u00b0\u00ab\u00bb\u00a0\u00ad]+"
)
DAMAGE = re.compile(
    "[a-z][\u00c0-\u00de](?![\u00c0-\u00deA-Z])"  # a capital in the middle of a word
    f"|(?<![{LETTER}])[\u00c0-\u00fd](?![{LETTER}])"  # an accent that belongs to no word
)


def _older(invalid: list[bytes]) -> str | None:
    """Name the encoding of lines that are not UTF-8; None when they are rather damaged."""
    sample = b"\n".join(invalid)
    if max(map(len, HIGH.findall(sample))) <= 2:  # accents in Latin text: few for statistics
        decoded = sample.decode("cp1252", errors="replace")
        beyond = "".join(character for character in decoded if not character.isascii())
        if WESTERN.fullmatch(beyond) and not DAMAGE.search(decoded):
            return "cp1252"
        if len(invalid) < 3:
            return None
    from charset_normalizer import from_bytes

    best = from_bytes(sample).best()
    return codecs.lookup(best.encoding).name if best and best.encoding != "ascii" else None
