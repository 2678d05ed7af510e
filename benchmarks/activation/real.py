"""Against a real server: 10,000 contacts, 1% changed, nothing changed; and twenty kills."""

import random
import subprocess
import sys
import time
import uuid
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from activation import engine
from activation.crm import connect
from benchmarks.activation.hubs import Where, publish


def reachable(where: Where) -> bool:
    """Whether the server is up."""
    try:
        httpx.get(where.settings["base_url"], timeout=5)
    except httpx.HTTPError:
        return False
    return True


def counted(where: Where, rows: int) -> dict[str, Any]:
    """Requests and seconds of a first write, of 1% changed and of nothing changed."""
    with TemporaryDirectory() as folder:
        home, prefix = Path(folder), f"b{uuid.uuid4().hex[:8]}"
        sync = where.sync()
        publish(home, "g1", prefix, rows)
        began = time.monotonic()
        first = engine.activate(home, sync)
        seconds = time.monotonic() - began
        assert first.counts["created"] == rows, first.counts
        publish(home, "g2", prefix, rows, changed=rows // 100)
        began = time.monotonic()
        changed = engine.activate(home, sync)
        changed_seconds = time.monotonic() - began
        assert changed.counts["updated"] == rows // 100, changed.counts
        still = engine.activate(home, sync)
        publish(home, "g3", prefix, rows, changed=rows // 100)
        again = engine.activate(home, sync)
        publish(home, "g4", prefix, rows, changed=rows // 10)
        many = engine.activate(home, sync)
        return {
            "created": rows,
            "requests_first": first.requests,
            "seconds_first": round(seconds, 1),
            "changed": rows // 100,
            "requests_changed": changed.requests,
            "writes_changed": _writes(home, changed.run_id),
            "seconds_changed": round(changed_seconds, 2),
            "requests_when_unchanged": still.requests + again.requests,
            "changed_many": many.counts["updated"],
            "requests_changed_many": many.requests,
        }


def _writes(home: Path, run_id: int) -> int:
    """Writing requests of a run: batches that were intended together."""
    from activation.ledger import Ledger

    ledger = Ledger(home, "crm")
    row = ledger.db.execute(
        "select count(distinct intended_at) from activation_log where run_id = ?", (run_id,)
    ).fetchone()
    ledger.close()
    return int(row[0])


def killed(where: Where, rows: int, kills: int, seed: int = 7) -> dict[str, Any]:
    """Kill an activation at random moments, repeat it once undisturbed, and count."""
    dice = random.Random(seed)
    where = Where(where.target, where.settings | {"batch_size": 50}, where.fields)
    with TemporaryDirectory() as folder:
        home, prefix = Path(folder), f"k{uuid.uuid4().hex[:8]}"
        publish(home, "g1", prefix, rows)
        command = [sys.executable, "-m", "benchmarks.activation.run", folder, where.as_json()]
        done_before = 0
        for _ in range(kills):
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
            time.sleep(dice.uniform(1.0, 5.0))
            done_before += process.poll() is not None
            process.kill()
            process.wait()
        sync = where.sync()
        for _ in range(3):  # a killed client's last request may still be running there
            last = engine.activate(home, sync)
        return {
            "kills": kills,
            "kills_after_the_end": done_before,
            "status": last.status,
            "duplicates": _there(where, prefix) - rows,
            "unequal": _unequal(home, sync, prefix, rows),
            "unaccounted": _open(home),
        }


def _there(where: Where, prefix: str) -> int:
    """Records of the prefix in the CRM, however they came there."""
    wire = connect(where.sync())
    like = f"{prefix}.%@example.org"
    if where.target == "target-tryton":
        return int(
            wire.client.question(  # type: ignore[attr-defined]
                "party.contact_mechanism", "search_count", [["value", "like", like]], {}
            )
        )
    return int(
        wire.client.question("res.partner", "search_count", [["email", "like", like]])  # type: ignore[attr-defined]
    )


def _unequal(home: Path, sync: Any, prefix: str, rows: int) -> int:
    """Rows of which the CRM says something else than the plan."""
    wire = connect(sync)
    keys = [f"{prefix}-{number}" for number in range(rows)]
    found = {}
    for start in range(0, rows, wire.limits.read):
        part = keys[start : start + wire.limits.read]
        found |= {r.key: r.values for r in wire.read(list(sync.fields), keys=part)}
    return sum(
        found.get(key, {}).get("email") != f"{prefix}.{number}@example.org"
        or found[key].get("city") != "Paris"
        or found[key].get("name") != f"Contact {number}"
        for number, key in enumerate(keys)
    )


def _open(home: Path) -> int:
    from activation.ledger import Ledger

    ledger = Ledger(home, "crm")
    row = ledger.db.execute(
        "select count(*) from activation_log where status in ('intended', 'unknown')"
    ).fetchone()
    ledger.close()
    return int(row[0])
