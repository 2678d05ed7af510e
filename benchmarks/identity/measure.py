"""`make bench-identity`: identity on public truth and on made-up populations, beside Splink in the same run.

RECORDS (1,000,000) is the made-up population that is timed; QUALITY (100,000) a smaller one of the same making,
on which the model is trained and a long sequence of changes is compared with a rebuild. RECORDS=5000000 needs
some 10 GB of disk and 12 GB of memory. The last line is one JSON object.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.identity import datasets, public

RECORDS = int(os.environ.get("RECORDS", "1000000"))
QUALITY = int(os.environ.get("QUALITY", "100000"))
screen = Console(width=140)


def main() -> None:
    """Prints the tables, then one JSON object."""
    last = people() | congress()
    if RECORDS:
        with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as folder:
            last |= made_up(Path(folder))
    else:
        screen.print("made-up population: left out, RECORDS is 0")
    print(json.dumps(last))


def people() -> dict[str, Any]:
    """Public people: our partition, and Splink's at the threshold that suits it best."""
    table = Table(
        "people", "precision", "recall", "F1", "Splink's best F1", "at", "largest (truth)"
    )
    found: dict[str, Any] = {}
    for name, country, load in public.people():
        if isinstance(load, str):
            table.add_row(name, f"left out: {load}")
            continue
        ours, best, threshold = public.measure(load, country)
        found |= public.summary(name, ours) | {f"splink_f1_{name}": round(best.f1, 4)}
        shares = (f"{x:.4f}" for x in (ours.precision, ours.recall, ours.f1, best.f1))
        table.add_row(name, *shares, f"{threshold:g}", f"{ours.largest} ({ours.largest_true})")
    screen.print(table)
    return found


def congress() -> dict[str, Any]:
    """Real people and accounts: senators by their truth, the House by what it declared."""
    if not (datasets.SHARED / "congress2017").is_dir():
        screen.print("congress: left out, ../shared/data/congress2017 is absent")
        return {}
    columns = ("congress", "precision", "recall", "accounts", "people", "groups linked")
    table = Table(*columns, "House: declared", "found", "wrong")
    found: dict[str, Any] = {}
    for name, declared in (("declared", True), ("undeclared", False)):
        links = public.congress(declared=declared)
        found |= public.summary(f"senators_{name}", links)
        found |= {
            f"house_found_{name}": links.declared_right,
            f"house_wrong_{name}": links.declared_wrong,
        }
        counts = (links.links, links.people, links.groups, links.declared, links.declared_right)
        shares = (f"{links.precision:.4f}", f"{links.recall:.4f}")
        table.add_row(f"handles {name}", *shares, *map(str, counts), str(links.declared_wrong))
    screen.print(table)
    return found


def made_up(folder: Path) -> dict[str, Any]:
    """Made-up people: quality by size, cost beside Splink's, increments beside a rebuild."""
    small: dict[str, Any] = {}
    for step in ("make", "train", "full", "sequence", "rebuild"):
        small |= child(step, folder / "small", QUALITY)
    large: dict[str, Any] = {}
    for step in ("make", "full", "nothing"):
        large |= child(step, folder / "large", RECORDS)
    # The middle of three: a run of seconds is what else the machine does.
    increments = [child("increment", folder / "large", RECORDS) for _ in range(3)]
    increments.sort(key=lambda found: float(found["increment_cpu"]))
    large |= increments[1] | {"ids_kept": min(found["ids_kept"] for found in increments)}
    for step in ("splink", "rebuild"):
        large |= child(step, folder / "large", RECORDS)
    share = large["increment_cpu"] / large["full_cpu"]
    increment = large["increment_cpu"] + large["increment_standardise_cpu"]
    whole = increment / (large["full_cpu"] + large["standardise_cpu"])
    size = Table("made-up records", "precision", "recall", "F1", "largest (truth)")
    for result in (small, large):
        shares = (f"{result[k]:.4f}" for k in ("precision", "recall", "f1"))
        size.add_row(
            f"{result['records']:,}", *shares, f"{result['largest']} ({result['largest_true']})"
        )
    screen.print(size)
    cost = Table("step", "CPU seconds", "peak MB", "remark")
    for row in (
        ("standardise, every record", large["standardise_cpu"], None, "not part of the ratio"),
        ("resolve, standardised to ids", large["full_cpu"], large["peak_mb"], f"{large['compared']:,} pairs"),
        ("Splink: train, predict, cluster", large["splink_cpu"], large["splink_peak_mb"],
         f"precision {large['splink_precision']:.4f}, recall {large['splink_recall']:.4f}"),
        ("1% new, changed or gone, standardised to ids", large["increment_cpu"], large["increment_peak_mb"],
         f"{100 * share:.1f}% of the full run, unmoved customers that kept their id: {large['ids_kept']:.2%}"),
        ("the same, contacts to ids", increment, None, f"{100 * whole:.1f}% of the full run, standardising in both"),
        ("nothing new", large["nothing_cpu"], None, f"{large['nothing_seconds']:.2f} s on the clock"),
    ):  # fmt: skip
        peak = f"{row[2]:,.0f}" if row[2] else ""
        cost.add_row(row[0], f"{row[1]:.1f}", peak, row[3])
    screen.print(cost)
    apart = (
        small["records_apart"] + small["ids_apart"] + large["records_apart"] + large["ids_apart"]
    )
    screen.print(
        f"increments beside a rebuild, shuffled, on one thread: {apart} records or ids apart"
        f" (five rounds at {small['records']:,}, three at {large['records']:,})"
    )
    return {
        "x_splink_full": round(large["full_cpu"] / large["splink_cpu"], 3),
        "one_percent_share": round(share, 4),
        "one_percent_share_with_standardising": round(whole, 4),
        "peak_mb": round(large["peak_mb"]),
        "same_partition": int(apart == 0),
        "nothing_new_seconds": round(large["nothing_seconds"], 2),
        "ids_kept": round(large["ids_kept"], 6),
        **public.summary(f"made_up_{QUALITY}", Scored(small)),
        **public.summary(f"made_up_{RECORDS}", Scored(large)),
    }


class Scored:
    """Precision and recall of a step's result."""

    def __init__(self, result: dict[str, Any]) -> None:
        self.precision, self.recall = result["precision"], result["recall"]


def child(step: str, folder: Path, records: int) -> dict[str, Any]:
    """Runs one step in a process of its own and returns what it measured."""
    command = [sys.executable, "-m", "benchmarks.identity.scale", step, str(folder), str(records)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


if __name__ == "__main__":
    main()
