"""Old generations go when nobody holds them; a withdrawn one leaves no gap."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from serving import generations
from serving.publish import PublishError, current, publish

HOLD = (
    "import duckdb, sys; c = duckdb.connect(sys.argv[1], read_only=True); "
    "print('open', flush=True);"
    "sys.stdin.readline(); print(c.execute('select count(*) from marts.customers').fetchone()[0])"
)


def names(home: Path) -> set[str]:
    return {folder.name for folder in generations.all_of(home)}


def test_a_generation_that_somebody_reads_stays(home: Path, refresh: Callable[..., str]) -> None:
    file = str((home / "published" / "hub.duckdb").resolve())
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, file],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as reader:
        assert reader.stdout.readline() == "open\n"
        refresh(keep=1)
        assert names(home) == {"g1", "g2"}
        assert generations.retire(home, 1) == ["g1"]
        reader.stdin.write("\n")
        reader.stdin.flush()
        assert int(reader.stdout.readline()) > 0
    assert generations.retire(home, 1) == []
    assert names(home) == {"g2"}


def test_young_generations_stay_as_long_as_asked(home: Path, refresh: Callable[..., str]) -> None:
    refresh()
    generations.retire(home, keep=1, keep_hours=1)
    assert names(home) == {"g1", "g2"}
    generations.retire(home, keep=1)
    assert names(home) == {"g2"}


def test_a_withdrawn_generation_sends_readers_back(home: Path, refresh: Callable[..., str]) -> None:
    refresh()
    with duckdb.connect((home / "published" / "hub.duckdb").resolve(), read_only=True) as reader:
        assert generations.withdraw(home, "g2") == "g1"
        assert reader.execute("select generation_id from marts.generation").fetchone() == ("g2",)
    for file in ("hub", "analyst"):
        with duckdb.connect(home / "published" / f"{file}.duckdb", read_only=True) as reader:
            found = reader.execute("select generation_id from marts.generation").fetchone()
            assert found == ("g1",)
    assert generations.withdraw(home, "g1") is None
    assert current(home) is None
    with pytest.raises(generations.GenerationError):
        generations.withdraw(home, "g1")


PUBLISH_IN_LITTLE_SPACE = """
import resource, sys
from pathlib import Path
from serving.publish import PublishError, publish
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
try:
    publish(Path(sys.argv[1]), "g2")
except (PublishError, OSError) as error:
    print(type(error).__name__, error)
    sys.exit(3)
"""


@pytest.mark.parametrize("room", [20_000, 300_000, 1_100_000])
def test_a_full_disk_publishes_nothing(home: Path, room: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PUBLISH_IN_LITTLE_SPACE, str(home), str(room)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3, done.stderr
    assert "@example.com" not in done.stdout + done.stderr
    assert current(home)["generation_id"] == "g1"
    assert names(home) == {"g1"}
    publish(home, "g3")
    assert current(home)["generation_id"] == "g3"


def test_a_publication_says_what_is_wrong_and_no_value(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_it(*_: object) -> None:
        raise duckdb.ConversionException("Could not convert 'ana@example.com'")

    monkeypatch.setattr("serving.publish.bring_to", break_it)
    with pytest.raises(PublishError) as told:
        publish(home, "g2")
    assert "ana@" not in str(told.value)
    assert current(home)["generation_id"] == "g1"
    assert names(home) == {"g1"}
