"""`make bench-serving`: lookups beside doing nothing, builds and changes, reads during swaps.

The last line is one JSON object. CUSTOMERS=10000000 makes it ten million (~30 GB of disk, an hour)
instead of one (3 GB, some minutes). What looking for changes costs counts beyond what hashing the
tables does: that is done without lookups too, for copies into PostgreSQL.
"""

import argparse
import json
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.serving.made_up import make_warehouse
from serving import tokens
from serving.copying import copy
from serving.lookup import bring_to
from serving.lookup.changes import find
from serving.lookup.marks import PARTS, look

ROOT = Path(__file__).parent.parent.parent
RATE = 300.0
TABLES = (*PARTS, "customer_aliases")
TICK = os.sysconf("SC_CLK_TCK")


def cpu() -> float:
    """CPU seconds of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def spent(work: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of some work, and its result."""
    before = cpu()
    result = work()
    return cpu() - before, result


def cpu_of(pid: int) -> float:
    """CPU seconds of another process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def generation(home: Path, name: str, customers: int, changes: int) -> tuple[Path, float]:
    """Makes a generation of a made-up warehouse.

    Returns:
        Its folder, and the CPU seconds that looking for changes took on top of the hashes of its
        tables, which are made without lookups too.
    """
    warehouse = make_warehouse(home, customers, changes=changes, history=False)
    folder = home / "published" / "generations" / name
    folder.mkdir(parents=True)
    about = {"generation_id": name, "built_at": "2026-01-01T00:00:00+00:00"}
    copy(warehouse, folder, about, [])
    warehouse.unlink()
    (folder / "generation.json").write_text(json.dumps(about))
    with duckdb.connect() as connection:
        connection.execute(f"attach '{folder / 'hub.duckdb'}' as hub (read_only)")
        connection.execute("set threads = 1")
        [look(connection, table) for table in TABLES]  # What is read first costs more.
        hashed, _ = spent(lambda: [look(connection, table) for table in TABLES])
        found, _ = spent(lambda: find(connection, home, name))
        return folder, found - hashed


def paths(home: Path, count: int) -> list[str]:
    """Lookups of random customers, by id and by every kind of key."""
    chance = random.Random(1)
    with duckdb.connect(
        next((home / "published" / "generations").glob("*/hub.duckdb")), read_only=True
    ) as hub:
        rows = hub.execute(
            "select customer_id, primary_email, primary_phone, handles[1].handle "
            f"from marts.customers using sample {min(count, 20000)} (reservoir, 1)"
        ).fetchall()
    made = []
    for number in range(count):
        customer_id, email, phone, handle = chance.choice(rows)
        ways = [f"/v1/customers/{customer_id}", f"/v1/customers?email={email}"]
        ways.append(f"/v1/customers?phone=%2B{phone[1:]}" if phone else ways[0])
        ways.append(f"/v1/customers?handle=x:{handle}" if handle else ways[1])
        made.append(ways[number % 4])
    return made


@contextmanager
def server(home: Path) -> Iterator[tuple[int, int]]:
    """The application on uvicorn; its process id and port."""
    port = random.Random().randint(20000, 40000)
    command = [sys.executable, "-m", "uvicorn", "benchmarks.serving.application:app"]
    options = f"--port {port} --loop uvloop --http httptools --no-access-log --log-level error"
    environment = os.environ | {"TESSERA_BENCH_HOME": str(home)}
    with subprocess.Popen([*command, *options.split()], cwd=ROOT, env=environment) as running:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/nothing").read()
                break
            except OSError:
                time.sleep(0.1)
        yield running.pid, port
        running.terminate()


def load(port: int, token: str, asked: list[str]) -> dict[str, list]:
    """A steady load from another process."""
    given = {"port": port, "token": token, "paths": asked, "rate": RATE}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.serving.load"],
        input=json.dumps(given) + "\n",
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return json.loads(done.stdout)


def requests(home: Path, seconds: float) -> dict[str, float]:
    """Lookups beside doing nothing, in turns; milliseconds."""
    token, _ = tokens.issue(home, "bench", per_second=1e9)
    count = int(RATE * seconds)
    lookups = paths(home, count)
    found: dict[str, list[float]] = {}
    with server(home) as (pid, port):
        load(port, token, lookups[:600])
        for _ in range(4):
            for name, asked in (("nothing", ["/nothing"] * count), ("lookup", lookups)):
                before = cpu_of(pid)
                told = load(port, token, asked)
                if told["failed"]:
                    raise RuntimeError(f"{len(told['failed'])} requests failed")
                each = (cpu_of(pid) - before) / count * 1000
                p99 = statistics.quantiles(told["waited"], n=100)[98] * 1000
                found.setdefault(f"{name}_cpu_ms", []).append(each)
                found.setdefault(f"{name}_p99_ms", []).append(p99)
    return {name: statistics.median(values) for name, values in found.items()}


def swaps(home: Path, folders: list[Path], times: int) -> tuple[int, int]:
    """Reads that failed while the sidecar goes from generation to generation; and all reads."""
    token, _ = tokens.issue(home, "bench", per_second=1e9)
    lookups = paths(home, int(RATE * 5))
    failed, asked, stop = [0], [0], threading.Event()
    with server(home) as (_, port):

        def keep_asking() -> None:
            while not stop.is_set():
                told = load(port, token, lookups)
                failed[0] += len(told["failed"])
                asked[0] += len(told["waited"])

        asking = threading.Thread(target=keep_asking)
        asking.start()
        for turn in range(times):
            bring_to(home, folders[turn % len(folders)])
        stop.set()
        asking.join()
    return failed[0], asked[0]


def main() -> None:
    """Runs all of it."""
    given = argparse.ArgumentParser()
    size = int(os.environ.get("CUSTOMERS", "1000000"))
    given.add_argument("--customers", type=int, default=size)
    given.add_argument("--seconds", type=float, default=10.0, help="of each load")
    given.add_argument("--swaps", type=int, default=10)
    options = given.parse_args()
    millions = options.customers / 1e6
    home = Path(tempfile.mkdtemp(prefix="tessera-bench-serving-"))
    try:
        first, looked = generation(home, "g1", options.customers, 0)
        built = spent(lambda: bring_to(home, first))[0] + looked
        print(f"build from nothing: {built / millions:.1f} CPU s a million", flush=True)
        print(f"  of which looking at the marts: {looked / millions:.1f}", flush=True)
        folders, share = [first], 0.0
        # The second change meets the first: the sidecar is in two files by then.
        for turn, name in enumerate(("g2", "g3"), start=1):
            folder, looked = generation(home, name, options.customers, turn)
            changed, brought = spent(lambda to=folder: bring_to(home, to))
            share = (changed + looked) / built
            folders.append(folder)
            print(
                f"1% changed ({brought.written}): {changed + looked:.2f} CPU s, {share:.3f} of the "
                f"build; of which looking at the marts: {looked:.2f}",
                flush=True,
            )
        measured = requests(home, options.seconds)
        for name, value in measured.items():
            print(f"{name}: {value:.3f}", flush=True)
        failed, asked = swaps(home, folders[1:], options.swaps)
        print(f"{options.swaps} swaps under load: {failed} of {asked} reads failed")
        said = {
            "x_noop_cpu": measured["lookup_cpu_ms"] / measured["nothing_cpu_ms"],
            "x_noop_p99": measured["lookup_p99_ms"] / measured["nothing_p99_ms"],
            "failed_reads": failed,
            "build_cpu_s_per_million": built / millions,
            "one_percent_share": share,
        }
        print(json.dumps({name: round(value, 3) for name, value in said.items()}))
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
