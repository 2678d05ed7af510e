"""The web shop, the second legacy system: nested customer documents and a flat list of orders."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from connectors.sandbox.population.crm import cased, typo
from connectors.sandbox.population.people import Person
from connectors.sandbox.population.truth import Truth

PRODUCTS = (
    ("Bean One", 449_00),
    ("Bean Go", 129_00),
    ("Roast Club", 24_90),
    ("Descaling kit", 14_50),
    ("Grinder", 89_00),
)


def customers(
    people: list[Person], seed: int, until: datetime, truth: Truth
) -> list[dict[str, Any]]:
    """Documents of `webshop_customers.jsonl`; some customers ordered with another mailbox."""
    documents: list[dict[str, Any]] = []
    for person in people:
        if not person.in_shop:
            continue
        rng = Random(f"{seed}:shop:{person.id}")
        traits = list(person.traits)
        email = person.emails[0]
        if rng.random() < 0.25:
            email = person.emails[1]
            traits.append("other_email")
        elif rng.random() < 0.1:
            local, domain = email.split("@")
            email = f"{local}+shop@{domain}"
        name = person.full_name
        if rng.random() < 0.05:
            name = typo(rng, name)
            traits.append("typo")
        registered = until - timedelta(seconds=rng.randrange(200 * 86400, 900 * 86400))
        key = str(200_001 + len(documents))
        documents.append(
            {
                "customer_id": key,
                "name": name,
                "contact": {
                    "email": cased(rng, email).strip(),
                    "mobile": person.phone if rng.random() < 0.55 else None,
                },
                "address": {
                    "line1": person.home.street,
                    "city": person.home.city,
                    "postcode": person.home.postal_code,
                    "country": person.home.country,
                },
                "birthday": person.birth.isoformat() if rng.random() < 0.35 else None,
                "newsletter": rng.random() < 0.4,
                "registered_at": registered.isoformat(),
            }
        )
        truth.record("shop", key, person.id, "person", *traits)
    return documents


def orders(documents: list[dict[str, Any]], seed: int, until: datetime) -> list[dict[str, str]]:
    """Rows of `orders.csv`: few customers buy often, many once, one order in 25 is refunded."""
    rows: list[dict[str, str]] = []
    for document in documents:
        rng = Random(f"{seed}:orders:{document['customer_id']}")
        keen = rng.random()
        for _ in range(1 + int(6 * keen**4) + (rng.random() < 0.3)):
            product, cents = rng.choice(PRODUCTS)
            quantity = rng.choice((1, 1, 1, 2))
            at = until - timedelta(seconds=rng.randrange(86400, 190 * 86400))
            rows.append(
                {
                    "order_id": f"O-{70_001 + len(rows)}",
                    "customer_id": document["customer_id"],
                    "product": product,
                    "quantity": str(quantity),
                    "total": f"{cents * quantity // 100}.{cents * quantity % 100:02d}",
                    "currency": "EUR",
                    "status": "refunded" if rng.random() < 0.04 else "paid",
                    "ordered_at": at.isoformat(),
                }
            )
    return rows
