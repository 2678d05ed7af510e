"""The work: seeded records of about 500 bytes, 12 mixed fields with an object and an array."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

STREAM = "people"
STATE_EVERY = 10_000
EXTRACTED = "2026-01-01T00:00:00.000000+00:00"
KINDS = {
    "id": "BIGINT",
    "uuid": "VARCHAR",
    "name": "VARCHAR",
    "email": "VARCHAR",
    "created_at": "TIMESTAMPTZ",
    "birth_date": "DATE",
    "active": "BOOLEAN",
    "score": "DOUBLE",
    "amount": "DECIMAL(38,2)",
    "bio": "VARCHAR",
    "address": "JSON",
    "tags": "JSON",
}


def _nullable(name: str, **more: Any) -> dict[str, Any]:
    return {"type": [name, "null"], **more}


SCHEMA = {
    "type": "object",
    "properties": {
        "id": {"type": "integer"},
        "uuid": _nullable("string"),
        "name": _nullable("string"),
        "email": _nullable("string"),
        "created_at": _nullable("string", format="date-time"),
        "birth_date": _nullable("string", format="date"),
        "active": _nullable("boolean"),
        "score": _nullable("number"),
        "amount": _nullable("number", multipleOf=0.01),
        "bio": _nullable("string"),
        "address": _nullable(
            "object",
            properties={part: _nullable("string") for part in ("street", "city", "postal_code")},
        ),
        "tags": _nullable("array", items={"type": "string"}),
    },
}


def records(count: int, seed: int = 7) -> Iterator[dict[str, Any]]:
    """Make the records, the same for the same seed."""
    chance = random.Random(seed)
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["".join(chance.choices(letters, k=chance.randint(2, 10))) for _ in range(4000)]
    words[::50] = [f"{word}é" for word in words[::50]]
    start = datetime(2024, 1, 1, tzinfo=UTC)
    for number in range(count):
        moment = start + timedelta(microseconds=chance.randrange(3 * 10**13))
        name = f"{chance.choice(words).title()} {chance.choice(words).title()}"
        yield {
            "id": 878301212025782272 + number,
            "uuid": f"{chance.getrandbits(128):032x}",
            "name": name,
            "email": f"{name.replace(' ', '.').lower()}@example.org",
            "created_at": moment.isoformat(timespec="microseconds"),
            "birth_date": f"{chance.randint(1940, 2010)}-{chance.randint(1, 12):02}-11",
            "active": chance.random() < 0.5,
            "score": round(chance.random() * 100, 6),
            "amount": round(chance.random() * 10_000, 2),
            "bio": " ".join(chance.choices(words, k=18)),
            "address": {
                "street": f"{chance.choice(words)} {chance.randint(1, 200)}",
                "city": chance.choice(words),
                "postal_code": str(chance.randint(10_000, 99_999)),
            },
            "tags": chance.choices(words, k=4),
        }


def write(count: int, singer: Path, bare: Path) -> None:
    """Write the records as Singer messages and as bare JSON Lines, unless that was done before."""
    if singer.exists() and bare.exists():
        return
    new = [path.with_name(f"{path.name}.new") for path in (bare, singer)]
    with new[0].open("w") as lines, new[1].open("w") as messages:
        schema = {"type": "SCHEMA", "stream": STREAM, "schema": SCHEMA, "key_properties": ["id"]}
        messages.write(json.dumps(schema) + "\n")
        for number, value in enumerate(records(count), 1):
            text = json.dumps(value, ensure_ascii=False)
            lines.write(text + "\n")
            messages.write(
                f'{{"type": "RECORD", "stream": "{STREAM}", "record": {text}, '
                f'"time_extracted": "{EXTRACTED}"}}\n'
            )
            if number % STATE_EVERY == 0:
                messages.write(json.dumps({"type": "STATE", "value": {"at": number}}) + "\n")
    new[0].rename(bare)
    new[1].rename(singer)
