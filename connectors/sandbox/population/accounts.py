"""Who has an account: customers under all kinds of names, the brand, a rival and a bot farm."""

from datetime import datetime, timedelta
from random import Random

from connectors.sandbox.population.mastodon import Network, Wire
from connectors.sandbox.population.people import Person
from connectors.sandbox.population.truth import Truth

BRAND, RIVAL = "brightbean", "kupferkanne"
# How an account gives its owner away, and how often.
TIES = (("website", 25), ("email_in_bio", 8), ("username", 45), ("name_and_city", 15), ("none", 7))
ANIMALS = ("otter", "heron", "badger", "marten", "puffin", "newt", "stoat", "wren")


def brand(network: Network, until: datetime, truth: Truth) -> Wire:
    """Our own account; a rival's stands beside it."""
    born = until - timedelta(days=2000)
    ours = network.account(
        BRAND,
        "Brightbean",
        born,
        note="Coffee machines, beans and the Roast Club. Answers on weekdays from 9 to 17:30.",
        fields={"Shop": "https://brightbean.example.com"},
        followers=18_400,
    )
    rival = network.account(RIVAL, "Kupferkanne", born, note="Roasters since 1921", followers=9_100)
    truth.record("mastodon", ours["id"], "brand-ours", "brand")
    truth.record("mastodon", rival["id"], "brand-rival", "brand")
    return ours


def customers(
    network: Network, people: list[Person], seed: int, until: datetime, truth: Truth
) -> dict[str, Wire]:
    """Accounts of people by person id; one in 25 moved from an older account, both still there."""
    made: dict[str, Wire] = {}
    for person in people:
        if not person.in_mastodon:
            continue
        rng = Random(f"{seed}:mastodon:{person.id}")
        born = until - timedelta(seconds=rng.randrange(200 * 86400, 1800 * 86400))
        tie = rng.choices([t for t, _ in TIES], weights=[w for _, w in TIES])[0]
        if tie == "website" and not person.website:
            tie = "username"
        account = _customer(network, rng, person, born, tie)
        made[person.id] = account
        truth.record("mastodon", account["id"], person.id, "person", tie, *person.traits)
        if rng.random() < 0.04:
            old = network.account(
                f"{person.username[:20]}_old",
                account["display_name"],
                born - timedelta(days=rng.randrange(30, 150)),
                note="moved house",
                followers=3,
                moved=account,
            )
            truth.record("mastodon", old["id"], person.id, "person", "renamed")
    return made


def _customer(network: Network, rng: Random, person: Person, born: datetime, tie: str) -> Wire:
    name = person.full_name
    username = person.username
    fields: dict[str, str] = {}
    note = f"{person.interest}, coffee and {rng.choice(ANIMALS)}s"
    if tie == "website":
        fields["Website"] = person.website
    elif tie == "email_in_bio":
        note = f"{note}. Write to {person.emails[0]}"
    elif tie == "username":
        # a user name people also use as their mailbox, and the town they live in
        name = person.nickname or name if rng.random() < 0.3 else name
        fields["Location"] = person.home.city
    elif tie == "name_and_city":
        username = f"{rng.choice(ANIMALS)}{person.id[1:]}"
        fields["Location"] = f"{person.home.city}, {person.home.country}"
    else:
        username = name = f"{person.interest}_{rng.choice(ANIMALS)}{person.id[1:]}"
    if rng.random() < 0.1:
        name = f"{name} {rng.choice('☕🚲🎬🌱')}"
    domain = "social.example" if rng.random() < 0.7 or person.in_crm else "garden.example"
    followers = int(10 ** rng.uniform(0.5, 3.6))
    return network.account(
        username, name, born, note=note, fields=fields, followers=followers, domain=domain
    )


def bot_farm(network: Network, size: int, seed: int, until: datetime, truth: Truth) -> list[Wire]:
    """Bots born in the same week with bought followers; every second one denies being a bot."""
    made: list[Wire] = []
    for number in range(size):
        rng = Random(f"{seed}:bot:{number}")
        born = until - timedelta(days=100, seconds=rng.randrange(5 * 86400))
        username = f"{rng.choice(ANIMALS)}{rng.randrange(10**5, 10**6)}{number}"
        account = network.account(
            username,
            username.title(),
            born,
            followers=rng.randrange(20_000, 60_000),
            bot=number % 2 == 0,
            note="Follow me for great deals",
        )
        made.append(account)
        truth.record("mastodon", account["id"], f"bot{number:04d}", "bot")
        truth.bots.append(account["id"])
    return made
