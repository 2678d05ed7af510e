"""Random Singer streams against a model that is simple enough to be believed.

Schemas, values, orders, versions, cuts of the input and limits of packages are all random. The
model: every record is either in its stream's rows, value by value, or in the quarantine, as
JSON Schema says; rows keep the order of arrival; the last bookmark is the last STATE.
"""

import datetime as dt
import json
import os
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest import mock

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from connectors.target_landing import messages as reading
from connectors.target_landing.ledger import bookmark, packages, verify

from .zones import Zone, lines

EXAMPLES = int(os.environ.get("TESSERA_EXAMPLES", "60"))  # more than 100 are shrunk on failure
MOMENT = {"type": ["string", "null"], "format": "date-time"}
KINDS: list[dict[str, Any]] = [
    {"type": "integer"},
    {"type": ["integer", "null"], "minimum": -5},
    {"type": ["number", "null"]},
    {"type": "string", "maxLength": 5},
    {"type": ["string", "null"]},
    {"type": "boolean"},
    {"type": ["string", "integer", "null"]},
    {"type": ["array", "null"], "items": {"type": "string"}},
    {"type": "object", "properties": {"a": {"type": ["integer", "null"]}}, "required": ["a"]},
    {},
    MOMENT,
]
TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
MOMENTS = st.datetimes(timezones=st.sampled_from([dt.UTC, dt.timezone(dt.timedelta(hours=-7))]))
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-10, 10), st.integers(-(2**80), 2**80), TEXT,
    st.floats(allow_nan=False, allow_infinity=False),
)  # fmt: skip
VALUES = st.one_of(
    SCALARS, st.lists(TEXT, max_size=3), st.lists(SCALARS, max_size=2),
    st.dictionaries(st.sampled_from(["a", "b", "é"]), SCALARS, max_size=2),
    MOMENTS.map(lambda moment: moment.isoformat()),
)  # fmt: skip
NAMES = st.sampled_from(["A", "a", "名前", 'q"', "x y", "Order", "order"])


def fitting(kind: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Mostly values that the kind allows, for a model of nothing but refusals tests little."""
    by_type = {
        "integer": st.integers(-5, 2**64), "number": st.floats(-1e9, 1e9), "boolean": st.booleans(),
        "string": st.text("abcé", max_size=5), "array": st.lists(TEXT, max_size=2),
        "object": st.fixed_dictionaries({"a": st.integers(0, 9)}), "null": st.none(),
    }  # fmt: skip
    if kind == MOMENT:
        return MOMENTS.map(lambda moment: moment.isoformat())
    types = kind.get("type", ["integer", "string", "object"])
    return st.one_of(*[by_type[name] for name in ([types] if isinstance(types, str) else types)])


@st.composite
def inputs(draw: st.DrawFn) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = []
    schemas: dict[str, dict[str, Any]] = {}
    for stream in draw(
        st.lists(st.sampled_from(["s", "S", "流"]), min_size=1, max_size=3, unique=True)
    ):
        schemas[stream] = draw(st.dictionaries(NAMES, st.sampled_from(KINDS), max_size=4))
    for number in range(draw(st.integers(1, 40))):
        stream = draw(st.sampled_from(sorted(schemas)))
        kind = draw(st.sampled_from(["record"] * 12 + ["state", "version", "evolve"]))
        known = any(m["type"] == "SCHEMA" and m["stream"] == stream for m in messages)
        if kind == "evolve":
            schemas[stream] = draw(st.dictionaries(NAMES, st.sampled_from(KINDS), max_size=4))
        if kind == "evolve" or not known:
            properties = {"_n": {"type": "integer"}, **schemas[stream]}
            messages.append({"type": "SCHEMA", "stream": stream, "key_properties": ["_n"],
                             "schema": {"type": "object", "properties": properties}})  # fmt: skip
        if kind == "state":
            messages.append({"type": "STATE", "value": {"n": number}})
        elif kind == "version":
            messages.append({"type": "ACTIVATE_VERSION", "stream": stream, "version": number})
        elif kind == "record":
            value: dict[str, Any] = {"_n": number}
            for name, part in schemas[stream].items():
                if draw(st.integers(0, 5)):
                    value[name] = draw(fitting(part) if draw(st.integers(0, 12)) else VALUES)
            if not draw(st.integers(0, 15)):
                value[draw(NAMES)] = draw(VALUES)
            message = {"type": "RECORD", "stream": stream, "record": value}
            messages.append(message | ({"version": 3} if draw(st.booleans()) else {}))
    return messages


def is_filed(value: dict[str, Any], properties: dict[str, Any]) -> bool:
    if "\0" in json.dumps(value, ensure_ascii=False).replace("\\u0000", "\0"):
        return False
    for name, part in properties.items():
        if name in value and not Draft202012Validator(part).is_valid(value[name]):
            return False
        if part == MOMENT and isinstance(value.get(name), str):
            try:
                dt.datetime.fromisoformat(value[name])
            except ValueError:
                return False
    return True


def agrees(found: Any, sent: Any, kind: str) -> bool:
    """Whether what DuckDB gives back is what was sent."""
    if sent is None or found is None:
        return sent is None and found is None
    if kind == "JSON":
        back = json.loads(found)  # 7 that was a number before its column became JSON is 7.0
        return (back == sent or _same_moment(back, sent)) and isinstance(back, bool) == isinstance(
            sent, bool
        )
    if isinstance(found, dt.datetime):
        moment = dt.datetime.fromisoformat(sent)
        return found == (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC))
    if isinstance(sent, bool):
        return found is sent or found == json.dumps(sent)
    if isinstance(sent, int | float):
        return Decimal(str(found)) == Decimal(json.dumps(sent))
    if isinstance(sent, dict | list):
        return bool(json.loads(found) == sent)
    return found == sent or _same_moment(found, sent)


def _same_moment(found: Any, sent: str) -> bool:
    """A moment that was filed before its column widened to text is text in UTC."""
    try:
        return dt.datetime.fromisoformat(found) == dt.datetime.fromisoformat(sent)
    except (TypeError, ValueError):
        return False


@settings(
    deadline=None, max_examples=EXAMPLES, database=None, suppress_health_check=list(HealthCheck),
    phases=[Phase.generate, *([Phase.shrink] if EXAMPLES > 100 else [])],
)  # fmt: skip
@given(inputs(), st.integers(20, 2000), st.integers(1, 30), st.sampled_from([1, 64]))
def test_every_record_is_filed_or_quarantined(
    messages: list[dict[str, Any]], chunk: int, package_records: int, fewest: int
) -> None:
    with mock.patch.object(reading, "FEWEST", fewest), tempfile.TemporaryDirectory() as folder:
        zone = Zone(Path(folder))
        text = [lines([one]).rstrip(b"\n") for one in messages]
        zone.load(
            *text, chunk=chunk, max_package_records=package_records, max_quarantined_share=1.0
        )
        judge(zone, messages)


def judge(zone: Zone, messages: list[dict[str, Any]]) -> None:
    properties: dict[str, Any] = {}
    filed: dict[str, list[dict[str, Any]]] = {}
    refused: list[dict[str, Any]] = []
    states = [one["value"] for one in messages if one["type"] == "STATE"]
    for one in messages:
        if one["type"] == "SCHEMA":
            properties[one["stream"]] = one["schema"]["properties"]
            filed.setdefault(one["stream"], [])
        elif one["type"] == "RECORD":
            if is_filed(one["record"], properties[one["stream"]]):
                filed[one["stream"]].append(one["record"])
            else:
                refused.append(one["record"])

    assert [json.loads(row[4])["_n"] for row in zone.quarantined()] == [
        one["_n"] for one in refused
    ]
    assert bookmark(zone.landing, "crm") == (states[-1] if states else None)
    assert verify(zone.landing).sound
    for stream, records in filed.items():
        found: dict[int, dict[str, tuple[Any, str]]] = {}
        for package in packages(zone.landing, "crm"):
            told = package.manifest()["streams"].get(stream)
            if told is None:
                continue
            back = {parquet: name for name, parquet in told["columns"].items()}
            names = list(back)
            quoted = ", ".join('"' + name.replace('"', '""') + '"' for name in names)
            rows = zone.sql(
                f"select {quoted} from '{package.path / told['file']}' order by _tessera_row"
            )
            for row in rows:
                value = {back[n]: (v, told["types"][n]) for n, v in zip(names, row, strict=True)}
                found[value["_n"][0]] = value
        assert list(found) == [one["_n"] for one in records], "rows or their order differ"
        for record in records:
            row = found[record["_n"]]
            for name, sent in record.items():
                if sent is None and name not in row:
                    continue
                assert agrees(row[name][0], sent, row[name][1]), (name, row[name], sent)
            assert all(v is None for name, (v, _) in row.items() if name not in record)
