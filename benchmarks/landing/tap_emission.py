"""How many times the records per CPU second of a stock SDK tap our tap base emits.

The same stream class body, once on the SDK's `Tap` and `Stream` and once on ours: 12 mixed fields
of about 500 bytes with a nested object and an array, written to /dev/null. Making the records is
counted on both sides.
"""

import logging
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import singer_sdk

from connectors.tap_base.stream import Stream
from connectors.tap_base.tap import Tap

STOCK_RECORDS = 30_000
OUR_RECORDS = 300_000


def nullable(kind: str, **more: Any) -> dict[str, Any]:
    """Build a property's schema."""
    return {"type": [kind, "null"], **more}


GEO = {"type": "object", "properties": {"lat": nullable("number"), "lon": nullable("number")}}
PLACE = {"street": nullable("string"), "city": nullable("string"), "geo": GEO}
SCHEMA = {
    "type": "object",
    "properties": {
        "id": nullable("integer"),
        "name": nullable("string"),
        "email": nullable("string"),
        "bio": nullable("string"),
        "followers": nullable("integer"),
        "score": nullable("number"),
        "verified": nullable("boolean"),
        "created_at": nullable("string", format="date-time"),
        "birth_date": nullable("string", format="date"),
        "language": nullable("string"),
        "address": nullable("object", properties=PLACE),
        "tags": nullable("array", items={"type": "string"}),
    },
}
BIO = "Collects maps of places that are not there any more, and writes about them. " * 2


def records(count: int) -> Iterator[dict[str, Any]]:
    """Make records of about 500 bytes, one by one."""
    for number in range(count):
        yield {
            "id": 878301212025782272 + number,
            "name": f"Zoë Müller {number}",
            "email": f"zoe.{number}@example.test",
            "bio": BIO,
            "followers": number * 3,
            "score": number / 7,
            "verified": number % 2 == 0,
            "created_at": "2025-01-01T00:00:00Z",
            "birth_date": "1990-01-01",
            "language": "de",
            "address": {"street": "Ring 1", "city": "Köln", "geo": {"lat": 50.9, "lon": 6.9}},
            "tags": ["maps", "cities", "history"],
        }


def records_per_cpu_second(tap_base: Any, stream_base: Any, count: int) -> float:
    """Emit `count` records through a tap made of these two base classes.

    Returns:
        Records per CPU second, start-up excluded.
    """

    class People(stream_base):  # type: ignore[misc]
        name = "people"
        schema = SCHEMA
        primary_keys = ("id",)

        def get_records(self, context: Any) -> Iterator[dict[str, Any]]:
            return records(count)

    class PeopleTap(tap_base):  # type: ignore[misc]
        name = "tap-people"
        config_jsonschema: ClassVar[dict[str, Any]] = {"properties": {}}

        def discover_streams(self) -> list[Any]:
            return [People(self)]

    tap = PeopleTap(config={})
    terminal = sys.stdout
    with Path(os.devnull).open("w") as nowhere:
        sys.stdout = nowhere
        start = time.process_time()
        try:
            tap.sync_all()
        finally:
            sys.stdout = terminal
    return count / (time.process_time() - start)


def measure() -> float:
    """Say how many times a stock tap's records per CPU second ours emits."""
    logging.disable(logging.INFO)
    try:
        stock = records_per_cpu_second(singer_sdk.Tap, singer_sdk.Stream, STOCK_RECORDS)
        ours = records_per_cpu_second(Tap, Stream, OUR_RECORDS)
    finally:
        logging.disable(logging.NOTSET)
    print(f"stock SDK tap {stock:>10,.0f} records per CPU second", file=sys.stderr)
    print(f"our tap base  {ours:>10,.0f} records per CPU second", file=sys.stderr)
    return ours / stock


if __name__ == "__main__":
    print(f"{measure():.1f}")
