"""One stream of a load: its columns, and its way from record bytes to rows of its file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
import pyarrow as pa
from msgspec.structs import astuple

from connectors.target_landing.arrays import build
from connectors.target_landing.columns import Column, message_type, record_type
from connectors.target_landing.errors import MisfitError
from connectors.target_landing.faults import Fault, TooWideError
from connectors.target_landing.instep import InStep
from connectors.target_landing.judge import cell, fields_of
from connectors.target_landing.schemas import ColumnsChangedError, StreamSchema

_JUDGED_AT_ONCE = 32  # a refused chunk is halved down to this before each record is looked at


@dataclass(slots=True)
class Rows:
    """Records of one stream on their way in, column-wise.

    Attributes:
        records: raw JSON of each.
        numbers: order in the package.
        extracted: `time_extracted` of each, None where not given.
        versions: `version` of each.
    """

    records: list[bytes]
    numbers: Sequence[int]
    extracted: Sequence[str | None] | pa.StringArray
    versions: Sequence[int | None] | pa.Int64Array

    def part(self, cut: slice) -> "Rows":
        """Some of the rows."""
        return Rows(self.records[cut], self.numbers[cut], self.extracted[cut], self.versions[cut])

    def keep(self, places: list[int]) -> "Rows":
        """The rows at some places."""
        return Rows(
            [self.records[i] for i in places],
            [self.numbers[i] for i in places],
            [self.extracted[i] for i in places],
            [self.versions[i] for i in places],
        )


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record that is quarantined, or (`dropped` False) a value left out of a filed row."""

    row: int
    record: bytes
    reason: str
    field: str
    dropped: bool = True


Emit = Callable[[tuple[Column, ...], list[pa.Array], Rows, int], None]


@dataclass
class Stream:
    """A stream's records, typed as its SCHEMA says.

    Args:
        schema: its columns, and what its contract lets happen to them.
        emit: takes finished columns with their rows and the bytes of input they came from.
        refuse: takes what is quarantined.
        max_bytes: a longer record is refused.
    """

    schema: StreamSchema
    emit: Emit
    refuse: Callable[[Refusal], None]
    max_bytes: int
    message: type[msgspec.Struct] | None = field(default=None, init=False)
    in_step: InStep | None = field(default=None, init=False)
    _records: "msgspec.json.Decoder[Any] | None" = field(default=None, init=False)

    def retype(self) -> None:
        """Build decoders for the columns as they are now."""
        columns = self.schema.columns
        record = record_type(columns) if columns and self.schema.keys_known else None
        self.message = message_type(self.schema.name, record) if record else None
        self._records = msgspec.json.Decoder(record) if record else None
        self.in_step = InStep(columns) if record else None

    def take_decoded(self, records: list[Any], rows: Rows, size: int) -> None:
        """File records that are decoded already; `rows.records` is not looked at.

        Raises:
            MisfitError: some record is out of the ordinary; none was filed.
        """
        columns = self.schema.columns
        cells = zip(*map(astuple, records), strict=True)
        arrays = [build(column, part) for column, part in zip(columns, cells, strict=True)]
        self.emit(columns, arrays, rows, size)

    def take(self, rows: Rows) -> None:
        """File records, and quarantine those that break their schema.

        Raises:
            ContractError: a record needs a change that the stream's contract refuses.
        """
        if not rows.records or self._optimistic(rows):
            return
        half = len(rows.records) // 2
        if len(rows.records) > _JUDGED_AT_ONCE:
            self.take(rows.part(slice(half)))
            self.take(rows.part(slice(half, None)))
            return
        try:
            self._judged(rows)
        except ColumnsChangedError:
            self.retype()
            self.take(rows)

    def _optimistic(self, rows: Rows) -> bool:
        if self._records is None:
            return False
        whole = b"\n".join(rows.records)
        if b"\\u0000" in whole or max(map(len, rows.records)) > self.max_bytes:
            return False
        try:
            records = self._records.decode_lines(whole)
            if len(records) != len(rows.records):
                return False
            self.take_decoded(records, rows, len(whole))
        except (msgspec.MsgspecError, UnicodeDecodeError, MisfitError):
            return False
        return True

    def _judged(self, rows: Rows) -> None:
        refusals: list[Refusal] = []
        kept: list[int] = []
        cells: list[list[Any]] = []
        for place, (record, number) in enumerate(zip(rows.records, rows.numbers, strict=True)):
            try:
                cells.append(self._cells_of(record, number, refusals))
                kept.append(place)
            except Fault as fault:
                refusals.append(Refusal(number, record, fault.reason, fault.field))
        self._file(rows.keep(kept), cells, refusals)
        for refusal in refusals:
            self.refuse(refusal)

    def _cells_of(self, record: bytes, number: int, refusals: list[Refusal]) -> list[Any]:
        if len(record) > self.max_bytes:
            raise Fault("too_long")
        fields = fields_of(record)
        self.schema.check_keys(fields)
        left_out = self.schema.undeclared(fields)
        out = []
        for column in self.schema.columns:
            try:
                out.append(cell(column, fields.get(column.name)))
            except TooWideError as error:
                self.schema.too_wide(column, str(error))
                left_out.append((column.name, "does_not_fit"))
                out.append(cell(replace(column, key=False, required=False), None))
            except Fault as fault:
                if column.required or not self.schema.discards_values:
                    raise
                left_out.append((column.name, fault.reason))
                out.append(cell(column, None))
        refusals.extend(Refusal(number, record, why, name, dropped=False) for name, why in left_out)
        return out

    def _file(self, rows: Rows, cells: list[list[Any]], refusals: list[Refusal]) -> None:
        if not cells:
            return
        columns = self.schema.columns
        try:
            arrays = [
                build(column, part, judged=True)
                for column, part in zip(columns, zip(*cells, strict=True), strict=True)
            ]
        except MisfitError:
            if len(cells) == 1:
                refusals.append(Refusal(rows.numbers[0], rows.records[0], "unfit", ""))
                return
            for place, one in enumerate(cells):
                self._file(rows.keep([place]), [one], refusals)
            return
        self.emit(columns, arrays, rows, sum(map(len, rows.records)))
