"""A made-up population for demo and tests, with its truth beside it.

`generate(seed, people, out_dir)` writes

| file | what |
|---|---|
| `crm_contacts.csv`, `crm_deals.csv` | the legacy CRM's exports |
| `webshop_customers.jsonl`, `orders.csv` | the web shop's |
| `mastodon.json` | `me` (id of our account), `following` (ids by account id), `accounts`,
`statuses` and `notifications` in the shapes of Mastodon's API |
| `truth.csv` | `source, source_record_id, person_id, kind` (person, organisation, brand, bot) |
| `truth_traits.csv` | what makes a record hard: nickname, typo, moved, namesake, renamed… |
| `truth_social.json` | intents, crises, advocates, bots, conversations with their times |

The same seed, size and end give the same bytes on every machine.
"""

import csv
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connectors.sandbox.population import accounts, crm, shop
from connectors.sandbox.population.conversations import Talk
from connectors.sandbox.population.mastodon import Network
from connectors.sandbox.population.people import Registry
from connectors.sandbox.population.truth import Truth

DEFAULT_SEED, DEFAULT_PEOPLE = 20_260, 600
# A fixed end, so that the demo is the same tomorrow.
DEFAULT_UNTIL = datetime(2026, 11, 16, tzinfo=UTC)
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Population:
    """Where the files are and how many records each holds."""

    folder: Path
    records: dict[str, int]
    truth: Truth


def generate(
    seed: int = DEFAULT_SEED,
    people: int = DEFAULT_PEOPLE,
    out_dir: Path | str = "population",
    until: datetime = DEFAULT_UNTIL,
) -> Population:
    """Writes the population of `people` people, whose last word was before `until`."""
    folder = Path(out_dir)
    folder.mkdir(parents=True, exist_ok=True)
    truth, network, registry = Truth(), Network(), Registry(seed)
    for number in range(people):
        registry.draw(number)

    contacts = crm.contacts(registry.people, seed, until, truth)
    customers = shop.customers(registry.people, seed, until, truth)
    ours = accounts.brand(network, until, truth)
    owned = accounts.customers(network, registry.people, seed, until, truth)
    bots = accounts.bot_farm(network, max(6, people // 50), seed, until, truth)
    talk = Talk(
        network=network,
        brand=ours,
        people=registry.people,
        accounts=owned,
        seed=seed,
        until=until,
        truth=truth,
    )
    if owned:
        talk.everyday()
        talk.helpfulness()
        talk.crises(max(3, people // 100))
    talk.farm(bots)
    network.statuses.sort(key=lambda status: int(status["id"]))
    network.notify(ours)
    network.following[ours["id"]] = sorted(account["id"] for account in owned.values())

    tables: dict[str, Rows] = {
        "crm_contacts.csv": contacts,
        "crm_deals.csv": crm.deals(contacts, seed, until),
        "webshop_customers.jsonl": customers,
        "orders.csv": shop.orders(customers, seed, until),
        "truth.csv": truth.records,
        "truth_traits.csv": truth.traits,
    }
    for name, rows in tables.items():
        _write(folder / name, rows)
    _document(
        folder / "mastodon.json",
        {
            "me": ours["id"],
            "accounts": network.accounts,
            "statuses": network.statuses,
            "notifications": network.notifications,
            "following": network.following,
        },
    )
    planted = vars(truth).items()
    _document(
        folder / "truth_social.json",
        {name: value for name, value in planted if name not in ("records", "traits")},
    )
    counts = {name: len(rows) for name, rows in tables.items()}
    counts |= {"accounts": len(network.accounts), "statuses": len(network.statuses)}
    return Population(folder, counts, truth)


def _write(path: Path, rows: Rows) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        if path.suffix == ".jsonl":
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        elif rows:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


def _document(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
