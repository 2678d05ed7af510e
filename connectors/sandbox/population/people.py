"""The people: who they truly are, before any system writes them down wrongly.

Each person is drawn from a stream of its own (`seed:people:number`), so a bigger population
begins with the same people as a smaller one.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

import phonenumbers
from anyascii import anyascii
from faker import Faker
from nicknames import NickNamer
from phonenumbers import PhoneNumber

# Locale, country code, language, weight. Only locales whose Faker data is ordered: it_IT keeps
# its towns in a set, so that another process draws another town.
LOCALES = (
    ("en_US", "US", "en", 26),
    ("en_GB", "GB", "en", 18),
    ("de_DE", "DE", "de", 16),
    ("fr_FR", "FR", "fr", 8),
    ("es_ES", "ES", "es", 8),
    ("pt_BR", "BR", "pt", 4),
    ("pl_PL", "PL", "pl", 4),
    ("nl_NL", "NL", "nl", 3),
    ("sv_SE", "SE", "sv", 3),
    ("ja_JP", "JP", "ja", 4),
    ("ru_RU", "RU", "ru", 3),
    ("el_GR", "GR", "el", 2),
    ("ar_EG", "EG", "ar", 1),
)
# Reserved for documentation: nobody can own a mailbox or a site under them.
MAIL_DOMAINS = ("mail.example.com", "post.example.org", "inbox.example.net", "letters.example.com")
JOBS = ("Buyer", "Designer", "Engineer", "Head of Office", "Nurse", "Owner", "Teacher", "Writer")
INTERESTS = ("hiking", "bicycles", "film", "gardening", "jazz", "knitting", "chess", "sailing")


@dataclass(frozen=True)
class Place:
    """One postal address."""

    street: str
    city: str
    region: str
    postal_code: str
    country: str


@dataclass
class Person:
    """A made-up human being: what is true about them, and which systems know them."""

    id: str
    locale: str
    country: str
    language: str
    given: str
    family: str
    latin_given: str
    latin_family: str
    nickname: str
    birth: date
    emails: list[str]
    phone: str  # E.164
    home: Place
    former_home: Place
    company: str
    job: str
    username: str
    website: str
    interest: str
    in_crm: bool
    in_shop: bool
    in_mastodon: bool
    traits: list[str] = field(default_factory=list)

    @property
    def full_name(self) -> str:
        """The name in the person's own script."""
        if self.locale == "ja_JP":
            return f"{self.family} {self.given}"
        return f"{self.given} {self.family}"

    @property
    def latin_name(self) -> str:
        """The name as a system without Unicode would have it."""
        return f"{self.latin_given} {self.latin_family}"


def slug(text: str) -> str:
    """Lower-case ASCII letters and digits of a name: `Zoë d'Arc` becomes `zoedarc`."""
    return "".join(c for c in anyascii(text).lower() if c.isalnum())


class Registry:
    """Draws people one after another; remembers what must stay unique or be shared."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._fakers = {name: Faker(name) for name, *_ in LOCALES}
        self._nicknames = NickNamer()
        self._usernames: set[str] = set()
        self._emails: set[str] = set()
        self._phones: set[str] = set()
        self.people: list[Person] = []

    def draw(self, number: int) -> Person:
        """Adds person `number`; every 20th is family of the one before, every 23rd a namesake."""
        rng = Random(f"{self.seed}:people:{number}")
        relative = self.people[-1] if number % 20 == 19 else None
        namesake = self.people[rng.randrange(len(self.people))] if number % 23 == 22 else None
        like = relative or namesake
        locale, country, language, _ = (
            next(entry for entry in LOCALES if entry[0] == like.locale)
            if like
            else rng.choices(LOCALES, weights=[entry[3] for entry in LOCALES])[0]
        )
        fake = self._fakers[locale]
        fake.seed_instance(rng.getrandbits(48))
        given, latin_given = _name(fake, "first", locale)
        family, latin_family = _name(fake, "last", locale)
        if like:
            family, latin_family = like.family, like.latin_family
        if namesake and not relative:
            given, latin_given = namesake.given, namesake.latin_given
        person = Person(
            id=f"p{number:06d}",
            locale=locale,
            country=country,
            language=language,
            given=given,
            family=family,
            latin_given=latin_given,
            latin_family=latin_family,
            nickname=self._nickname(rng, latin_given),
            birth=date(1942, 1, 1) + timedelta(days=rng.randrange(63 * 365)),
            emails=[],
            phone=self._phone(rng, country),
            home=_place(fake, country),
            former_home=_place(fake, country),
            company=fake.company() if rng.random() < 0.35 else "",
            job=rng.choice(JOBS),
            username="",
            website="",
            interest=rng.choice(INTERESTS),
            in_crm=rng.random() < 0.75,
            in_shop=rng.random() < 0.60,
            in_mastodon=rng.random() < 0.50,
        )
        person.in_crm = person.in_crm or not (person.in_shop or person.in_mastodon)
        person.username = self._username(rng, person)
        person.emails = [self._email(rng, person) for _ in range(2)]
        if rng.random() < 0.25:
            person.website = f"https://{slug(latin_given)}-{slug(latin_family)}{number}.example.org"
        if relative:
            person.home, person.phone = relative.home, relative.phone
            person.emails[0] = relative.emails[0]
            for member in (person, relative):
                member.traits.append("shared_email")
        elif namesake:
            for member in (person, namesake):
                member.traits.append("namesake")
        self.people.append(person)
        return person

    def _nickname(self, rng: Random, given: str) -> str:
        # sorted: the library answers with a set, whose order depends on the process
        short = sorted(name for name in self._nicknames.nicknames_of(given) if name.isalpha())
        return rng.choice(short).capitalize() if short else ""

    def _username(self, rng: Random, person: Person) -> str:
        given, family = slug(person.latin_given), slug(person.latin_family)
        forms = (
            f"{given}{family}",
            f"{given}_{family}",
            f"{given[:1]}{family}",
            f"{given}.{family}",
        )
        name = stem = rng.choice(forms).replace(".", "_")[:24]
        while name in self._usernames:
            name = f"{stem}{rng.randrange(100, 9999)}"
        self._usernames.add(name)
        return name

    def _email(self, rng: Random, person: Person) -> str:
        given, family = slug(person.latin_given), slug(person.latin_family)
        stem = rng.choice(
            (f"{given}.{family}", f"{given[:1]}{family}", f"{family}{person.birth:%y}")
        )
        local = stem if rng.random() < 0.6 else person.username
        email = f"{local}@{rng.choice(MAIL_DOMAINS)}"
        while email in self._emails:
            email = f"{local}{rng.randrange(10, 9999)}@{rng.choice(MAIL_DOMAINS)}"
        self._emails.add(email)
        return email

    def _phone(self, rng: Random, country: str) -> str:
        kind = phonenumbers.PhoneNumberType.MOBILE
        example = phonenumbers.example_number_for_type(country, kind)
        assert example is not None, country  # noqa: S101 (every country of LOCALES has one)
        digits = str(example.national_number)
        while True:
            tail = "".join(str(rng.randrange(10)) for _ in range(7))
            number = PhoneNumber(example.country_code, int(digits[:-7] + tail))
            text = str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
            if text not in self._phones and phonenumbers.is_valid_number(number):
                self._phones.add(text)
                return text


def _name(fake: Faker, part: str, locale: str) -> tuple[str, str]:
    if locale == "ja_JP":  # kanji cannot be transliterated without knowing the reading
        kanji, _, latin = fake.first_name_pair() if part == "first" else fake.last_name_pair()
        return str(kanji), str(latin)
    name = fake.first_name() if part == "first" else fake.last_name()
    return str(name), anyascii(str(name)).strip().title()


def _place(fake: Faker, country: str) -> Place:
    region = str(fake.administrative_unit()) if hasattr(fake, "administrative_unit") else ""
    street = str(fake.street_address()).replace("\n", ", ")
    return Place(street, str(fake.city()), region, str(fake.postcode()), country)
