"""Streams that change: undeclared fields, new types, and what each contract makes of them."""

import pytest

from connectors.target_landing.errors import ContractError

from .zones import Zone, record, schema


def test_undeclared_fields_are_kept_and_reported(zone: Zone) -> None:
    zone.load(
        schema("s", ["id"], id="integer"),
        record("s", {"id": 1}),
        record("s", {"id": 2, "new": "x", "deep": {"a": [1]}, "gone": None}),
        record("s", {"id": 3, "new": "y", "gone": 5}),
        record("s", {"id": 4, "gone": 5.5}),
    )
    assert zone.rows("s", "id, new, deep, gone") == [
        (1, None, None, None), (2, "x", '{"a": [1]}', None),
        (3, "y", None, 5.0), (4, None, None, 5.5),
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
    with pytest.raises(ContractError, match=r"source crm, stream s: .*freeze"):
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


def test_a_column_that_was_null_so_far_has_no_say_in_its_type(zone: Zone) -> None:
    zone.load(
        schema("s", v=["string", "null"]), record("s", {"v": None}),
        schema("s", v=["integer", "null"]), record("s", {"v": 7}),
    )  # fmt: skip
    assert zone.rows("s") == [(None,), (7,)]
