"""The legacy CRM as it exports itself: contacts, deals and cases, with the errors of years."""

from datetime import datetime, timedelta
from random import Random

import phonenumbers

from connectors.sandbox.population.people import Person
from connectors.sandbox.population.truth import Truth

OWNERS = ("anna.berg", "jo.marsh", "li.chen", "omar.haddad")
STAGES = ("prospect", "proposal", "negotiation", "won", "lost")
INSTANCE = "social.example"
Row = dict[str, str]


def contacts(people: list[Person], seed: int, until: datetime, truth: Truth) -> list[Row]:
    """Rows of `crm_contacts.csv`; one person in 25 was entered twice."""
    rows: list[Row] = []
    for person in people:
        if not person.in_crm:
            continue
        rng = Random(f"{seed}:crm:{person.id}")
        entries = 2 if rng.random() < 0.04 else 1
        for entry in range(entries):
            traits = list(person.traits) + ["duplicate"] * entry
            row = _contact(rng, person, until, traits, again=bool(entry))
            row["id"] = f"C-{10_001 + len(rows)}"
            rows.append({"id": row.pop("id"), **row})
            truth.record("crm", row_id(rows[-1]), person.id, "person", *traits)
    for number in range(max(2, len(people) // 60)):
        company = next((p for p in people[number * 7 :] if p.company), None)
        if company is None:
            continue
        rows.append(_organisation(company, len(rows), until))
        truth.record("crm", row_id(rows[-1]), f"o{number:05d}", "organisation")
    return rows


def row_id(row: Row) -> str:
    """The key of a row."""
    return row["id"]


def _contact(
    rng: Random, person: Person, until: datetime, traits: list[str], *, again: bool
) -> Row:
    romanised = person.latin_given != person.given and rng.random() < 0.4
    given, family = (
        (person.latin_given, person.latin_family) if romanised else (person.given, person.family)
    )
    if romanised:
        traits.append("romanised")
    if person.nickname and rng.random() < 0.15:
        given = person.nickname
        traits.append("nickname")
    if rng.random() < 0.06:
        family = typo(rng, family)
        traits.append("typo")
    moved = rng.random() < 0.15
    if moved:
        traits.append("moved")
    place = person.former_home if moved else person.home
    handle = f"@{person.username}@{INSTANCE}"
    created = until - timedelta(seconds=rng.randrange(400 * 86400, 1500 * 86400))
    knows_birth, knows_handle = rng.random() < 0.5, rng.random() < 0.4
    if again:  # the second entry knows other things: that is why nobody noticed
        knows_birth, knows_handle = True, False
    return {
        "id": "",
        "first_name": given,
        "last_name": family,
        "email": cased(rng, person.emails[0]) if rng.random() < (0.3 if again else 0.88) else "",
        "phone": national(rng, person.phone) if rng.random() < (0.9 if again else 0.6) else "",
        "street": place.street,
        "city": place.city,
        "region": place.region,
        "postal_code": place.postal_code,
        "country": place.country,
        "company": person.company,
        "job_title": person.job if person.company else "",
        "birth_date": person.birth.isoformat() if knows_birth else "",
        "website": person.website.upper() if rng.random() < 0.1 else person.website,
        "mastodon": handle if knows_handle and person.in_mastodon else "",
        "twitter": f"@{person.username}"[:16] if rng.random() < 0.1 else "",
        "owner": rng.choice(OWNERS),
        "opt_in": rng.choice(("yes", "yes", "no", "")),
        "created_at": created.isoformat(),
        "updated_at": (created + timedelta(days=rng.randrange(300))).isoformat(),
    }


def _organisation(member: Person, position: int, until: datetime) -> Row:
    created = (until - timedelta(days=900)).isoformat()
    empty = dict.fromkeys(("email", "phone", "job_title", "birth_date", "website", "mastodon"), "")
    place = member.home
    return {
        "id": f"C-{10_001 + position}",
        "first_name": "",
        "last_name": "",
        **empty,
        "street": place.street,
        "city": place.city,
        "region": place.region,
        "postal_code": place.postal_code,
        "country": place.country,
        "company": member.company,
        "twitter": "",
        "owner": OWNERS[position % len(OWNERS)],
        "opt_in": "",
        "created_at": created,
        "updated_at": created,
    }


def deals(rows: list[Row], seed: int, until: datetime) -> list[Row]:
    """Rows of `crm_deals.csv`: opportunities of one contact in ten."""
    made: list[Row] = []
    for row in rows:
        rng = Random(f"{seed}:deal:{row['id']}")
        if rng.random() > 0.1:
            continue
        stage = rng.choice(STAGES)
        opened = until - timedelta(seconds=rng.randrange(5 * 86400, 120 * 86400))
        closed = opened + timedelta(days=rng.randrange(1, 5))
        made.append(
            {
                "deal_id": f"D-{501 + len(made)}",
                "contact_id": row["id"],
                "amount": f"{rng.randrange(400, 9000)}.00",
                "currency": "EUR",
                "stage": stage,
                "opened_at": opened.isoformat(),
                "closed_at": closed.isoformat() if stage in ("won", "lost") else "",
            }
        )
    return made


def typo(rng: Random, text: str) -> str:
    """One slip of the finger: a swap, a loss or a doubling, never of the first letter."""
    if len(text) < 4:
        return text
    spot = rng.randrange(1, len(text) - 2)
    swapped = text[:spot] + text[spot + 1] + text[spot] + text[spot + 2 :]
    return rng.choice(
        (swapped, text[:spot] + text[spot + 1 :], text[:spot] + text[spot:][0] + text[spot:])
    )


def cased(rng: Random, email: str) -> str:
    """The same mailbox as a careless clerk writes it."""
    return rng.choice((email, email, email.upper(), email.title(), f" {email}"))


def national(rng: Random, phone: str) -> str:
    """The same number as people write it at home or abroad."""
    parsed = phonenumbers.parse(phone)
    forms = phonenumbers.PhoneNumberFormat
    form = rng.choice((forms.NATIONAL, forms.INTERNATIONAL, forms.E164))
    return str(phonenumbers.format_number(parsed, form))
