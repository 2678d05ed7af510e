"""Typing is exact: nothing is ever rounded or cut silently."""

import datetime as dt
import os
import subprocess
import sys
from decimal import Decimal

import pytest

from connectors.target_landing import messages

from .zones import Zone, lines, record, schema, state


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """However few records there are, they are read in step where they are alike."""
    monkeypatch.setattr(messages, "FEWEST", 1)


NULLABLE_STRING = {"type": ["string", "null"]}


def one(zone: Zone, kind: object, *values: object) -> list[object]:
    zone.load(
        schema("s", ["n"], n="integer", v=kind),
        *(record("s", {"n": n, "v": value}) for n, value in enumerate(values)),
        state({"n": len(values)}),
    )
    return [value for (value,) in zone.rows("s", "v")]


def test_integers_of_64_bits_stay_integers(zone: Zone) -> None:
    values = [0, -1, 2**53 + 1, 2**63 - 1, -(2**63)]
    assert one(zone, "integer", *values) == values
    assert zone.types("s")["v"] == "BIGINT"


def test_larger_integers_widen_their_column(zone: Zone) -> None:
    values = [1, 2**63, -(2**70), 10**38 - 1]
    assert [int(value) for value in one(zone, "integer", *values)] == values
    assert zone.types("s")["v"] == "DECIMAL(38,0)"
    assert zone.manifest()["streams"]["s"]["drift"]["widened"]["v"] == ["BIGINT", "HUGEINT"]


def test_integers_beyond_128_bits_are_kept_as_text(zone: Zone) -> None:
    values = [1, 10**38, 10**60]
    assert one(zone, "integer", *values) == [str(value) for value in values]


def test_bounds_beyond_64_bits_make_a_wide_column_at_once(zone: Zone) -> None:
    kind = {"type": "integer", "minimum": 0, "maximum": 2**64 - 1}
    assert [int(value) for value in one(zone, kind, 2**64 - 1)] == [2**64 - 1]


def test_an_integral_number_is_an_integer(zone: Zone) -> None:
    zone.load(
        schema("s", v="integer"),
        b'{"type":"RECORD","stream":"s","record":{"v":1.0}}',
        b'{"type":"RECORD","stream":"s","record":{"v":2e3}}',
    )
    assert zone.rows("s") == [(1,), (2000,)]


def test_doubles_are_the_nearest_there_is_and_print_as_they_came(zone: Zone) -> None:
    values = [
        0.1,
        0.30000000000000004,
        1e300,
        5e-324,
        -0.0,
        123456789012345.6,
        1.7976931348623157e308,
    ]
    assert one(zone, "number", *values) == values


@pytest.mark.parametrize(
    "text", ["0.12345678901234567890", "12345678901234567.89", "1e400", "1e-400"]
)
def test_a_number_no_double_can_name_is_kept_to_the_last_digit(zone: Zone, text: str) -> None:
    zone.load(
        schema("s", v="number"),
        record("s", {"v": 0.5}),
        f'{{"type":"RECORD","stream":"s","record":{{"v":{text}}}}}'.encode(),
    )
    assert [Decimal(value) for (value,) in zone.rows("s")] == [Decimal("0.5"), Decimal(text)]
    assert zone.manifest()["streams"]["s"]["drift"]["widened"]["v"] == ["DOUBLE", "VARCHAR"]


def test_decimals_are_decimals(zone: Zone) -> None:
    kind = {"type": ["number", "null"], "multipleOf": 0.01}
    zone.load(
        schema("s", v=kind),
        b'{"type":"RECORD","stream":"s","record":{"v":19.99}}',
        b'{"type":"RECORD","stream":"s","record":{"v":123456789012345678901234567890.12}}',
        b'{"type":"RECORD","stream":"s","record":{"v":null}}',
    )
    assert zone.types("s")["v"] == "DECIMAL(38,2)"
    assert zone.rows("s") == [
        (Decimal("19.99"),),
        (Decimal("123456789012345678901234567890.12"),),
        (None,),
    ]


def test_a_decimal_finer_than_declared_is_quarantined_not_rounded(zone: Zone) -> None:
    kind = {"type": "number", "multipleOf": 0.01}
    zone.load(
        schema("s", v=kind),
        *[record("s", {"v": 1.25})] * 5,
        b'{"type":"RECORD","stream":"s","record":{"v":1.255}}',
    )
    assert len(zone.rows("s")) == 5
    assert [row[1:3] for row in zone.quarantined()] == [("multipleOf", "v")]


def test_decimals_as_text_are_decimals(zone: Zone) -> None:
    kind = {"type": "string", "format": "singer.decimal"}
    assert one(zone, kind, "1.10", "-99999999999999999999.000000000000000001") == [
        Decimal("1.10"),
        Decimal("-99999999999999999999.000000000000000001"),
    ]


def test_a_decimal_that_needs_more_digits_widens_to_text(zone: Zone) -> None:
    kind = {"type": "string", "format": "singer.decimal", "scale": 2}
    assert [Decimal(v) for v in one(zone, kind, "1.10", "1.123")] == [
        Decimal("1.1"),
        Decimal("1.123"),
    ]


def test_timestamps_are_instants_in_utc(zone: Zone) -> None:
    kind = {"type": "string", "format": "date-time"}
    values = one(
        zone,
        kind,
        "2024-03-10T12:00:00Z",
        "2024-03-10T14:00:00+02:00",
        "2024-03-10 12:00:00",
        "2024-03-10T12:00:00.000001-00:30",
        "2024-03-10T12:00Z",
        "2024-03-10",
        "2024-03-10t12:00:00z",
        "2024-03-10T12:00:00.123000000Z",
    )
    noon = dt.datetime(2024, 3, 10, 12, tzinfo=dt.UTC)
    assert [value.astimezone(dt.UTC) for value in values] == [  # type: ignore[attr-defined]
        noon,
        noon,
        noon,
        noon + dt.timedelta(minutes=30, microseconds=1),
        noon,
        noon - dt.timedelta(hours=12),
        noon,
        noon + dt.timedelta(milliseconds=123),
    ]


def test_the_hosts_zone_changes_nothing(zone: Zone, tmp_path) -> None:
    config = tmp_path / "config.json"
    config.write_text(f'{{"landing": "{zone.landing}", "source": "crm"}}')
    kind = {"type": "string", "format": "date-time"}
    text = lines(
        [
            schema("s", v=kind),
            record("s", {"v": "2024-07-01T00:00:00"}, time_extracted="2024-07-01T00:00:00+02:00"),
            state({}),
        ]
    )
    subprocess.run(
        [sys.executable, "-m", "connectors.target_landing", "--config", str(config)],
        input=text,
        check=True,
        env={**os.environ, "TZ": "America/New_York"},
        stdout=subprocess.PIPE,
    )
    query = f"select epoch(v), epoch(_sdc_extracted_at) from {zone.table('s')}"
    assert zone.sql(query) == [(1719792000.0, 1719784800.0)]


@pytest.mark.parametrize("text", ["2024-03-10T12:00:00.123456789Z", "2016-12-31T23:59:60Z"])
def test_a_moment_finer_or_odder_than_a_timestamp_widens_to_text(zone: Zone, text: str) -> None:
    kind = {"type": "string", "format": "date-time"}
    assert one(zone, kind, "2024-03-10T12:00:00Z", text) == ["2024-03-10T12:00:00Z", text]


@pytest.mark.parametrize("text", ["yesterday", "2024-02-30T00:00:00Z", "2024-13-01T00:00:00Z", ""])
def test_what_is_no_moment_is_quarantined(zone: Zone, text: str) -> None:
    kind = {"type": "string", "format": "date-time"}
    assert len(one(zone, kind, *["2024-03-10T12:00:00Z"] * 5, text)) == 5
    assert [row[1:3] for row in zone.quarantined()] == [("date_time_format", "v")]


def test_dates_and_times(zone: Zone) -> None:
    assert one(
        zone, {"type": "string", "format": "date"}, "0001-01-01", "2024-02-29T00:00:00Z"
    ) == [dt.date(1, 1, 1), dt.date(2024, 2, 29)]


def test_times_of_day(zone: Zone) -> None:
    assert one(
        zone, {"type": "string", "format": "time"}, "23:59:59", "12:30", "01:02:03.000004"
    ) == [dt.time(23, 59, 59), dt.time(12, 30), dt.time(1, 2, 3, 4)]


def test_a_time_with_a_zone_is_kept_whole(zone: Zone) -> None:
    kind = {"type": "string", "format": "time"}
    assert one(zone, kind, "10:00:00", "10:00:00+02:00") == ["10:00:00", "10:00:00+02:00"]


def test_nested_values_stay_json(zone: Zone) -> None:
    kind = {"type": ["object", "null"], "properties": {"a": {"type": "integer"}}}
    zone.load(
        schema("s", v=kind),
        b'{"type":"RECORD","stream":"s","record":'
        b'{"v":{"a": 12345678901234567890, "b":[1.10,"\\u00e9"]}}}',
        record("s", {"v": None}),
        record("s", {}),
    )
    assert zone.types("s")["v"] == "JSON"
    assert zone.rows("s", "v->>'$.a', v->>'$.b[1]', v::varchar like '%1.10%'") == [
        ("12345678901234567890", "é", True),
        (None, None, None),
        (None, None, None),
    ]


def test_mixed_types_are_json_and_keep_their_difference(zone: Zone) -> None:
    assert one(zone, ["string", "integer", "null"], "1", 1, None) == ['"1"', "1", None]


def test_an_any_of_with_a_date_time_and_a_string_is_text(zone: Zone) -> None:
    kind = {"anyOf": [{"type": "string", "format": "date-time"}, {"type": ["string", "null"]}]}
    assert one(zone, kind, "2024-01-01", "n/a", None) == ["2024-01-01", "n/a", None]


def test_a_missing_optional_field_is_null_whatever_its_type(zone: Zone) -> None:
    kinds = {
        "a": "integer",
        "b": "number",
        "c": "boolean",
        "d": "string",
        "e": "object",
        "f": "array",
        "g": {"type": "string", "format": "date-time"},
        "h": {"type": "number", "multipleOf": 0.1},
    }
    zone.load(schema("s", ["id"], id="integer", **kinds), record("s", {"id": 1}))
    assert zone.rows("s") == [(1,) + (None,) * 8]
    assert not zone.quarantined()


def test_metadata_columns_say_where_a_row_came_from(zone: Zone) -> None:
    zone.load(
        schema("s", ["id"], id="integer"),
        record("s", {"id": 1}, time_extracted="2024-01-01T00:00:00Z", version=7),
        record("s", {"id": 2, "_sdc_deleted_at": "2024-05-01T00:00:00Z"}),
    )
    rows = zone.rows(
        "s",
        "id, _tessera_package, _tessera_row, epoch(_sdc_extracted_at), _sdc_table_version, "
        "epoch(_sdc_deleted_at), _sdc_extracted_at = _sdc_batched_at",
    )
    assert rows == [
        (1, 1, 0, 1704067200.0, 7, None, False),
        (2, 1, 1, rows[1][3], None, 1714521600.0, True),
    ]
    assert zone.manifest()["streams"]["s"]["drift"] == {}
