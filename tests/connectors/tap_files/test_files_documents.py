"""JSON and JSON Lines arrive with every number and nested value as it was written."""

import gzip
import io
import json
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from connectors.tap_files.tap import TapFiles


def raw_records(path: Path, **settings) -> list[str]:
    """The text of the records, not decoded."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with redirect_stdout(out):
        TapFiles(
            config={"streams": {"s": {"path": str(path), "key": ["id"], **settings}}}
        ).sync_all()
    out.flush()
    lines = out.buffer.getvalue().decode().splitlines()
    start = '{"type":"RECORD","stream":"s","record":'
    return [line.removeprefix(start).rpartition(',"version"')[0] for line in lines if start in line]


def test_numbers_survive_to_the_last_digit(write) -> None:
    record = '{"id":878301212025782272,"big":340282366920938463463374607431768211456,"price":1.10,'
    record += '"e":1e400,"nested":{"n":0.10000000000000000000001}}'
    assert raw_records(write("s.jsonl", record + "\n")) == [record]


def test_pretty_documents_become_single_lines(write) -> None:
    document = json.dumps([{"id": 1, "n": {"a": [1, 2]}}, {"id": 2, "n": None}], indent=2)
    assert raw_records(write("s.json", document)) == [
        '{"id":1,"n":{"a":[1,2]}}',
        '{"id":2,"n":null}',
    ]


@pytest.mark.parametrize("records_path", ["data.items", "$.data.items[*]", "data.items[*]"])
def test_records_are_reached_by_path(load, records_path: str) -> None:
    document = json.dumps({"meta": {}, "data": {"items": [{"id": 1}, {"id": 2}]}})
    assert load(document, name="s.json", records_path=records_path).records() == [
        {"id": 1},
        {"id": 2},
    ]


def test_a_path_goes_through_lists_and_over_what_is_missing(load) -> None:
    lines = '{"posts":[{"by":{"id":1}},{"by":{"id":2}},{"by":null}]}\n{"posts":[]}\n{}\n'
    run = load(lines, name="s.jsonl", records_path="posts.by")
    assert run.records() == [{"id": 1}, {"id": 2}]


def test_the_schema_says_what_the_records_hold(load) -> None:
    lines = '{"id":1,"a":"x","b":true,"n":1,"o":{"x":1},"l":[1],"z":null,"m":1}\n'
    lines += '{"id":2,"a":"y","b":false,"n":1.5,"o":null,"l":[],"z":null,"m":"x","new":1}\n'
    properties = load(lines, name="s.jsonl").of("SCHEMA")[0]["schema"]["properties"]
    assert {name: field["type"] for name, field in properties.items()} == {
        "id": ["integer", "null"],
        "a": ["string", "null"],
        "b": ["boolean", "null"],
        "n": ["number", "null"],
        "o": ["object", "null"],
        "l": ["array", "null"],
        "z": ["string", "null"],
        "m": ["integer", "string", "null"],
        "new": ["integer", "null"],
    }


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"id":2,', "not JSON"),
        ('{"id":NaN}', "not JSON"),
        ("[1]", "not a JSON object"),
        ('{"id":2,"a":"\\ud800"}', "not JSON: it ends early or holds half of a surrogate pair"),
        ('{"a":1}', "key column 'id' is empty"),
        ('{"id":null}', "key column 'id' is empty"),
    ],
)
def test_a_bad_line_costs_itself_only(load, line: str, reason: str) -> None:
    run = load('{"id":1}\n' + line + '\n{"id":3}\n', name="s.jsonl")
    assert [record["id"] for record in run.records()] == [1, 3]
    ((told, raw),) = run.rejects()
    assert told.endswith(f"s.jsonl line 2: {reason}")
    assert raw.strip() == line


def test_invalid_utf8_within_a_line_costs_itself_only(load) -> None:
    run = load(b'{"id":1}\n{"id":2,"a":{"b":"\xff"}}\n{"id":3}\n', name="s.jsonl", encoding="utf-8")
    assert [record["id"] for record in run.records()] == [1, 3]
    assert "line 2: not valid UTF-8" in run.rejects()[0][0]


def test_a_broken_document_fails_with_its_line(load) -> None:
    (failure,) = load('[\n{"id":1},\n{"id":2,,}\n]', name="s.json").failures
    assert "s.json line 3: this is no JSON document" in failure


def test_json_lines_under_the_name_of_a_document_are_told_apart(load) -> None:
    assert len(load('{"id":1}\n{"id":2}\n', name="s.json").records()) == 2
    assert len(load('{"id":1}\n', name="s.json").records()) == 1


def test_gzip_utf16_and_other_names(load) -> None:
    content = gzip.compress('{"id":1,"n":"Zoë"}\n'.encode("utf-16"))
    assert load(content, name="export.ndjson.gz").records() == [{"id": 1, "n": "Zoë"}]


def test_a_damaged_gzip_fails(load) -> None:
    packed = gzip.compress(b'{"id":1}\n' * 10_000)
    (failure,) = load(packed[:-20], name="s.jsonl.gz").failures
    assert "the gzip file is damaged or ends early; export or copy it again" in failure


def test_real_accounts_load_exactly(shared: Path, run) -> None:
    path = shared / "data" / "congress2017" / "x_users_v1.jsonl"
    loaded = run({"streams": {"s": {"path": str(path), "key": "id_str"}}})
    lines = path.read_text().splitlines()
    assert [json.loads(line) for line in lines] == [
        json.loads(text) for text in raw_records(path, key="id_str")
    ]
    assert len(loaded.records()) == 1063
    assert loaded.of("SCHEMA")[0]["schema"]["properties"]["status"]["type"] == ["object", "null"]
