"""Any name of a stream or column maps without collision, and back."""

import pytest

from .zones import Zone, record, schema


def test_any_name_maps_without_collision_and_back(zone: Zone) -> None:
    names = [
        *("Email", "email", "EMAIL", "名前", "a;drop table x", 'qu"ote', "back\\slash", "a.b", " "),
        *("", "_tessera_row", "_SDC_Batched_At", "select", "é", "É", "ctrl\n", "nul\0"),
    ]
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
    "name", ["Users", "users", "名前", "a/b", "../up", ".", "quarantine", "_activations", 'q"u',
             "x" * 999,
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
