"""The ledger tells what is missing; compaction is not noticed by readers."""

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from connectors.target_landing.compaction import compact
from connectors.target_landing.errors import BrokenLedgerError
from connectors.target_landing.ledger import (
    bookmark,
    newest,
    packages,
    rewind,
    sources,
    verify,
)
from connectors.target_landing.trust import trusted

from .zones import Zone, record, schema, state

SCHEMA = schema("s", ["id"], id="integer", v=["string", "null"])


@pytest.fixture
def filled(zone: Zone) -> Zone:
    """Five packages with two records each; `at` says up to where."""
    for n in range(1, 6):
        zone.load(
            SCHEMA, schema("other", x="integer"), record("s", {"id": 2 * n}),
            record("s", {"id": 2 * n + 1, "v": "x"}), record("other", {"x": n}),
            *([record("s", {"id": None})] if n == 2 else []),
            state({"at": n}), max_quarantined_share=0.5,
        )  # fmt: skip
    return zone


def test_an_untouched_zone_is_sound(filled: Zone) -> None:
    found = verify(filled.landing)
    assert found.sound
    assert (found.sources, found.packages, found.rows, found.quarantined) == (1, 5, 15, 1)
    assert sources(filled.landing) == ["crm"]
    assert newest(filled.landing, "crm") == 5
    assert bookmark(filled.landing, "nobody") is None


def _truncate(package: Path) -> None:
    path = package / "s.parquet"
    path.write_bytes(path.read_bytes()[:-10])


def _alter(package: Path) -> None:
    path = package / "s.parquet"
    text = bytearray(path.read_bytes())
    text[len(text) // 2] ^= 1
    path.write_bytes(text)


def _lose_file(package: Path) -> None:
    (package / "s.parquet").unlink()


def _alter_state(package: Path) -> None:
    (package / "state.json").write_text('{"at": 99}')


def _lose_manifest(package: Path) -> None:
    (package / "manifest.json").unlink()


def _lose_package(package: Path) -> None:
    shutil.rmtree(package)


DAMAGES = [_truncate, _alter, _lose_file, _alter_state, _lose_manifest, _lose_package]


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("number", [1, 3, 5])
def test_damage_is_found_and_said_and_fetched_again(
    filled: Zone, damage: Callable[[Path], None], number: int
) -> None:
    damage(filled.home / f"{number:012d}")
    found = verify(filled.landing, "crm")
    assert not found.sound
    assert all(f"source crm, package {number:012d}" in one.sentence or "is missing" in one.sentence
               for one in found.faults)  # fmt: skip
    (again,) = found.refetch
    assert (again.first, again.last) == (number, number)
    assert again.from_state == ({"at": number - 1} if number > 1 else None)
    if damage in (_truncate, _alter, _lose_file):
        assert again.streams == {"s": 2, "other": 1}
        assert again.to_state == {"at": number}
        assert "2 rows of s" in again.sentence

    done = rewind(filled.landing, "crm")
    assert done.state == again.from_state
    assert bookmark(filled.landing, "crm") == again.from_state
    assert verify(filled.landing).sound
    assert newest(filled.landing, "crm") == 6
    filled.load(SCHEMA, record("s", {"id": 99}), state({"at": 9}))
    assert newest(filled.landing, "crm") == 7
    assert verify(filled.landing).sound
    assert not rewind(filled.landing, "crm").aside


@pytest.mark.parametrize(
    "damage", [_truncate, _lose_file, _alter_state, _lose_manifest, _lose_package]
)
def test_a_run_refuses_to_build_on_a_damaged_package(
    filled: Zone, damage: Callable[[Path], None]
) -> None:
    damage(filled.home / f"{5:012d}")
    with pytest.raises(BrokenLedgerError, match=r"source crm: .*tessera verify"):
        filled.load(SCHEMA, record("s", {"id": 99}), state({"at": 9}))
    assert newest(filled.landing, "crm") in (4, 5)


def test_a_run_refuses_to_build_where_a_package_is_missing(filled: Zone) -> None:
    _lose_package(filled.home / f"{2:012d}")
    with pytest.raises(BrokenLedgerError, match="packages 2 to 2 are missing"):
        filled.load(SCHEMA)


# Compaction


def test_compaction_keeps_rows_numbers_state_and_quarantine(filled: Zone) -> None:
    columns = "id, v, _tessera_package, _tessera_row, _sdc_batched_at"
    before, kept = filled.rows("s", columns), filled.quarantined()
    (done,) = compact(filled.landing, min_packages=2)
    assert (done.merged, done.rows, done.package and done.package.name) == (
        5, 15, "000000000001-000000000005"
    )  # fmt: skip
    assert [package.name for package in packages(filled.landing, "crm")] == [done.package.name]
    assert filled.rows("s", columns) == before
    assert filled.quarantined() == kept
    assert (bookmark(filled.landing, "crm"), newest(filled.landing, "crm")) == ({"at": 5}, 5)
    assert verify(filled.landing).sound
    manifest = filled.manifest()
    assert manifest["replaces"] == [f"{n:012d}" for n in range(1, 6)]
    assert manifest["quarantine"]["reasons"] == {"s": {"null_key": 1}}


def test_a_reader_that_listed_before_does_not_fail(filled: Zone) -> None:
    listed = packages(filled.landing, "crm")
    compact(filled.landing, min_packages=2)
    assert all(package.stream_file("s").exists() for package in listed)
    assert compact(filled.landing, min_packages=2)[0].retired == 0  # the grace period runs
    assert compact(filled.landing, min_packages=2, grace_seconds=0)[0].retired == 5
    assert not any(package.path.exists() for package in listed)
    assert verify(filled.landing).sound


def test_loads_go_on_after_and_compaction_goes_on_from_compacted(filled: Zone) -> None:
    compact(filled.landing, min_packages=2, grace_seconds=0)
    for n in range(6, 9):
        activation = {"type": "ACTIVATE_VERSION", "stream": "s", "version": n}
        filled.load(SCHEMA, record("s", {"id": n}), activation, state({"at": n}))
    assert verify(filled.landing).sound
    (done,) = compact(filled.landing, min_packages=2, grace_seconds=0)
    assert done.package
    assert done.package.name == "000000000001-000000000008"
    assert verify(filled.landing).sound
    activations = filled.sql(f"from '{done.package.path}/_activations.parquet' order by all")
    assert activations == [("s", n, 1, n) for n in (6, 7, 8)]
    assert len(filled.rows("s", "id")) == 13


def test_types_that_differ_between_packages_widen_and_names_stay(zone: Zone) -> None:
    zone.load(schema("s", A="integer", a="string"), record("s", {"A": 1, "a": "x"}))
    zone.load(schema("s", a="string", A="string", b="number"), record("s", {"A": "two", "b": 2.5}))
    zone.load(schema("s", A="integer"), record("s", {"A": 2**70}))
    rows = zone.rows("s")
    compact(zone.landing, min_packages=2)
    assert zone.rows("s") == rows
    assert [row[0] for row in zone.rows("s", '"A"')] == ["1", "two", str(2**70)]


def test_small_groups_and_big_packages_are_left_alone(filled: Zone) -> None:
    assert compact(filled.landing)[0].package is None
    size = sum(file.stat().st_size for file in (filled.home / f"{1:012d}").glob("*.parquet"))
    done = compact(filled.landing, min_packages=2, max_bytes=int(size * 2.6))
    assert [one.merged for one in done] == [2, 2]


def test_a_damaged_package_is_not_compacted_away(filled: Zone) -> None:
    _alter(filled.home / f"{3:012d}")
    with pytest.raises(BrokenLedgerError, match=r"s\.parquet of package 000000000003"):
        compact(filled.landing, min_packages=2)
    assert len(packages(filled.landing, "crm")) == 5
    assert not list(filled.home.glob(".open-*"))


def test_sql_alone_finds_the_packages_that_count(filled: Zone) -> None:
    compact(filled.landing, min_packages=2, max_bytes=1 << 20)
    filled.load(SCHEMA, record("s", {"id": 77}), state({"at": 7}))
    readme = Path(compact.__code__.co_filename).with_name("README.md").read_text()
    query = readme.split("list first:\n```sql\n")[1].split("```")[0]
    query = query.replace("<landing>/<source>", str(filled.home)).replace("<stream>", "s")
    assert {Path(file).parent.name for (file,) in filled.sql(query)} == {
        "000000000001-000000000005", "000000000006"
    }  # fmt: skip


def test_ten_thousand_packages_do_not_slow_the_start(zone: Zone) -> None:
    zone.load(SCHEMA, record("s", {"id": 1}), state({"at": 1}))
    first = zone.home / f"{1:012d}"
    manifest = json.loads((first / "manifest.json").read_text())
    for n in range(2, 10_001):
        (zone.home / f"{n:012d}").mkdir()
    shutil.copytree(first, zone.home / f"{10_000:012d}", dirs_exist_ok=True)
    (zone.home / f"{10_000:012d}" / "manifest.json").write_text(
        json.dumps({**manifest, "seen": {"s": 10_000}})
    )
    start = time.process_time()
    found = trusted(zone.landing, "crm")
    past = found.past_of("s")
    assert time.process_time() - start < 1
    assert (found.number, past["rows"]) == (10_000, 1)
