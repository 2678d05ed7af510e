"""How much faster a backfill is than a client that asks one thing at a time.

The Mastodon stand-in answers each request after 50 ms; the whole view of a made-up population is
read with sixteen requests under way at once, and with one.

    python benchmarks/connectors/backfill.py
"""

import tempfile
import time
from pathlib import Path

from connectors.sandbox.population import generate
from connectors.tap_base.testing import run
from connectors.tap_mastodon.sandbox import MastodonSandbox, load
from connectors.tap_mastodon.tap import TapMastodon

LATENCY = 0.05


def measure(people: int = 200) -> dict[str, float]:
    """Read everything both ways.

    Args:
        people: Size of the population.

    Returns:
        Requests, records, seconds at once and one by one, and the speed-up.
    """
    with tempfile.TemporaryDirectory() as folder:
        generate(people=people, out_dir=folder)
        items = load(Path(folder) / "mastodon.json")
    with MastodonSandbox(items) as sandbox:
        sandbox.latency = LATENCY
        config = {"base_url": sandbox.base_url, "access_token": "sandbox-token"}
        seconds = {}
        for width in (16, 1):
            sandbox.seen.clear()
            started = time.perf_counter()
            got = run(TapMastodon, {**config, "concurrency": width})
            seconds[width] = time.perf_counter() - started
        records = sum(message["type"] == "RECORD" for message in got.messages)
        return {
            "requests": sum(sandbox.seen.values()),
            "records": records,
            "seconds_at_once": round(seconds[16], 2),
            "seconds_one_by_one": round(seconds[1], 2),
            "speed_up": round(seconds[1] / seconds[16], 1),
        }


if __name__ == "__main__":
    for name, value in measure(people=400).items():
        print(f"{name}: {value}")
