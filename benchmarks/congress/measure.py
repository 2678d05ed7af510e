"""How well the whole run links real people to real accounts (make bench-congress).

Runs `tessera run` over a legacy CRM export and X accounts of the same people, with the handles that
the CRM declares and without them, and compares marts.customer_identities with the public truth.
"""

import csv
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

HUB = Path(__file__).parent / "hub.yaml"
# Plainly one person's, yet in no public list: no count includes them (README of the data).
UNDECIDED = {
    "dannykdavis",
    "repjhensarling",
    "barbaraleesays",
    "electdennisross",
    "walbergfc",
    "petegallego",
}
GROUPS = re.compile(r"\b(committee|caucus|gop|dems|democrats|republicans|party)\b", re.IGNORECASE)

Pair = tuple[str, str]


@dataclass(frozen=True)
class Score:
    """Links between contacts and accounts that touch a senator, against the truth."""

    right: int
    wrong: int
    missed: int
    groups_linked: int
    customers: int
    seconds: float

    @property
    def precision(self) -> float:
        """Share of links that are right."""
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        """Share of true links that were found."""
        return self.right / max(1, self.right + self.missed)


def data_folder() -> Path | None:
    """The folder of real data beside the checkout, None where it is absent."""
    shared = Path(os.environ.get("TESSERA_SHARED", Path(__file__).parents[3] / "shared"))
    folder = shared / "data" / "congress2017"
    return folder if folder.is_dir() else None


def write_hub(data: Path, folder: Path, declared: bool) -> Path:
    """The hub's configuration; without declared handles the CRM's `twitter` column is left out."""
    text = HUB.read_text().replace("DATA", str(data))
    if not declared:
        text = text.replace("x: twitter, ", "")
    path = folder / "hub.yaml"
    path.write_text(text)
    return path


def links(published: Path) -> tuple[set[Pair], int]:
    """(bioguide_id, x id) of each contact and account of one customer; the number of customers."""
    with duckdb.connect(str(published), read_only=True) as connection:
        pairs = connection.execute(
            "select c.source_record_id, x.source_record_id from marts.customer_identities c"
            " join marts.customer_identities x using (customer_id)"
            " where c.source = 'crm' and x.source = 'x'"
        ).fetchall()
        customers = connection.execute("select count(*) from marts.customers").fetchone()
    return {(str(a), str(b)) for a, b in pairs}, customers[0] if customers else 0


def score(found: set[Pair], data: Path, customers: int, seconds: float) -> Score:
    """Count the links that touch a senator."""
    with (data / "crm_contacts.csv").open(newline="") as file:
        senators = {row["bioguide_id"] for row in csv.DictReader(file) if row["type"] == "sen"}
    with (data / "x_users_v1.jsonl").open() as file:
        users = {user["id_str"]: user for user in map(json.loads, file)}
    left_out = {i for i, user in users.items() if user["screen_name"].lower() in UNDECIDED}
    with (data / "truth_senate.csv").open(newline="") as file:
        truth = {(row["bioguide_id"], row["x_user_id"]) for row in csv.DictReader(file)}
    truth = {pair for pair in truth if pair[1] in users and pair[1] not in left_out}
    touching = {p for p in found if p[0] in senators and p[1] not in left_out}
    groups = {account for _, account in found if GROUPS.search(users[account]["name"])}
    return Score(
        len(touching & truth),
        len(touching - truth),
        len(truth - touching),
        len(groups),
        customers,
        seconds,
    )


def measure(declared: bool, data: Path) -> Score:
    """One whole run in a home of its own."""
    with tempfile.TemporaryDirectory() as folder:
        hub, home = write_hub(data, Path(folder), declared), Path(folder) / "home"
        started = time.monotonic()
        command = [sys.executable, "-m", "orchestration", "run", "--config", str(hub)]
        subprocess.run([*command, "--home", str(home)], check=True, stdout=sys.stderr)
        seconds = time.monotonic() - started
        found, customers = links(home / "published" / "hub.duckdb")
        return score(found, data, customers, seconds)


def main() -> None:
    """Print the table, then one JSON line."""
    data = data_folder()
    if data is None:
        print(json.dumps({"skipped": "the data is not beside this checkout"}))
        return
    results = {name: measure(name == "declared", data) for name in ("declared", "undeclared")}
    table = Table("handles", "precision", "recall", "right", "wrong", "missed", "groups linked")
    for name, result in results.items():
        shares = (f"{result.precision:.4f}", f"{result.recall:.4f}")
        counts = (result.right, result.wrong, result.missed, result.groups_linked)
        table.add_row(name, *shares, *map(str, counts))
    Console().print(table)
    summary = {
        name: {**asdict(r), "precision": round(r.precision, 4), "recall": round(r.recall, 4)}
        for name, r in results.items()
    }
    print(json.dumps(summary))


if __name__ == "__main__":
    main()
