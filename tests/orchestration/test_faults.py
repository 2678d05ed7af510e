"""What one source does wrong is one sentence; the others go on; nothing published is lost."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from ruamel.yaml import YAML

from tests.orchestration.conftest import NAMES, Place, email, small_hub

pytestmark = pytest.mark.slow

FILES = "{tap: tap-files, config: {streams: {people: {path: %s, key: [id]}}}, shape: {people: %s}}"
MAPPED = "{as: contacts, columns: {full_name: name}}"
MASTODON = "{tap: tap-mastodon, config: {base_url: '%s', access_token: '${ERP_TOKEN}', \
max_wait_seconds: 0}}"

# Source: what its one sentence must hold.
TOLD = {
    "missing": ("people", "missing.csv"),
    "narrow": ("people", "columns.full_name", "no column nam", "did you mean name?"),
    "unset": ("sources.unset.config.base_url", "MISSING_URL is not set", "export MISSING_URL"),
    "wide": ("people", "wide.csv"),
    "latin": ("people", "latin.csv"),
    "empty": ("people", "empty.csv"),
    "refused": ("token",),
    "down": ("127.0.0.1",),
    "absent": ("tap-nowhere is not installed",),
}


@pytest.fixture(scope="module")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Mastodon that refuses every token but its own."""
    data = tmp_path_factory.mktemp("mastodon") / "data.json"
    me = {"id": "1", "acct": "me", "username": "me", "created_at": "2026-01-01T00:00:00.000Z"}
    data.write_text(json.dumps({"me": "1", "accounts": [me]}))
    module = [sys.executable, "-m", "connectors.tap_mastodon.sandbox"]
    with subprocess.Popen(
        [*module, "--data", str(data), "--port", "0"], stdout=subprocess.PIPE, text=True
    ) as server:
        yield server.stdout.readline().split()[1]
        server.terminate()


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory, stand_in: str) -> tuple[Place, dict[str, Any]]:
    """A hub of two good sources and one of each fault, after one run."""
    place = small_hub(tmp_path_factory.mktemp("faulty") / "hub")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}"
    bad = {
        "missing": FILES % ("missing.csv", MAPPED),
        "narrow": FILES % ("crm.csv", MAPPED.replace(": name", ": nam")),
        "unset": MASTODON % "${MISSING_URL}",
        "wide": FILES % ("wide.csv", MAPPED),
        "latin": FILES % ("latin.csv", MAPPED),
        "empty": FILES % ("empty.csv", MAPPED),
        "refused": MASTODON % stand_in,
        "down": MASTODON % nobody,
        "absent": "{tap: tap-nowhere}",
    }
    (place.folder / "wide.csv").write_text("id,name\n" + "1,a,SECRETNAME,d,e\n" * 9)
    (place.folder / "latin.csv").write_bytes("id,name\n1,Jos\xe9\n".encode("latin-1") * 2)
    (place.folder / "empty.csv").write_text("")
    hub = YAML(typ="safe").load((place.folder / "hub.yaml").read_text())
    hub["sources"] |= {name: YAML(typ="safe").load(text) for name, text in bad.items()}
    hub["sources"]["latin"]["config"]["streams"]["people"]["encoding"] = "utf-8"
    with (place.folder / "hub.yaml").open("w") as file:
        YAML().dump(hub, file)
    return place, place.run(ERP_TOKEN="sesame-open")


@pytest.mark.parametrize("source", TOLD)
def test_each_fault_is_one_sentence_with_source_place_and_fix(
    faulty: tuple[Place, dict[str, Any]], source: str
) -> None:
    _, said = faulty
    (sentence,) = (e for e in said["errors"] if e.startswith(f"source {source}"))
    assert "\n" not in sentence
    assert "Traceback" not in sentence
    for part in TOLD[source]:
        assert part in sentence


def test_other_sources_go_on_and_the_run_is_partial(
    faulty: tuple[Place, dict[str, Any]],
) -> None:
    place, said = faulty
    assert (said["status"], said["exit"]) == ("partial", 2)
    with duckdb.connect(str(place.published.resolve()), read_only=True) as hub:
        sources = hub.execute("select distinct source from marts.customer_identities").fetchall()
    assert {"crm", "shop"} <= {source for (source,) in sources}
    assert "narrow" not in {source for (source,) in sources}


def test_no_secret_and_no_value_of_a_record_is_told_or_logged(
    faulty: tuple[Place, dict[str, Any]],
) -> None:
    place, said = faulty
    logs = "".join(file.read_text() for file in (place.home / "logs").rglob("*.log"))
    everything = json.dumps(said) + logs
    assert "sesame-open" not in everything
    assert "SECRETNAME" not in everything


def test_a_source_that_fails_later_loses_nothing_that_is_published(again: Place) -> None:
    marts = again.marts()
    (again.folder / "shop.jsonl").unlink()
    hub = (again.folder / "hub.yaml").read_text()
    # And the mapping of the other is broken meanwhile: it is held at what it was.
    (again.folder / "hub.yaml").write_text(
        hub.replace("full_name: name, emails: [email]", "full_name: nmae")
    )
    again.crm(*((i, NAMES[i], email(i), "Bonn") for i in range(5)))
    said = again.run()
    assert (said["status"], said["exit"]) == ("partial", 2)
    assert any("shop.jsonl" in error for error in said["errors"])
    assert any("no column nmae; did you mean name?" in error for error in said["errors"])
    assert again.marts() == marts


def test_when_every_source_fails_at_first_nothing_is_published(tmp_path: Path) -> None:
    place = small_hub(tmp_path / "hub")
    for name in ("crm.csv", "shop.jsonl", "orders.csv"):
        (place.folder / name).unlink()
    said = place.run()
    assert (said["status"], said["exit"], said["generation"]) == ("failed", 1, None)
    assert len(said["errors"]) == 2
    assert not place.published.exists()
