"""CSV and TSV arrive as they are, whatever their dialect; what does not fit is set aside."""

import gzip
from decimal import Decimal

import pytest


def test_cells_stay_the_text_they_are(load) -> None:
    run = load("id,zip,big\n1,00123,9007199254740993\n2,,1e5\n")
    assert run.records() == [
        {"id": "1", "zip": "00123", "big": "9007199254740993"},
        {"id": "2", "zip": "", "big": "1e5"},
    ]
    assert run.of("SCHEMA")[0]["key_properties"] == ["id"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(load, delimiter: str) -> None:
    content = 'id,name,note\n1,"a, b; c | d",x\n2,b,y;z\n'.replace(",", "\0").replace("a\0", "a,")
    run = load(content.replace("\0", delimiter))
    assert run.records()[0] == {"id": "1", "name": "a, b; c | d", "note": "x"}


def test_a_delimiter_that_is_told_wins(load) -> None:
    assert load("id:a,b,c\n1:x,y,z\n", delimiter=":").records() == [{"id": "1", "a,b,c": "x,y,z"}]


def test_tsv_gzip_and_quoted_line_breaks(load) -> None:
    content = gzip.compress(b'id\tnote\r\n1\t"two\r\nlines"\r\n2\tone\r\n')
    records = load(content, name="s.tsv.gz").records()
    assert [record["note"] for record in records] == ["two\r\nlines", "one"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_the_encoding_is_found(load, encoding: str) -> None:
    text = "id,name\n1,Zoë Müller\n2,Jürgen Groß\n3,André\n"
    names = [record["name"] for record in load(text.encode(encoding)).records()]
    assert names == ["Zoë Müller", "Jürgen Groß", "André"]


@pytest.mark.parametrize(
    ("encoding", "names"),
    [
        ("cp1251", ["Иванов Сергей", "Петрова Анна Михайловна", "Кузнецов Дмитрий Олегович"]),
        ("cp932", ["山田太郎 東京都千代田区", "鈴木一郎 大阪府大阪市北区", "佐藤花子です"]),
    ],
)
def test_other_scripts_are_found(load, encoding: str, names: list[str]) -> None:
    rows = "".join(f"{number},{name}\n" for number, name in enumerate(names * 5))
    records = load(("id,name\n" + rows).encode(encoding)).records()
    assert [record["name"] for record in records[: len(names)]] == names


def test_an_encoding_that_is_told_wins(load) -> None:
    assert (
        load("id,name\n1,Łódź\n".encode("cp1250"), encoding="cp1250").records()[0]["name"] == "Łódź"
    )


def test_invalid_utf8_costs_its_row_only(load) -> None:
    run = load(b"id,name\n1,Zo\xc3\xab\n2,bad\xff\xfe\n3,c\n")
    assert [record["id"] for record in run.records()] == ["1", "3"]
    ((reason, raw),) = run.rejects()
    assert reason.endswith("s.csv line 3: not valid UTF-8")
    assert raw == "2\tbad\\xff\\xfe"


@pytest.mark.parametrize("bad", [b"bad\xff\xfe", b"\xc3(", b"x\xc3\x28y", b"ab\x81c"])
def test_damage_in_an_ascii_file_is_not_taken_for_an_encoding(load, bad: bytes) -> None:
    run = load(b"id,name\n1,a\n2," + bad + b"\n3,c\n")
    assert [record["id"] for record in run.records()] == ["1", "3"]
    assert len(run.rejects()) == 1


def test_too_many_and_too_few_fields_cost_their_row_only(load) -> None:
    run = load("id,a,b\n1,x,y\n2,x,y,z\n3,x\n4,x,y\n")
    assert [record["id"] for record in run.records()] == ["1", "4"]
    (many, raw), (few, _) = run.rejects()
    assert many.endswith("s.csv line 3: 4 fields where the header names 3")
    assert few.endswith("s.csv line 4: 2 fields where the header names 3")
    assert raw == "2,x,y,z\n"
    assert not run.failures


def test_empty_fields_beyond_the_header_are_nothing(load) -> None:
    assert load("id,a\n1,x,,\n").records() == [{"id": "1", "a": "x"}]


def test_an_open_quote_costs_one_row_not_the_file(load) -> None:
    rows = "".join(f"{number},n{number}\n" for number in range(3, 60_000))
    run = load('id,name\n1,a\n2,"open\n' + rows)
    assert len(run.records()) == 1 + 60_000 - 3
    ((reason, raw),) = run.rejects()
    assert "line 3: a quote that is not closed" in reason
    assert raw == '2,"open\n'


def test_a_quote_within_a_field_costs_one_row(load) -> None:
    run = load('id,name\n1,"a"b\n2,"c\n3,d"\n4,e\n')
    assert [record["id"] for record in run.records()] == ["2", "4"]
    assert run.records()[0]["name"] == "c\n3,d"


def test_line_numbers_count_physical_lines(load) -> None:
    run = load('id,name\n1,"a\nb\nc"\n\n2\n')
    assert "line 6: 1 field " in run.rejects()[0][0]


def test_a_bad_row_can_fail_the_stream(load) -> None:
    run = load("id,a\n1,x\n2\n", on_bad_row="fail")
    assert "s.csv line 3: 1 field where the header names 2; mend the row" in run.failures[0]
    assert run.failures[0].startswith("tap-files: s: ")


def test_a_header_with_a_name_twice_fails_and_says_where(load) -> None:
    (failure,) = load("id,email,name,email\n1,a,b,c\n").failures
    assert "line 1: the header names 'email' twice, in columns 2 and 4; rename one" in failure
    told = load("id,email,name,email\n1,a,b,c\n", columns=["id", "e1", "name", "e2"])
    assert told.records() == [{"id": "1", "e1": "a", "name": "b", "e2": "c"}]


def test_names_can_be_told_where_there_is_no_header(load) -> None:
    assert load("1,a\n", header=False, columns=["id", "n"]).records() == [{"id": "1", "n": "a"}]


@pytest.mark.parametrize("content", ["", "\n", "id,name\n"])
def test_an_empty_export_fails_unless_it_is_meant(load, content: str) -> None:
    (failure,) = load(content).failures
    assert "export it again, or set 'allow_empty: true'" in failure


def test_an_empty_export_that_is_meant_deletes_all_rows(load) -> None:
    run = load("id,name\n", allow_empty=True)
    assert not run.failures
    assert len(run.of("ACTIVATE_VERSION")) == 1


def test_declared_types_are_read_exactly_and_what_does_not_fit_is_set_aside(load) -> None:
    content = "id,n,d,b,day,at\n1,9007199254740993,1.10,yes,3/4/2020,2020-01-01T02:00:00+02:00\n"
    content += "2,x,1,true,1/1/2020,2020-01-01\n3,,,,,\n"
    types = {"n": "integer", "d": "decimal:2", "b": "boolean", "day": "date:%m/%d/%Y"}
    run = load(content, types={**types, "at": "date-time"})
    first, empty = run.records()
    assert first["n"] == 9007199254740993
    assert str(first["d"]) == "1.10"
    assert first["b"] is True
    assert first["day"] == "2020-03-04"
    assert first["at"] == "2020-01-01T00:00:00.000000+00:00"
    assert empty["n"] is None
    assert "line 3: column 'n' is no integer" in run.rejects()[0][0]
    assert run.of("SCHEMA")[0]["schema"]["properties"]["d"]["multipleOf"] == Decimal("0.01")


def test_rows_without_a_key_get_one_from_their_content(load) -> None:
    first = load("a,b\nx,1\ny,2\nx,1\n", key=[])
    again = load("a,b\ny,2\nx,1\nx,1\n", key=[])
    assert first.of("SCHEMA")[0]["key_properties"] == ["_tessera_row_key"]
    keys = {record["_tessera_row_key"] for record in first.records()}
    assert len(keys) == 3
    assert keys == {record["_tessera_row_key"] for record in again.records()}


def test_an_empty_key_is_set_aside(load) -> None:
    assert "line 2: key column 'id' is empty" in load("id,a\n,x\n1,y\n").rejects()[0][0]


def test_a_key_of_zero_is_a_key(load) -> None:
    assert load("id,a\n0,x\n").records() == [{"id": "0", "a": "x"}]
    assert load("id,a\n0,x\n", types={"id": "integer"}).records() == [{"id": 0, "a": "x"}]
    assert load('{"id":0}\n', name="s.jsonl").records() == [{"id": 0}]


def test_a_key_that_is_no_column_fails_and_names_the_columns(load) -> None:
    (failure,) = load("ident,a\n1,x\n").failures
    assert "there is no column 'id'; the file has ident, a" in failure
