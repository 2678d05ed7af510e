"""Chunks of lines into a load: whole chunks of records at once where nothing is out of the way."""

from collections.abc import Sequence
from typing import Any

import msgspec

from connectors.target_landing.decoding import Line
from connectors.target_landing.errors import BadLineError, MisfitError
from connectors.target_landing.lenient import lenient_line
from connectors.target_landing.load import Load
from connectors.target_landing.runs import Run, runs, stream_of

FEWEST = 64  # records for which reading them in step is worth its start
_LINE = msgspec.json.Decoder(Line)


class Messages:
    """Feeds a load.

    Args:
        load: takes the messages.
    """

    def __init__(self, load: Load) -> None:
        self._load = load
        self._lines = 0  # before the part at hand
        self._decoder: msgspec.json.Decoder[Any] | None = None
        self._names: dict[type, str] = {}

    def feed(self, chunk: bytes) -> None:
        """Take whole lines.

        Raises:
            LandingError: the load cannot go on; the message names the line.
        """
        for run in runs(chunk, self._load.settings.max_record_bytes):
            part, records = run.text, run.records
            if not records or not (self._in_step(run) or self._fast(part, records)):
                self._slow(part)
                self._lines += part.count(b"\n")

    def _in_step(self, run: Run) -> bool:
        """Take records of one stream that are all written alike; False if they are not."""
        text, count, ends = run
        if ends is None or count < FEWEST:
            return False
        name = stream_of(text)
        stream = self._load.all_streams().get(name) if name else None
        if name is None or stream is None or stream.in_step is None:
            return False
        read = stream.in_step.read(text, ends)
        if read is None:
            return False
        from connectors.target_landing.stream import Rows

        rows = Rows([], self._load.numbers(count), read.extracted, read.versions)
        self._load.count(name, count, len(text))
        stream.emit(stream.schema.columns, read.arrays, rows, len(text))
        self._lines += count
        return True

    def _fast(self, part: bytes, count: int) -> bool:
        """Take lines that look like records, all at once; False if they are not just that."""
        decoder = self._current()
        if decoder is None:
            return False
        try:
            messages = decoder.decode_lines(part)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return False
        if len(messages) != count:
            return False
        numbers = self._load.numbers(count)
        kinds = set(map(type, messages))
        if len(kinds) == 1:
            self._file(self._names[kinds.pop()], messages, range(count), numbers, part)
        else:
            places: dict[type, list[int]] = {}
            for place, message in enumerate(messages):
                places.setdefault(type(message), []).append(place)
            for kind, own in places.items():
                self._file(self._names[kind], [messages[i] for i in own], own, numbers, part)
        self._lines += count
        return True

    def _file(
        self, name: str, messages: list[Any], places: Sequence[int], numbers: range, chunk: bytes
    ) -> None:
        from connectors.target_landing.stream import Rows

        size = len(chunk) * len(places) // len(numbers)
        self._load.count(name, len(places), size)
        stream = self._load.streams[name]
        rows = Rows(
            [],
            numbers if isinstance(places, range) else [numbers[i] for i in places],
            [message.time_extracted for message in messages],
            [message.version for message in messages],
        )
        try:
            stream.take_decoded([message.record for message in messages], rows, size)
        except MisfitError:
            lines = chunk.split(b"\n")
            rows.records = [bytes(_LINE.decode(lines[i]).record or b"null") for i in places]
            stream.take(rows)

    def _current(self) -> msgspec.json.Decoder[Any] | None:
        """A decoder for the records of all streams, as their columns are now."""
        streams = self._load.all_streams()
        kinds = {stream.message: name for name, stream in streams.items() if stream.message}
        if kinds != self._names:
            self._names = kinds
            union: Any = None
            for kind in kinds:
                union = kind if union is None else union | kind
            self._decoder = msgspec.json.Decoder(union) if kinds else None
        return self._decoder

    def _slow(self, part: bytes) -> None:
        run: list[tuple[int, Line]] = []
        for offset, text in enumerate(part.split(b"\n"), self._lines + 1):
            if not text.strip():
                continue
            line = self._decoded(text, offset)
            if line.type == "RECORD":
                run.append((offset, line))
                continue
            self._records(run)
            run = []
            self._control(line, offset)
        self._records(run)

    def _decoded(self, text: bytes, number: int) -> Line:
        try:
            return _LINE.decode(text)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            pass
        line = lenient_line(text)
        if line is None:
            raise BadLineError(
                f"source {self._load.settings.source}: line {number} is not a Singer message "
                f"({len(text)} bytes that are not a JSON object with a type); the tap wrote "
                "something else to standard output, or ended in the middle of a line"
            )
        return line

    def _records(self, run: list[tuple[int, Line]]) -> None:
        if not run:
            return
        from connectors.target_landing.stream import Rows

        numbers = self._load.numbers(len(run))
        groups: dict[str, tuple[list[bytes], list[int], list[str | None], list[int | None]]] = {}
        for row, (number, line) in zip(numbers, run, strict=True):
            name = self._name(line, number)
            self._load.stream(name, number)
            records, places, extracted, versions = groups.setdefault(name, ([], [], [], []))
            records.append(bytes(line.record) or b"null")
            places.append(row)
            extracted.append(line.time_extracted)
            versions.append(line.version)
        for name, parts in groups.items():
            rows = Rows(*parts)
            self._load.count(name, len(rows.records), sum(map(len, rows.records)))
            self._load.streams[name].take(rows)

    def _control(self, line: Line, number: int) -> None:
        load = self._load
        match line.type:
            case "STATE":
                load.state(bytes(line.value) or b"null")
            case "SCHEMA":
                if line.schema is None:
                    raise self._bad(number, "is a SCHEMA without `schema`")
                load.schema(self._name(line, number), line.schema, line.key_properties or [])
            case "ACTIVATE_VERSION":
                if line.version is None:
                    raise self._bad(number, "is an ACTIVATE_VERSION without `version`")
                load.activate(self._name(line, number), line.version)
            case "BATCH":
                from connectors.target_landing.batches import take_batch

                take_batch(load, self._name(line, number), line, number)
            case _:
                raise self._bad(number, "has a type that is none of Singer's")

    def _name(self, line: Line, number: int) -> str:
        if not line.stream:
            raise self._bad(number, f"is a {line.type} without `stream`")
        return line.stream

    def _bad(self, number: int, what: str) -> BadLineError:
        return BadLineError(
            f"source {self._load.settings.source}: line {number} {what}; mend the tap"
        )
