"""Cells cut out of a text into Arrow arrays, a column at a time, exactly as `arrays` makes them."""

import re
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors.target_landing.arrays import arrow_type, numbers, typed
from connectors.target_landing.columns import Column
from connectors.target_landing.errors import MisfitError
from connectors.target_landing.members import Cells
from connectors.target_landing.tokens import Tokens, Truths

_STRING = msgspec.json.Decoder(str)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_ZERO, _MINUS = b"0-"
_DIGITS = 10
_BOUNDS = {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}


def cutter(text: bytes, found: dict[int, Cells], count: int) -> Callable[[int], pa.Array]:
    """Cells as text by their place: every other piece of the whole, taken out."""
    whole = pa.py_buffer(text)
    every = pa.arange(0, 2 * count, 2)

    def cut(place: int) -> pa.Array:
        cells = found[place]
        bounds = np.empty((count, 2), np.int32)
        bounds[:, 0] = cells.begins
        bounds[:, 1] = cells.ends
        pieces = pa.StringArray.from_buffers(2 * count - 1, pa.py_buffer(bounds), whole)
        return pieces.take(every if cells.absent is None else _masked(every, cells.absent))

    return cut


def array(column: Column, cells: Cells, texts: pa.Array, tokens: Tokens) -> pa.Array:
    """The array of a column, like `arrays.build`.

    Args:
        column: says the kind.
        cells: where its values lie.
        texts: its values as they are written.
        tokens: of the text that has them.

    Raises:
        MisfitError: a value breaks the schema or does not fit the column's type exactly.
        ArrowInvalid, MsgspecError: likewise.
    """
    if cells.absent is not None and cells.absent.all():
        return pa.nulls(len(texts), arrow_type(column.kind))
    match column.json:
        case "string":
            texts = unescaped(texts, cells, tokens)
            _hold_lengths(column.schema, texts)
            return typed(column.kind, texts)
        case "boolean":
            return _masked(_truths(tokens.data[cells.begins] == ord("t")), cells.absent)
        case "integer":
            whole = integers(texts, cells, tokens)
            if _BOUNDS & set(column.schema):
                _hold_bounds(column.schema, whole)
            return whole
        case "number":
            _hold_numbers(texts, cells, tokens, whole=False)
            return numbers(column, texts)
    if cells.doubtful is not None and cells.doubtful.any():
        chosen = texts.filter(_truths(cells.doubtful))
        one = pa.ListArray.from_arrays(pa.array([0, len(chosen)], pa.int32()), chosen)
        column.checker.decode_lines(pc.binary_join(one, "\n")[0].as_py())
    return pa.ExtensionArray.from_storage(arrow_type("JSON"), texts)


def _bits(truths: Truths) -> pa.Buffer:
    return pa.py_buffer(np.packbits(truths, bitorder="little"))


def _truths(truths: Truths) -> pa.Array:
    return pa.Array.from_buffers(pa.bool_(), len(truths), [None, _bits(truths)])


def _masked(array: pa.Array, absent: Truths | None) -> pa.Array:
    """Nulls where something is absent; `pa.array` would import NumPy's masked arrays for it."""
    if absent is None:
        return array
    return pa.Array.from_buffers(array.type, len(array), [_bits(~absent), *array.buffers()[1:]])


def integers(texts: pa.Array, cells: Cells, tokens: Tokens) -> pa.Array:
    """Integers of 64 bits.

    Raises:
        MisfitError: a text is no integer.
        ArrowInvalid: one is too large.
    """
    _hold_numbers(texts, cells, tokens, whole=True)
    return pc.cast(texts, pa.int64())


def unescaped(texts: pa.Array, cells: Cells, tokens: Tokens) -> pa.Array:
    """What strings say."""
    if not len(tokens.escapes):
        return texts
    flags = tokens.escaped[cells.strings]
    if cells.absent is not None:
        flags &= ~cells.absent
    rows = np.flatnonzero(flags)
    if not len(rows):
        return texts
    bounds = zip(cells.begins[rows].tolist(), cells.ends[rows].tolist(), strict=True)
    said = _STRING.decode_lines(b"\n".join(tokens.text[a - 1 : b + 1] for a, b in bounds))
    return pc.replace_with_mask(texts, _truths(flags), pa.array(said, pa.string()))


def _hold_numbers(texts: pa.Array, cells: Cells, tokens: Tokens, *, whole: bool) -> None:
    """Make sure that texts are numbers as JSON spells them; Arrow takes more than that."""
    begins, ends = cells.begins, cells.ends
    if cells.absent is not None:
        begins, ends = begins[~cells.absent], ends[~cells.absent]
    if not len(begins):
        return
    data = tokens.data
    lead = begins + (data[begins] == _MINUS)
    first, last = data[lead], data[ends - 1]
    digits = ((first - _ZERO) < _DIGITS) & ((last - _ZERO) < _DIGITS)
    zeros = lead[first == _ZERO]
    if not digits.all() or ((data[zeros + 1] - _ZERO) < _DIGITS).any():
        raise MisfitError
    _, offsets, text = texts.buffers()
    low, count = (_ZERO, _DIGITS) if whole else (_MINUS, _ZERO + _DIGITS - _MINUS)
    # What is below wraps around. Of signs and points in a wrong place Arrow takes none.
    odd = (np.frombuffer(text, np.uint8) - low) >= count
    if whole:
        if np.count_nonzero(odd) != np.count_nonzero(lead != begins):
            raise MisfitError
    elif odd.any():
        bounds = np.frombuffer(offsets, np.int32)
        owners = np.unique(np.searchsorted(bounds, np.flatnonzero(odd), "right") - 1)
        if not all(map(_NUMBER.fullmatch, texts.take(pa.array(owners)).to_pylist())):
            raise MisfitError


def _hold_bounds(schema: dict[str, Any], whole: pa.Array) -> None:
    ends = pc.min_max(whole).as_py()
    low, high = ends["min"], ends["max"]
    if low is not None and (
        low < schema.get("minimum", low)
        or high > schema.get("maximum", high)
        or low <= schema.get("exclusiveMinimum", low - 1)
        or high >= schema.get("exclusiveMaximum", high + 1)
    ):
        raise MisfitError


def _hold_lengths(schema: dict[str, Any], texts: pa.Array) -> None:
    if "enum" in schema:
        values = [value for value in schema["enum"] if value is not None]
        proper = pc.is_in(texts.drop_null(), pa.array(values, pa.string()))
        if not pc.all(proper).as_py():
            raise MisfitError
    if "minLength" in schema or "maxLength" in schema:
        ends = pc.min_max(pc.utf8_length(texts)).as_py()
        low, high = ends["min"], ends["max"]
        if low is not None and (
            low < schema.get("minLength", low) or high > schema.get("maxLength", high)
        ):
            raise MisfitError
