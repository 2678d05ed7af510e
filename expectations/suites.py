"""The suites: what must hold of the measures before a generation may be published."""

from dataclasses import dataclass

from expectations.measures import Measures

# Below this many rows shares jump by chance, and a few deletions are a large part.
SMALL = 200
# Of what the last generation had, at least this part must still be there.
KEPT = 0.5
# A share of filled columns may move by this much from one generation to the next.
MOVED = 0.25
# An export where fewer than half of the addresses look like any is mapped wrongly.
PLAUSIBLE = 0.5
# One customer of this many records is a merge gone wrong.
LARGEST = 5_000


@dataclass(frozen=True)
class Limit:
    """A measure must lie between two numbers.

    Attributes:
        aspect: What the limit is about.
        measure: Name of the measure.
        words: What the measure counts, for a person.
        least: Lowest number that is right; None for any.
        most: Highest number that is right; None for any.
    """

    aspect: str
    measure: str
    words: str
    least: float | None = None
    most: float | None = None


def limits(suite: str, now: Measures, last: Measures) -> list[Limit]:
    """The limits of a suite; those about change follow the last published generation.

    Args:
        suite: `contacts` or `customers`.
        now: The measures to be judged: only their names matter here.
        last: The measures of the last published generation; empty before the first.
    """
    before = last.get(suite, {})
    current = now.get(suite, {})
    return [
        *_volume(suite, before),
        *(_CONTACTS if suite == "contacts" else _CUSTOMERS),
        *_drift(suite, before, current),
    ]


def _volume(suite: str, before: dict[str, float]) -> list[Limit]:
    """Not empty when the last was not; no table and no source lost half of its rows."""
    found = [Limit("volume", "rows", suite, least=_least(before.get("rows", 0)))]
    for name, rows in before.items():
        if name.startswith("rows."):
            words = f"{suite} of source {name.removeprefix('rows.')}"
            found.append(Limit("volume", name, words, least=_least(rows)))
    return found


def _least(rows: float) -> float:
    if rows == 0:
        return 0
    return rows * KEPT if rows > SMALL else 1


def _drift(suite: str, before: dict[str, float], now: dict[str, float]) -> list[Limit]:
    """Shares stay about where they were; by chance alone a small table's would not."""
    if min(before.get("rows", 0), now.get("rows", 0)) < SMALL:
        return []
    # New sources bring their own columns, so a share may fall with the rows they add.
    grown = max(1.0, now["rows"] / before["rows"])
    found = []
    for name, share in before.items():
        if name.startswith("filled.") or name == "spanning_sources":
            words = f"share of {suite} with {name.removeprefix('filled.')}"
            least, most = (share - MOVED) / grown, share + MOVED + (1 - 1 / grown)
            found.append(Limit("drift", name, words, least=max(least, 0), most=min(most, 1)))
    return found


_CONTACTS = (
    Limit("completeness", "without_key", "contacts without source or record id", most=0),
    Limit("uniqueness", "repeated_keys", "contacts that repeat another's source and id", most=0),
    Limit("formats", "unknown_kinds", "contacts of an unknown kind", most=0),
    Limit("formats", "plausible_emails", "share of e-mails that look like one", least=PLAUSIBLE),
)
_CUSTOMERS = (
    Limit("completeness", "without_key", "customers without id", most=0),
    Limit("completeness", "without_records", "customers without any record", most=0),
    Limit("completeness", "contacts_without_customer", "contacts that are nobody's", most=0),
    Limit("uniqueness", "repeated_keys", "customers that repeat another's id", most=0),
    Limit("uniqueness", "largest", "records of one customer", most=LARGEST),
    Limit("formats", "malformed_emails", "primary e-mails that are none", most=0),
    Limit("formats", "malformed_phones", "primary phones that are not E.164", most=0),
    Limit("formats", "malformed_currencies", "currencies that are not ISO 4217 codes", most=0),
)
