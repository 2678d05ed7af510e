"""Prints the table of ratios; the last line is one JSON object. See README.md."""

import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from benchmarks.landing.records import records, write

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
RECORDS = int(os.environ.get("RECORDS", "1000000"))
PARQUET = "DuckDB parse + Parquet"
ROUNDS = 4
REPEATS = 10  # how many times over the file is for the test of flat memory
PYTHON = sys.executable
# Byte code is cached, as in any installation, even if this shell says not to.
ENV = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process took: CPU seconds and peak memory in MB."""

    cpu: float
    peak: float


def cost(command: Sequence[str], inputs: Sequence[Path] = ()) -> Cost:
    """Run a command over the concatenation of files."""
    feeder = subprocess.Popen(["cat", *map(str, inputs)], stdout=subprocess.PIPE)
    process = subprocess.Popen(
        command, stdin=feeder.stdout, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        env=ENV, cwd=ROOT,
    )  # fmt: skip
    assert feeder.stdout is not None
    assert process.stderr is not None
    feeder.stdout.close()
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    feeder.wait()
    if process.returncode:
        raise SystemExit(f"{command[0]} failed:\n{errors.decode()[-2000:]}")
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def head(source: Path, count: int, folder: Path) -> Path:
    """The first records of a file, its SCHEMA included."""
    path = folder / f"{source.stem}-{count}.singer"
    with source.open() as lines, path.open("w") as out:
        out.writelines(islice(lines, count + 1))
    return path


def peer_python(name: str) -> str:
    """The interpreter of a peer's own environment, made if it is not there."""
    home = ROOT / ".venv" / "bench" / name
    python = home / "bin" / "python"
    wanted = (HERE / "peers" / f"{name}.txt").read_text()
    stamp = home / "installed.txt"
    if not stamp.exists() or stamp.read_text() != wanted:
        subprocess.run([PYTHON, "-m", "venv", "--clear", str(home)], check=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        done = subprocess.run(
            [*install, "-r", str(HERE / "peers" / f"{name}.txt")],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise SystemExit(f"{name} cannot be installed here:\n{done.stderr[-2000:]}")
        stamp.write_text(wanted)
    return str(python)


def per_million(command: Sequence[str], source: Path, count: int, folder: Path) -> Cost:
    """CPU seconds per million records, start-up taken off; peak as it was."""
    start = cost(command, [head(source, 1, folder)])
    whole = cost(command, [head(source, count, folder) if count < RECORDS else source])
    return Cost((whole.cpu - start.cpu) / count * 1e6, whole.peak)


def configured(folder: Path, name: str, **settings: object) -> list[str]:
    """`--config` with a file that says this."""
    path = folder / f"{name}.json"
    path.write_text(json.dumps(settings))
    return ["--config", str(path)]


def peers(folder: Path, source: Path) -> dict[str, Cost]:
    """Every peer's cost per million records."""
    jsonl = peer_python("target_jsonl")
    duck = peer_python("target_duckdb")
    commands = {
        "target-jsonl": (100_000, [
            str(Path(jsonl).with_name("target-jsonl")),
            *configured(folder, "jsonl", destination_path=str(folder), disable_collection=True),
        ]),
        "target-duckdb 0.8": (100_000, [
            str(Path(duck).with_name("target-duckdb")),
            *configured(folder, "duck", path=str(folder / "peer.duckdb"), disable_collection=True,
                        default_target_schema="main", add_metadata_columns=True),
        ]),
        "dlt to Parquet": (100_000, [
            peer_python("dlt"), str(HERE / "peers" / "dlt_target.py"), str(folder / "dlt")
        ]),
        "SDK SQL target on DuckDB": (5_000, [
            peer_python("sdk_target"), str(HERE / "peers" / "sdk_target.py"),
            *configured(folder, "sdk", path=str(folder / "sdk.duckdb")),
        ]),
    }  # fmt: skip
    out = {}
    for name, (count, command) in commands.items():
        out[name] = per_million(command, source, min(count, RECORDS), folder)
        show(name, out[name], f"over {min(count, RECORDS):,} records")
    return out


def no_change(folder: Path) -> float:
    """CPU seconds of tap and target together when nothing changed since the last load."""
    with (folder / "people.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "name", "email"])
        rows.writerows([one["id"], one["name"], one["email"]] for one in records(1000))
    state = folder / "state.json"
    streams = {"people": {"path": str(folder / "people.csv"), "key": ["id"]}}
    bins = Path(PYTHON).parent
    tap = [str(bins / "tap-files"), *configured(folder, "tap", streams=streams)]
    target = [
        str(bins / "target-landing"),
        *configured(folder, "files", landing=str(folder / "zone"), source="files"),
    ]
    for _ in range(2):
        known = ["--state", str(state)] if state.exists() else []
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        first = subprocess.Popen([*tap, *known], stdout=subprocess.PIPE, env=ENV, cwd=ROOT,
                                 stderr=subprocess.DEVNULL)  # fmt: skip
        second = subprocess.run(target, stdin=first.stdout, stdout=subprocess.PIPE, env=ENV,
                                cwd=ROOT, check=True)  # fmt: skip
        assert first.wait() == 0
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        state.write_bytes(second.stdout.splitlines()[-1] if second.stdout else state.read_bytes())
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def show(name: str, one: Cost, note: str = "") -> None:
    """One line of the table."""
    print(f"{name:<38}{one.cpu:>10.2f}{one.peak:>10.0f}   {note}", flush=True)


def main() -> None:
    """Measure everything."""
    folder = Path(tempfile.gettempdir()) / "tessera-bench-landing"
    folder.mkdir(exist_ok=True)
    singer, bare = folder / f"{RECORDS}.singer", folder / f"{RECORDS}.jsonl"
    write(RECORDS, singer, bare)
    print(f"{'per million records':<38}{'CPU s':>10}{'peak MB':>10}")
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        work = Path(scratch)
        limits = {"lines": "reading lines", "parse": "DuckDB parse", "parquet": PARQUET}
        one = work / "one.jsonl"
        with bare.open() as lines:
            one.write_text(lines.readline())
        ours_command = [
            str(Path(PYTHON).with_name("target-landing")),
            *configured(work, "ours", landing=str(work / "landing"), source="bench"),
        ]
        # In turns, so that a machine that slows down slows all of them; the best of each counts.
        runs: dict[str, list[Cost]] = {}
        for _ in range(ROUNDS):
            for name, told in limits.items():
                command = [PYTHON, "-m", "benchmarks.landing.limits", name]
                start, whole = cost([*command, str(one)]), cost([*command, str(bare)])
                net = Cost((whole.cpu - start.cpu) / RECORDS * 1e6, whole.peak)
                runs.setdefault(f"limit: {told}", []).append(net)
            net = per_million(ours_command, singer, RECORDS, work)
            runs.setdefault("target-landing", []).append(net)
        best = {
            name: Cost(min(run.cpu for run in those), max(run.peak for run in those))
            for name, those in runs.items()
        }
        for name, cheapest in best.items():
            show(name, cheapest)
        ours, limit = best["target-landing"], best[f"limit: {PARQUET}"]
        flat = cost(ours_command, [singer] * REPEATS)
        show(f"target-landing, {REPEATS} times over", Cost(flat.cpu / REPEATS, flat.peak))
        others = peers(work, singer)
        idle = no_change(work)
    print(f"no change, tap and target together: {idle:.2f} CPU s")
    summary = {
        "x_fastest_peer": round(min(one.cpu for one in others.values()) / ours.cpu, 1),
        "x_limit": round(ours.cpu / limit.cpu, 2),
        "peak_mb": round(max(ours.peak, flat.peak)),
        "tap_x_stock": tap_emission(),
        "no_change_cpu_s": round(idle, 2),
    }
    print(json.dumps(summary))


def tap_emission() -> float | None:
    """Our tap base against a stock SDK tap, where that benchmark is present."""
    try:
        from benchmarks.landing.tap_emission import measure
    except ImportError:
        return None
    return round(measure(), 1)


if __name__ == "__main__":
    main()
