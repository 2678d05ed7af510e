"""Each fault by name: what is quarantined, what stops the load, and that nothing else suffers."""

import json

import pytest

from connectors.target_landing.errors import (
    BadLineError,
    LandingError,
    RecordBeforeSchemaError,
    TooManyQuarantinedError,
)
from connectors.target_landing.ledger import bookmark, newest

from .zones import Zone, record, schema, state

SECRET = "ada.lovelace@example.org"  # a personal value that no message may carry
GOOD = [record("s", {"id": n, "v": "fine"}) for n in range(10)]
SCHEMA = schema(
    "s",
    ["id"],
    id="integer",
    v={"type": "string", "maxLength": 30},
    n=["number", "null"],
    o={"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]},
)


def raw(body: bytes) -> bytes:
    return b'{"type": "RECORD", "stream": "s", "record": ' + body + b"}"


@pytest.mark.parametrize(
    ("line", "reason", "field"),
    [
        (raw(b'{"id": 99, "v": 5}'), "type", "v"),
        (raw(b'{"id": 99, "v": null}'), "null", "v"),
        (raw(b'{"id": 99, "v": "%s"}' % (b"x" * 31)), "maxLength", "v"),
        (raw(b'{"id": 99, "n": NaN}'), "not_finite", ""),
        (raw(b'{"id": 99, "n": -Infinity}'), "not_finite", ""),
        (raw(b'{"id": 99, "o": {"a": 1, "b": NaN}}'), "not_finite", ""),
        (raw(b'{"id": 99, "v": "\\ud800"}'), "lone_surrogate", ""),
        (raw(b'{"id": 99, "o": {"a": 1, "b": "\\udc00 x"}}'), "lone_surrogate", ""),
        (raw(b'{"id": 99, "v": "a\\u0000b"}'), "nul", "v"),
        (raw(b'{"id": 99, "o": {"a": 1, "b": ["\\u0000"]}}'), "nul", "o"),
        (raw(b'{"id": 99, "v": "\xff"}'), "invalid_utf8", ""),
        (raw(b'{"id": 99, "o": {"a": 1, "b": "\xc3("}}'), "invalid_utf8", ""),
        (raw(b'{"v": "no key"}'), "missing_key", "id"),
        (raw(b'{"id": null, "v": "x"}'), "null_key", "id"),
        (raw(b'{"id": 99, "o": {"a": "1"}}'), "type", "o"),
        (raw(b'{"id": 99, "o": {}}'), "required", "o"),
        (raw(b'{"id": "99"}'), "type", "id"),
        (raw(b'{"id": 1.5}'), "type", "id"),
        (raw(b'{"id": true}'), "type", "id"),
        (raw(b'{"id": 99, "n": "1.5"}'), "type", "n"),
        (raw(b'[1]'), "not_an_object", ""),
        (raw(b'null'), "not_an_object", ""),
        (raw(b'{"id": 99, "o": {"a": 1, "b": "%s"}}' % (b"y" * 3000)), "too_long", ""),
    ],
)  # fmt: skip
def test_a_broken_record_is_quarantined_whole_with_its_reason(
    zone: Zone, line: bytes, reason: str, field: str, capsys: pytest.CaptureFixture[str]
) -> None:
    zone.load(SCHEMA, *GOOD[:5], line, *GOOD[5:], state({"at": 1}), max_record_bytes=2000)
    assert [row[0] for row in zone.rows("s", "id")] == list(range(10))
    ((stream, why, where, dropped, kept),) = zone.quarantined()
    assert (stream, why, where, dropped) == ("s", reason, field, True)
    assert line == raw(kept)
    assert zone.manifest()["quarantine"]["reasons"] == {"s": {reason: 1}}
    assert bookmark(zone.landing, "crm") == {"at": 1}
    assert "1 record(s) quarantined" in capsys.readouterr().err


@pytest.mark.parametrize(
    "schema_part",
    [
        {"type": "string", "pattern": "^a"},
        {"type": "string", "enum": ["a", "ab"]},
        {"type": "string", "minLength": 1, "not": {"const": "b"}},
        {"oneOf": [{"type": "string", "maxLength": 1, "const": "a"}, {"type": "integer"}]},
        {"type": "array", "uniqueItems": True},
        {"type": "array", "items": {"type": "string", "pattern": "^a"}},
        {"type": "number", "maximum": 5},
        {"type": "number", "multipleOf": 3},
        {"type": "integer", "exclusiveMaximum": 5},
        {"const": "a"},
        {"allOf": [{"type": "string"}, {"pattern": "^a"}]},
        {"type": ["object", "null"], "additionalProperties": False, "properties": {"a": {}}},
    ],
)
def test_any_rule_of_json_schema_holds(zone: Zone, schema_part: dict) -> None:
    from jsonschema import Draft202012Validator

    judge = Draft202012Validator(schema_part)
    values = [
        "a",
        "ab",
        "b",
        "",
        1,
        3,
        6,
        5,
        4.5,
        ["a"],
        ["a", "a"],
        ["b"],
        {"a": 1},
        {"b": 1},
        True,
    ]
    zone.load(
        schema("s", ["id"], id="integer", v=schema_part),
        *(record("s", {"id": n, "v": value}) for n, value in enumerate(values)),
        max_quarantined_share=1.0,
    )
    valid = [n for n, value in enumerate(values) if judge.is_valid(value)]
    assert [row[0] for row in zone.rows("s", "id")] == valid
    assert {row[1] for row in zone.quarantined()} != {"unfit"}


def test_more_than_the_configured_share_fails_the_load(zone: Zone) -> None:
    bad = [record("s", {"id": n, "v": 1}) for n in range(3)]
    with pytest.raises(TooManyQuarantinedError, match=r"stream s: 3 of 13 records .* 3 type"):
        zone.load(SCHEMA, *GOOD, *bad, state({"at": 1}))
    assert newest(zone.landing, "crm") == 0
    assert not zone.emitted
    zone.load(SCHEMA, *GOOD, *bad, state({"at": 1}), max_quarantined_share=0.25)
    assert len(zone.quarantined()) == 3


@pytest.mark.parametrize(
    "line",
    [b"INFO hello",
     b'{"type": "RECORD", "stream": "s", "record": {"id": 5, "v": "' + SECRET.encode(),
     b'{"no": "type"}', b"[]", b'{"type": "NOISE"}', b'{"type": "RECORD", "record": {}}',
     b'{"type": "SCHEMA", "stream": "t"}', b'{"type": "STATE", "value": {"a": NaN}}'],
)  # fmt: skip
def test_a_line_that_is_no_message_fails_the_load_with_its_number(zone: Zone, line: bytes) -> None:
    with pytest.raises(LandingError, match="source crm: line 13 ") as caught:
        zone.load(SCHEMA, *GOOD, b"", line, state({"at": 1}))
    assert SECRET not in str(caught.value)
    assert newest(zone.landing, "crm") == 0


def test_a_record_before_its_schema_fails_the_load_with_its_number(zone: Zone) -> None:
    with pytest.raises(RecordBeforeSchemaError, match="stream t: line 12 is a record"):
        zone.load(SCHEMA, *GOOD, record("t", {"v": SECRET}))


def test_a_schema_without_properties_fails_the_load(zone: Zone) -> None:
    with pytest.raises(BadLineError, match="stream t: its SCHEMA has no `properties`"):
        zone.load({"type": "SCHEMA", "stream": "t", "schema": {"type": "object"}})


def test_no_personal_value_reaches_a_message(
    zone: Zone, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [
        raw(json.dumps({"id": SECRET}).encode()),
        raw(json.dumps({"id": 5, "v": SECRET * 3}).encode()),
        raw(json.dumps({"id": 5, "o": {"a": SECRET}}).encode()),
        raw(b'{"id": NaN, "v": "' + SECRET.encode() + b'"}'),
    ]
    zone.load(SCHEMA, *GOOD, *GOOD, *lines)
    with pytest.raises(TooManyQuarantinedError) as caught:
        zone.load(SCHEMA, *lines)
    seen = capsys.readouterr()
    assert "ada" not in seen.err + seen.out + str(caught.value)
