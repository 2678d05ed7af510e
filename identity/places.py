"""Regions, streets and free-text locations in comparable form."""

import re
from functools import cache

from identity.names import tokens
from identity.vocabulary import words

_STREET_WORDS = {
    "st": "street", "str": "street", "strasse": "street", "rd": "road", "ave": "avenue", "av": "avenue",
    "blvd": "boulevard", "dr": "drive", "ln": "lane", "ct": "court", "pl": "place", "sq": "square",
    "apt": "", "apartment": "", "unit": "", "flat": "", "suite": "", "ste": "", "no": "", "nr": "",
    "n": "north", "s": "south", "e": "east", "w": "west", "hwy": "highway", "crt": "court", "cres": "crescent",
}  # fmt: skip


@cache
def _codes() -> dict[str, str]:
    return {code.lower(): code for codes in words("regions").values() for code in codes}


@cache
def _spelled() -> tuple[dict[str, str], re.Pattern[str]]:
    names = {
        n: code for codes in words("regions").values() for code, ns in codes.items() for n in ns
    }
    longest = sorted(names, key=len, reverse=True)
    return names, re.compile(r"\b(" + "|".join(map(re.escape, longest)) + r")\b")


def region(raw: str) -> str:
    """Returns a region's code where it is known, else its folded words."""
    text = " ".join(tokens(raw))
    return _codes().get(text) or _spelled()[0].get(text) or text


def regions_in(text: str) -> list[str]:
    """Returns the codes of the regions a free text names: `Boise & Washington, D.C.` → DC, ID.

    Bare codes count only in capitals and where a reader would take them for one (`Mesa, AZ`, `R-ID`,
    `#TX21`, `MD/DC`), as `in`, `or` and `me` are words.
    """
    folded = " ".join(tokens(text))
    names, pattern = _spelled()
    found: set[str] = set()
    rest = re.sub(r"\bwashington (d c|dc)\b", "district of columbia", folded)
    for match in pattern.finditer(rest):
        found.add(names[match.group(1)])
    if re.fullmatch(r"[A-Za-z ,.&/|-]{2,}", text) or len(text) < 60:
        found.update(
            c
            for c in re.findall(r"(?<![A-Za-z])([A-Z]{2,3})(?![A-Za-z])", text)
            if c.lower() in _codes()
        )
    found.update(
        c
        for c in re.findall(r"(?:[,(/#]\s?|[RDI]-)([A-Z]{2})(?=\d|\b|-)", text)
        if c.lower() in _codes()
    )
    found.update(c for c in re.findall(r"\b([A-Z]{2})-?\d{1,2}\b", text) if c.lower() in _codes())
    return sorted(found)


def street(raw: str) -> str:
    """Returns a street with its words in one spelling, house number first."""
    found = [_STREET_WORDS.get(t, t) for t in tokens(raw)]
    numbers = [t for t in found if t[:1].isdigit()]
    return " ".join([*numbers, *(t for t in found if t and not t[:1].isdigit())])


def postal(raw: str) -> str:
    """Returns a postal code without blanks; a United States +4 is dropped."""
    text = "".join(tokens(raw))
    return text[:5] if re.fullmatch(r"\d{9}", text) else text
