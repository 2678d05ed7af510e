"""Loads that are killed at random moments, with a model that knows what must be there.

Run as a program: it forks loads from a process that has everything imported, so that hundreds of
kills take seconds. The source is endless: record `n` is a function of `n`, STATE is the last `n`,
and each attempt goes on from the bookmark. Because packages end at a STATE, every record must be
there exactly once, whatever happens.

    python -m tests.connectors.target_landing.kennel LANDING KILLS SEED
"""

import gc
import json
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

import jsonschema  # noqa: F401
import pyarrow.parquet as pq

import connectors.target_landing.opened  # noqa: F401  # imported late by loads: once is enough
from connectors.target_landing.__main__ import WithoutPandas, run
from connectors.target_landing.config import from_mapping
from connectors.target_landing.ledger import bookmark, packages, verify

RECORDS = 300
STATE_EVERY = 25
SCHEMAS = [
    {"type": "SCHEMA", "stream": stream, "key_properties": keys, "schema": {"properties": columns}}
    for stream, keys, columns in (
        ("keyed", ["n"], {"n": {"type": "integer"}, "text": {"type": "string"}}),
        ("keyless", [], {"n": {"type": "integer"}, "list": {"type": "array"}}),
    )
]


def stream_of(n: int) -> str:
    return "keyless" if n % 3 == 0 else "keyed"


def is_broken(n: int) -> bool:
    return n % 97 == 5


def line(n: int) -> str:
    value = {"n": n, "text": f"t{n}"} if stream_of(n) == "keyed" else {"n": n, "list": [n]}
    if is_broken(n):
        value["text" if stream_of(n) == "keyed" else "list"] = 5
    return json.dumps({"type": "RECORD", "stream": stream_of(n), "record": value})


def tap(after: int) -> str:
    out = [json.dumps(one) for one in SCHEMAS]
    for n in range(after + 1, after + 1 + RECORDS):
        out.append(line(n))
        if n % STATE_EVERY == 0:
            out.append(json.dumps({"type": "STATE", "value": {"n": n}}))
    return "\n".join(out) + "\n"


def judge(landing: Path) -> int:
    """The bookmark, after making sure that all records up to it, and no others, are there once."""
    at = (bookmark(landing, "crm") or {"n": 0})["n"]
    found: dict[str, list[int]] = {"keyed": [], "keyless": [], "quarantine": []}
    for package in packages(landing, "crm"):
        for name in found:
            path = package.path / f"{name}.parquet"
            if not path.exists():
                continue
            if name == "quarantine":
                records = pq.read_table(path, columns=["record"]).column(0).to_pylist()
                found[name] += [json.loads(one)["n"] for one in records]
            else:
                found[name] += pq.read_table(path, columns=["n"]).column(0).to_pylist()
    for name, numbers in found.items():
        want = [
            n for n in range(1, at + 1)
            if ("quarantine" if is_broken(n) else stream_of(n)) == name
        ]  # fmt: skip
        assert sorted(numbers) == want, f"{name} differs at bookmark {at}"
    return at


def judged_apart(landing: Path) -> None:
    """Judge in a child: Arrow's threads, once started here, would not survive the next fork."""
    child = os.fork()
    if not child:
        try:
            judge(landing)
            os._exit(0)
        except BaseException as error:
            sys.stderr.write(f"{error}\n")
            os._exit(1)
    assert os.waitpid(child, 0)[1] == 0


def attempt(landing: Path, after: int, *, fsync: bool) -> int:
    """Start a load in a child; returns its process id."""
    with tempfile.TemporaryFile() as text:
        text.write(tap(after).encode())
        text.seek(0)
        child = os.fork()
        if child:
            return child
        code = 1
        try:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, signal.SIG_DFL)
            quiet = os.open(os.devnull, os.O_WRONLY)
            os.dup2(quiet, 1)
            os.dup2(quiet, 2)
            settings = {"landing": str(landing), "source": "crm", "fsync": fsync}
            run(from_mapping({**settings, "max_package_records": 50}), text.fileno())
            code = 0
        finally:
            os._exit(code)


def main(landing: Path, kills: int, seed: int) -> None:
    chance = random.Random(seed)
    gc.disable()
    sys.meta_path.insert(0, WithoutPandas())
    started = time.monotonic()
    os.waitpid(attempt(landing, 0, fsync=True), 0)
    usual = time.monotonic() - started
    judged_apart(landing)
    at = (bookmark(landing, "crm") or {"n": 0})["n"]
    done = dead = 0
    while done < kills:
        child = attempt(landing, at, fsync=chance.random() < 0.3)
        time.sleep(chance.uniform(0, usual))
        os.kill(child, chance.choice([signal.SIGKILL, signal.SIGTERM, signal.SIGINT]))
        _, status = os.waitpid(child, 0)
        done += 1
        dead += os.WIFSIGNALED(status)
        now = bookmark(landing, "crm")
        assert now is not None
        assert now["n"] >= at, "the bookmark went back"
        at = now["n"]
        if done % 20 == 0:
            judged_apart(landing)
    os.waitpid(attempt(landing, at, fsync=False), 0)
    final = judge(landing)
    assert final == at + RECORDS, "a load that nobody killed did not finish"
    assert not list(landing.glob("crm/.open-*")), "what the dead left aside was not removed"
    assert verify(landing).sound
    print(json.dumps({"kills": done, "died": dead, "records": final}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
