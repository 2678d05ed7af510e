"""Records read in step become what the decoder makes of them, value by value, or are left to it."""

import json
import random
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pytest

from connectors.target_landing import instep, messages
from connectors.target_landing.errors import LandingError, MisfitError
from connectors.target_landing.instep import InStep, Part
from connectors.target_landing.runs import runs, stream_of
from connectors.target_landing.schemas import StreamSchema
from connectors.target_landing.stream import Rows, Stream

from .zones import Zone, schema, state


def nullable(name: str, **more: Any) -> dict[str, Any]:
    return {"type": [name, "null"], **more}


PROPERTIES: dict[str, Any] = {
    "id": {"type": "integer"},
    "name": nullable("string"),
    "short": nullable("string", maxLength=6),
    "kind": {"type": ["string", "null"], "enum": ["a", "b", None]},
    "at": nullable("string", format="date-time"),
    "day": nullable("string", format="date"),
    "clock": nullable("string", format="time"),
    "ok": nullable("boolean"),
    "score": nullable("number"),
    "level": nullable("number", minimum=-1, maximum=1e6),
    "count": nullable("integer", minimum=0, maximum=10**6),
    "amount": nullable("number", multipleOf=0.01),
    "money": nullable("string", format="singer.decimal", scale=4),
    "where": nullable(
        "object",
        properties={
            "street": nullable("string"),
            "main": nullable("boolean"),
            "more": nullable("object", properties={"x": {"type": "string"}}, required=["x"]),
        },
        required=["street"],
    ),
    "tags": nullable("array", items={"type": "string"}),
    "sizes": nullable("array", items={"type": "integer"}),
    "any": {},
    "last": nullable("number"),
}
TEXTS = ["", "x", "é", "名前", 'say "hi"', "a\\b", "tab\tline\n", "\U0001f600", "}, ", "{[", "null"]
MOMENTS = ["2024-02-29T23:59:59.123456+00:00", "2024-01-01T00:00:00Z", "1969-12-31T23:59:59.5Z"]


def some(chance: random.Random, name: str) -> Any:
    """A value that mostly fits."""
    pick = chance.choice
    text = pick(TEXTS)
    more = {"x": text} if chance.random() < 0.7 else None
    return {
        "name": text,
        "short": text[:6],
        "kind": pick(["a", "b"]),
        "at": pick(MOMENTS),
        "day": pick(["2024-02-29", "0001-01-01", "9999-12-31"]),
        "clock": pick(["00:00:00", "23:59:59.999999"]),
        "ok": pick([True, False]),
        "score": pick([0, -1, 0.1, 1e-07, 1e22, -0.0, 12345.678, 0.30000000000000004]),
        "level": pick([0, 0.5, -1]),
        "count": pick([0, 1, 10**6]),
        "amount": pick([0, 10, 0.01, -99999.99]),
        "money": pick(["0.0001", "-12", "7.5"]),
        "where": {"street": text, "main": pick([True, None]), "more": more},
        "tags": [pick(TEXTS) for _ in range(chance.randrange(4))],
        "sizes": [chance.randrange(9) for _ in range(chance.randrange(3))],
        "any": pick([1, -2.5, text, [1, [2, {"a": text}]], {"a": {"b": []}}]),
        "last": pick([1, 2.5]),
    }[name]


def lines_of(chance: random.Random, count: int, **dump: Any) -> list[bytes]:
    sparse, holes = chance.choice([0, 0.1]), chance.choice([0, 0.1])
    versions = chance.choice([True, None])
    out = []
    for number in range(count):
        value: dict[str, Any] = {"id": 2**62 + number}
        for name in PROPERTIES:
            if name != "id" and chance.random() >= sparse:
                value[name] = None if chance.random() < holes else some(chance, name)
        message = {"type": "RECORD", "stream": "s", "record": value}
        if chance.random() < 0.9 or not sparse:
            message["time_extracted"] = chance.choice(MOMENTS)
        if not sparse:
            message["version"] = versions and number
        out.append(json.dumps(message, **dump).encode())
    return out


def columns() -> StreamSchema:
    out = StreamSchema("crm", "s", "evolve")
    out.declare({"type": "object", "properties": PROPERTIES}, ["id"])
    return out


SCHEMA = columns()


@pytest.fixture(autouse=True)
def escapes_are_welcome(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here they matter, not what they cost."""
    monkeypatch.setattr(instep, "MOST_ESCAPES", 1000)


def in_step(text: bytes) -> Part | None:
    (run, *more) = runs(text, 1 << 20)
    if more or not run.records or run.ends is None or stream_of(text) != "s":
        return None
    return InStep(SCHEMA.columns).read(text, run.ends)


def decoded(text: bytes) -> Part | None:
    """The same by the decoder; None where it leaves the records to a closer look."""
    taken: list[list[pa.Array]] = []
    stream = Stream(SCHEMA, lambda _c, arrays, _r, _s: taken.append(arrays), print, 1 << 20)
    stream.retype()
    try:
        found = msgspec.json.Decoder(stream.message).decode_lines(text)
        stream.take_decoded([m.record for m in found], Rows([], range(len(found)), [], []), 0)
    except (msgspec.MsgspecError, UnicodeDecodeError, MisfitError):
        return None
    return Part(
        taken[0],
        pa.array([m.time_extracted for m in found], pa.string()),
        pa.array([m.version for m in found], pa.int64()),
    )


def hold(text: bytes) -> bool:
    """Compare both; whether the records were read in step."""
    left = in_step(text)
    if left is None:
        return False
    right = decoded(text)
    assert right is not None, "taken in step, but not proper"
    for column, one, other in zip(SCHEMA.columns, left.arrays, right.arrays, strict=True):
        one.validate(full=True)
        assert one.type == other.type, column.name
        assert one.equals(other), (column.name, one, other)
    for one, other in ((left.extracted, right.extracted), (left.versions, right.versions)):
        assert one.cast(other.type).equals(other)
    return True


@pytest.mark.parametrize("dump", [{}, {"ensure_ascii": False, "separators": (",", ":")}])
def test_records_written_alike_become_what_the_decoder_makes_of_them(dump: dict[str, Any]) -> None:
    chance = random.Random(1)
    taken = [hold(b"\n".join(lines_of(chance, 40, **dump)) + b"\n") for _ in range(16)]
    assert taken.count(False) < len(taken) / 4  # those whose first line lacks what others have


def test_a_changed_byte_is_never_taken_for_what_it_is_not() -> None:
    chance = random.Random(2)
    taken = 0
    for _ in range(400):
        lines = lines_of(chance, 3)
        line = bytearray(lines[place := chance.randrange(3)])
        for _ in range(chance.choice([1, 1, 2])):
            at, new = (
                chance.randrange(len(line)),
                bytes([chance.choice(b'"\\{}[],: 0159-.eEntu/\x7f\xc3')]),
            )
            match chance.randrange(4):
                case 0:
                    line[at : at + 1] = new
                case 1:
                    line[at:at] = new
                case 2:
                    del line[at : at + chance.choice([1, 1, 2, 9])]
                case _:
                    line[at:at] = line[at : at + chance.randrange(1, 30)]
        lines[place] = bytes(line)
        taken += hold(b"\n".join(lines))
    assert taken > 20


ODD = {
    "an integer of 20 digits": b'{"id": 18446744073709551616}',
    "an integral number for an integer": b'{"id": 7.0}',
    "an integer with a leading zero": b'{"id": 007}',
    "minus nothing": b'{"id": -0, "score": -0}',
    "two points": b'{"id": 1, "score": 1.2.3}',
    "a sign within": b'{"id": 1, "amount": 1-2}',
    "an integer in hexadecimal": b'{"id": 0x7}',
    "an integer in quotes": b'{"id": "7"}',
    "a real of 17 digits": b'{"id": 1, "score": 0.12345678901234567}',
    "a real beyond a double": b'{"id": 1, "score": 1e400}',
    "a real with an exponent": b'{"id": 1, "score": 12E-3}',
    "a real without digits before the point": b'{"id": 1, "score": .5}',
    "not a number": b'{"id": 1, "score": NaN}',
    "three decimals where two are allowed": b'{"id": 1, "amount": 0.125}',
    "an escape": b'{"id": 1, "name": "\\u00e9\\n\\/"}',
    "an escape that is none": b'{"id": 1, "name": "\\x"}',
    "a NUL": b'{"id": 1, "name": "\\u0000"}',
    "a lone surrogate": b'{"id": 1, "name": "\\ud800"}',
    "a lone surrogate inside": b'{"id": 1, "tags": ["\\ud800"]}',
    "bytes that are not UTF-8": b'{"id": 1, "name": "\xc3("}',
    "a control character": b'{"id": 1, "name": "a\tb"}',
    "an undeclared field": b'{"id": 1, "more": {"a": 1}}',
    "a field twice": b'{"id": 1, "name": "a", "name": "b"}',
    "fields in another order": b'{"name": "a", "id": 1}',
    "other white space": b'{"id" :1,"name":\t"a"}',
    "no key": b'{"name": "a"}',
    "a null key": b'{"id": null}',
    "no required field inside": b'{"id": 1, "where": {"main": true}}',
    "another type inside": b'{"id": 1, "where": {"street": 1}}',
    "an undeclared field inside": b'{"id": 1, "where": {"street": "a", "x": 1}}',
    "a null inside an array of strings": b'{"id": 1, "tags": ["a", null]}',
    "a trailing comma inside": b'{"id": 1, "tags": ["a", ]}',
    "a value outside an enumeration": b'{"id": 1, "kind": "c"}',
    "a text that is too long": b'{"id": 1, "short": "1234567"}',
    "a number beyond its bounds": b'{"id": 1, "count": -1}',
    "a day that does not exist": b'{"id": 1, "day": "2023-02-29"}',
    "the first of all days": b'{"id": 1, "day": "0001-01-01"}',
    "nanoseconds": b'{"id": 1, "at": "2024-01-01T00:00:00.123456789Z"}',
    "a moment without an offset": b'{"id": 1, "at": "2024-01-01 00:00:00"}',
    "a string of digits for true": b'{"id": 1, "ok": 1}',
    "nothing": b"{}",
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD.keys())
def test_what_is_odd_goes_where_the_decoder_sends_it(
    odd: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(3)
    message = b'{"type": "RECORD", "stream": "s", "record": ' + odd + b"}"
    text = [*lines_of(chance, 9), message, *lines_of(chance, 9)]
    seen = []
    for fewest in (1, 1000):
        monkeypatch.setattr(messages, "FEWEST", fewest)
        zone = Zone(tmp_path / str(fewest))
        try:
            zone.load(schema("s", ["id"], **PROPERTIES), *text, state(1), chunk=1 << 12)
        except LandingError as error:
            seen.append(str(error))
            continue
        told = zone.manifest()["streams"]["s"]
        seen.append((zone.rows("s"), zone.quarantined(), told["types"], told["drift"]))
    assert seen[0] == seen[1]
