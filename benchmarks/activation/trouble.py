"""A sandbox that drops answers, limits, breaks, hangs and answers in part: what is left of it."""

import random
import subprocess
import sys
import time
import uuid
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from activation import engine
from activation.ledger import Ledger
from benchmarks.activation.hubs import Where, publish
from benchmarks.activation.peer import FIELDS, _rename
from connectors.target_base.sandbox import Trouble
from connectors.target_hubspot.sandbox import HubspotSandbox

TROUBLE = Trouble(lost=0.1, refused=0.03, broken=0.06, hangs=0.02, partial=0.02, hang=3.0)


def troubled(rows: int, kills: int) -> dict[str, Any]:
    """One answer in ten lost, 207, 429, 500, hangs, and the process killed again and again."""
    dice = random.Random(3)
    with TemporaryDirectory() as folder, HubspotSandbox(TROUBLE) as crm:
        home = Path(folder)
        publish(home, "g1", f"t{uuid.uuid4().hex[:8]}", rows)
        _rename(home)
        settings = {"base_url": crm.base_url, "token": "sandbox-token", "timeout_seconds": 2.0}
        where = Where("target-hubspot", settings, FIELDS)
        command = [sys.executable, "-m", "benchmarks.activation.run", folder, where.as_json()]
        for _ in range(kills):
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
            time.sleep(dice.uniform(1.0, 4.0))
            process.kill()
            process.wait()
        report = engine.activate(home, where.sync())
        again = engine.activate(home, where.sync())
        ledger = Ledger(home, "crm")
        states = dict(
            ledger.db.execute("select status, count(*) from activation_log group by 1").fetchall()
        )
        ledger.close()
        there = [entry.values for entry in crm.contacts.entries.values()]
        return {
            "rows": rows,
            "kills": kills,
            "status": report.status,
            "requests": sum(crm.calls.values()),
            "duplicates": len(there) - rows,
            "created_twice": crm.contacts.writes["create"] - rows,
            "unequal": sum(values.get("city") != "Paris" for values in there),
            "unaccounted": states.get("intended", 0) + states.get("unknown", 0),
            "requests_after": again.requests,
        }
