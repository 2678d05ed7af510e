"""`make bench-activation`: prints what was measured; the last line is one JSON object.

Tryton and Odoo are used where they run (`../shared/servers`; TRYTON_URL and ODOO_URL, by default
ports 8084 and 8069 of this machine). ROWS=10000.
"""

import json
import os
from pathlib import Path
from typing import Any

from benchmarks.activation.hubs import ODOO, TRYTON, Where
from benchmarks.activation.peer import compared
from benchmarks.activation.real import counted, killed, reachable
from benchmarks.activation.trouble import troubled

CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "tessera-bench" / "drt"


def main() -> None:
    """Measure and print."""
    rows = int(os.environ.get("ROWS", "10000"))
    kills = int(os.environ.get("KILLS", "20"))
    found: dict[str, Any] = {}
    real = {"tryton": Where("target-tryton", TRYTON), "odoo": Where("target-odoo", ODOO)}
    wanted = os.environ.get("CRMS", "tryton,odoo").split(",")
    for name, where in real.items():
        if name not in wanted or not reachable(where):
            print(f"{name}: not running, left out")
            continue
        found[name] = counted(where, rows)
        print(name, json.dumps(found[name]), flush=True)
        found[f"{name}_kills"] = killed(where, 1000 if name == "tryton" else 6000, kills)
        print(name, "kills", json.dumps(found[f"{name}_kills"]), flush=True)
    found["sandbox"] = troubled(2000, kills)
    print("sandbox", json.dumps(found["sandbox"]), flush=True)
    peer = compared(rows, CACHE)
    print("peer", json.dumps(peer), flush=True)
    kept = [value for name, value in found.items() if name.endswith("_kills")]
    kept.append(found["sandbox"])
    for what in ("unequal", "unaccounted"):
        print(f"{what} after kills and faults:", sum(one[what] for one in kept), flush=True)
    print(json.dumps(summary(found, kept, peer)))


def summary(
    found: dict[str, Any], kept: list[dict[str, Any]], peer: dict[str, Any]
) -> dict[str, Any]:
    """The one object: the worst of all CRMs measured.

    `rows_per_request` counts requests that write. Before them goes one read of up to 1,000 rows:
    nothing is overwritten unseen; with it the figure is `rows_per_request_reads_included`.
    """
    crms = [found[name] for name in ("tryton", "odoo") if name in found]

    def fewest(requests: str) -> float | None:
        return min((c["changed"] / c[requests] for c in crms), default=None)

    return {
        "requests_when_unchanged": max((c["requests_when_unchanged"] for c in crms), default=None),
        "rows_per_request": fewest("writes_changed"),
        "rows_per_request_reads_included": fewest("requests_changed"),
        "duplicates_after_kills": sum(one["duplicates"] for one in kept),
        "x_peer": peer["x_peer"],
    }


if __name__ == "__main__":
    main()
