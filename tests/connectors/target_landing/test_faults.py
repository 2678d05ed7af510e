"""Each fault by name: what is quarantined, what stops the load, and that nothing else suffers."""

import json

import pytest

from connectors.target_landing.errors import (
    BadLineError,
    ContractError,
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
    with pytest.raises(TooManyQuarantinedError, match="stream s: 3 of 13 records .* 3 type"):
        zone.load(SCHEMA, *GOOD, *bad, state({"at": 1}))
    assert newest(zone.landing, "crm") == 0
    assert not zone.emitted
    zone.load(SCHEMA, *GOOD, *bad, state({"at": 1}), max_quarantined_share=0.25)
    assert len(zone.quarantined()) == 3


@pytest.mark.parametrize(
    "line",
    [b"INFO hello", b'{"type": "RECORD", "stream": "s", "record": {"id": 5, "v": "' + SECRET.encode(),
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


# Drift and contracts


def test_undeclared_fields_are_kept_and_reported(zone: Zone) -> None:
    zone.load(
        schema("s", ["id"], id="integer"),
        record("s", {"id": 1}),
        record("s", {"id": 2, "new": "x", "deep": {"a": [1]}, "gone": None}),
        record("s", {"id": 3, "new": "y", "gone": 5}),
        record("s", {"id": 4, "gone": 5.5}),
    )
    assert zone.rows("s", "id, new, deep, gone") == [
        (1, None, None, None), (2, "x", '{"a": [1]}', None), (3, "y", None, 5.0), (4, None, None, 5.5)
    ]  # fmt: skip
    assert zone.manifest()["streams"]["s"]["drift"]["undeclared"] == ["deep", "gone", "new"]


def test_an_undeclared_field_of_two_types_keeps_both(zone: Zone) -> None:
    zone.load(
        schema("s", ["id"], id="integer"),
        *(record("s", {"id": n, "x": x}) for n, x in enumerate(["a", 1, [2], None, True])),
    )
    assert zone.rows("s", "x::varchar") == [('"a"',), ("1",), ("[2]",), (None,), ("true",)]


def test_a_type_that_changes_keeps_what_came_before_and_widens(zone: Zone) -> None:
    zone.load(
        schema("s", ["id"], id="integer", v="integer", w="boolean", gone="string"),
        *(record("s", {"id": n, "v": n, "w": True, "gone": "g"}) for n in range(40)),
        schema(
            "s", ["id"], id="integer", v=["string", "null"], w=["object", "null"], fresh="number"
        ),
        *(record("s", {"id": n, "v": f"v{n}", "w": {"a": 1}, "fresh": 0.5}) for n in range(40, 80)),
    )
    rows = zone.rows("s", "id, v, w, gone, fresh")
    assert rows[0] == (0, "0", "true", "g", None)
    assert rows[79] == (79, "v79", '{"a": 1}', None, 0.5)
    assert len(rows) == 80
    drift = zone.manifest()["streams"]["s"]["drift"]
    assert (drift["retyped"], drift["added"], drift["removed"]) == (["v", "w"], ["fresh"], ["gone"])


def test_integer_and_number_widen_to_number_unless_that_would_round(zone: Zone) -> None:
    for stream, value in (("s", 7), ("t", 2**53 + 1)):
        zone.load(
            schema(stream, v="integer"), record(stream, {"v": value}),
            schema(stream, v="number"), record(stream, {"v": 0.5}),
        )  # fmt: skip
    assert zone.rows("s") == [(7.0,), (0.5,)]
    assert zone.rows("t") == [(str(2**53 + 1),), ("0.5",)]


@pytest.mark.parametrize(
    "change",
    [
        schema("s", ["id"], id="integer", v="integer"),
        schema("s", ["id"], id="integer", v="string", w="string"),
        record("s", {"id": 5, "undeclared": 1}),
        record("s", {"id": 2**70}),
    ],
)
def test_frozen_streams_refuse_every_change(zone: Zone, change: dict) -> None:
    first = schema("s", ["id"], id="integer", v="string")
    with pytest.raises(ContractError, match="source crm, stream s: .*freeze"):
        zone.load(first, record("s", {"id": 1}), change, contract={"s": "freeze"})
    zone.load(first, record("s", {"id": 1}), contract="freeze")
    with pytest.raises(ContractError):  # what was landed before counts as well
        zone.load(
            *([] if change["type"] == "SCHEMA" else [first]), change, contract={"*": "freeze"}
        )


def test_discard_value_keeps_the_row_without_the_new_value(zone: Zone) -> None:
    zone.load(
        schema("s", ["id"], id="integer", v="integer"),
        record("s", {"id": 1, "v": 1}),
        schema("s", ["id"], id="integer", v="string", w="string"),
        record("s", {"id": 2, "v": "two", "w": "new"}),
        record("s", {"id": 3, "v": 3, "x": None}),
        record("s", {"id": 4, "v": 2**70}),
        contract="discard_value",
    )
    assert zone.rows("s") == [(1, 1), (2, None), (3, 3), (4, None)]
    assert [(row[1], row[2], row[3]) for row in zone.quarantined()] == [
        ("undeclared", "", False), ("type", "v", False), ("does_not_fit", "v", False)
    ]  # fmt: skip
    assert all(b"two" in row[4] for row in zone.quarantined()[:2])


def test_discard_row_quarantines_the_row(zone: Zone) -> None:
    zone.load(
        schema("s", ["id"], id="integer", v="integer"),
        *(record("s", {"id": n, "v": 1}) for n in range(10)),
        schema("s", ["id"], id="integer", v="string"),
        record("s", {"id": 11, "v": "two"}),
        record("s", {"id": 12, "v": 3, "x": 1}),
        contract={"s": "discard_row"},
    )
    assert [row[0] for row in zone.rows("s", "id")] == list(range(10))
    assert [row[1:4] for row in zone.quarantined()] == [
        ("type", "v", True),
        ("undeclared", "", True),
    ]


# Names


def test_any_name_maps_without_collision_and_back(zone: Zone) -> None:
    names = ["Email", "email", "EMAIL", "名前", "a;drop table x", 'qu"ote', "back\\slash", "a.b", " ",
             "", "_tessera_row", "_SDC_Batched_At", "select", "é", "É", "ctrl\n", "nul\0"]  # fmt: skip
    zone.load(
        schema("s", **dict.fromkeys(names, "string")),
        record("s", {name: f"<{name}>" for name in names if "\0" not in name}),
    )
    columns = zone.manifest()["streams"]["s"]["columns"]
    assert sorted(columns) == sorted(names)
    assert len({column.casefold() for column in columns.values()}) == len(names)
    for name in names:
        quoted = columns[name].replace('"', '""')
        want = None if "\0" in name else f"<{name}>"
        assert zone.rows("s", f'"{quoted}"') == [(want,)], name


def test_a_name_keeps_its_column_whatever_comes_first_later(zone: Zone) -> None:
    zone.load(
        schema("s", Email="string", email="string"), record("s", {"Email": "A", "email": "b"})
    )
    first = zone.manifest()["streams"]["s"]["columns"]
    zone.load(schema("s", email="string"), record("s", {"email": "c"}))
    assert zone.manifest()["streams"]["s"]["columns"] == {"email": first["email"]}
    zone.load(
        schema("s", email="string", Email="string"), record("s", {"email": "d", "Email": "E"})
    )
    assert zone.manifest()["streams"]["s"]["columns"] == first
    assert zone.rows("s", f'"Email", "{first["email"]}"') == [("A", "b"), (None, "c"), ("E", "d")]


@pytest.mark.parametrize(
    "name", ["Users", "users", "名前", "a/b", "../up", ".", "quarantine", "_activations", 'q"u', "x" * 999,
             "a%62", "a;b", "é" * 200]
)  # fmt: skip
def test_any_stream_name_has_its_own_file(zone: Zone, name: str) -> None:
    zone.load(
        schema("other", v="string"), schema(name, v="string"),
        record(name, {"v": "mine"}), record("other", {"v": "x"}), record("other", {"v": 1}),
        {"type": "ACTIVATE_VERSION", "stream": name, "version": 1}, max_quarantined_share=1.0,
    )  # fmt: skip
    assert zone.rows(name) == [("mine",)]
    assert zone.rows("other") == [("x",)]
    assert len(list(zone.home.glob("0*/*.parquet"))) == 4
