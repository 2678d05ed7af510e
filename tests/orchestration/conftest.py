"""Small hubs to run: a CRM and a shop that share people, in a second's worth of records."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.conftest import Once

HUB = """\
sources:
  crm:
    tap: tap-files
    config:
      streams:
        people: {path: crm.csv, key: [id]}
    shape:
      people:
        as: contacts
        columns: {kind: "'person'", full_name: name, emails: [email], city: city}
  shop:
    tap: tap-files
    config:
      streams:
        buyers: {path: shop.jsonl, key: [number]}
        orders: {path: orders.csv, key: [order_id]}
    shape:
      buyers:
        as: contacts
        columns: {full_name: name, emails: ["contact->>'$.email'"]}
      orders:
        as: transactions
        columns: {party_record_id: buyer, amount: total, currency: "'EUR'", occurred_at: day}
"""
NAMES = ("Ann Lee", "Bo Karlsson", "Chloé Petit", "Dmitri Orlov", "Eve Adler", "Finn Olsen")


@dataclass
class Place:
    """A folder with a hub in it, and the command that runs it."""

    folder: Path

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def published(self) -> Path:
        return self.home / "published" / "hub.duckdb"

    def write(self, hub: str = HUB) -> None:
        (self.folder / "hub.yaml").write_text(hub)

    def crm(self, *rows: tuple[object, ...]) -> None:
        lines = ["id,name,email,city", *(",".join(map(str, row)) for row in rows)]
        (self.folder / "crm.csv").write_text("\n".join(lines) + "\n")

    def shop(self, people: range) -> None:
        buyers = [
            {"number": f"b{i}", "name": NAMES[i], "contact": {"email": email(i)}} for i in people
        ]
        text = "".join(json.dumps(buyer) + "\n" for buyer in buyers)
        (self.folder / "shop.jsonl").write_text(text)
        orders = [f"o{i},b{i},{i}.50,2026-01-0{i + 1}" for i in people]
        (self.folder / "orders.csv").write_text(
            "\n".join(["order_id,buyer,total,day", *orders]) + "\n"
        )

    def command(self, *words: str) -> list[str]:
        options = ["--config", str(self.folder / "hub.yaml"), "--home", str(self.home)]
        return [sys.executable, "-m", "orchestration.cli", *words, *options]

    def tessera(self, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*words),
            capture_output=True,
            text=True,
            env=os.environ | env,
            cwd=self.folder,
            check=False,
        )

    def run(self, *words: str, **env: str) -> dict[str, Any]:
        done = self.tessera("run", "--json", *words, **env)
        assert done.stdout, done.stderr
        return json.loads(done.stdout) | {"exit": done.returncode, "stderr": done.stderr}

    def marts(self) -> dict[str, list[tuple[Any, ...]]]:
        """All that readers see but the name of the generation and when links were made."""
        with duckdb.connect(str(self.published.resolve()), read_only=True) as hub:
            tables = hub.execute(
                "select table_name from duckdb_tables() where schema_name = 'marts' "
                "and table_name in ('customers', 'customer_identities', 'customer_attributes', "
                "'interactions', 'transactions', 'consents') order by 1"
            ).fetchall()
            times = "c -> c not in ('linked_at', 'loaded_package')"
            return {
                table: hub.execute(
                    f"select columns({times}) from marts.{table} order by all"
                ).fetchall()
                for (table,) in tables
            }

    def copy(self, folder: Path) -> "Place":
        """The same hub, with all it has, in another folder."""
        shutil.copytree(self.folder, folder, symlinks=True)
        return Place(folder)


def email(person: int) -> str:
    # Addresses right under the example domains are nobody's.
    return f"{NAMES[person].split()[1].lower()}@post.example.org"


def small_hub(folder: Path) -> Place:
    folder.mkdir(exist_ok=True)
    place = Place(folder)
    place.write()
    place.crm(*((i, NAMES[i], email(i), "Bonn") for i in range(4)))
    place.shop(range(2, 6))
    return place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A hub of which nothing has run yet."""
    return small_hub(tmp_path / "hub")


@pytest.fixture(scope="session")
def done(once: Once) -> tuple[Place, dict[str, Any]]:
    """A hub that ran once for all workers, and what the run said; read it, change nothing."""

    def run(folder: Path) -> None:
        (folder / "said.json").write_text(json.dumps(small_hub(folder / "hub").run()))

    folder = once("done", run)
    return Place(folder / "hub"), json.loads((folder / "said.json").read_text())


@pytest.fixture
def again(done: tuple[Place, dict[str, Any]], tmp_path: Path) -> Place:
    """A copy of the hub that ran once, to change."""
    return done[0].copy(tmp_path / "again")
