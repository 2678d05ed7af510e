"""Names of people as data: folded to ASCII, without titles, with their diminutives.

Everything here is a pure function of text, so that the same record gives the same parts anywhere.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from anyascii import anyascii
from nicknames import NickNamer

from identity.vocabulary import name_frequencies, words

_NOT_ALNUM = re.compile(r"[^a-z0-9]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z]{2})(?=[A-Z][a-z])|(?<=[A-Za-z])(?=\d)")
_INITIAL_DOTS = re.compile(r"\b([A-Za-z])\.(?=[A-Za-z]\.)")
_ORDINAL = re.compile(r"\d+(st|nd|rd|th)")
_APOSTROPHE = re.compile(r"(?<=\w)['’‘`´](?=\w)")


@dataclass(frozen=True)
class Name:
    """The parts of one person's name, folded; empty where the source said nothing."""

    given: str = ""
    middle: str = ""
    family: str = ""
    suffix: str = ""


def fold(text: str) -> str:
    """Returns text in lower-case ASCII letters: accents dropped, other scripts transliterated."""
    if not text.isascii():
        text = anyascii(unicodedata.normalize("NFKC", text))
    return text.lower()


def tokens(text: str) -> list[str]:
    """Returns the folded words of a text, `O'Neil` and `U.S.` as one word each."""
    if text.isalnum() and text.isascii():  # most names and towns: nothing to take apart
        return [text.lower()]
    return list(_taken_apart(text)) if text else []


# Streets, towns and companies come again and again.
@lru_cache(maxsize=100_000)
def _taken_apart(text: str) -> tuple[str, ...]:
    if "." in text:
        text = _INITIAL_DOTS.sub(r"\1", text)
    if not text.isascii() or "'" in text or "`" in text:
        text = fold(_APOSTROPHE.sub("", text))
    return tuple(t for t in _NOT_ALNUM.split(text.lower()) if t)


def display_tokens(text: str) -> list[str]:
    """Returns the words of a profile's name, with `ChuckGrassley` taken apart."""
    found: list[str] = []
    for word in text.split():
        found.extend(tokens(_CAMEL.sub(" ", word) if not word.isupper() else word))
    return found


def joined(text: str | None) -> str:
    """Returns a name part as one word, `Van Hollen` and `van-hollen` alike."""
    return "".join(tokens(text)) if text else ""


@cache
def _namer() -> NickNamer:
    return NickNamer()


@cache
def _title_words() -> frozenset[str]:
    titles = words("titles")
    ranks = set(titles["ranks"]) - name_frequencies()["given"].keys()
    return frozenset(
        {w for ws in titles["roles"].values() for w in ws} | {*titles["honorifics"], *ranks}
    )


@cache
def _never_given() -> frozenset[str]:
    """Returns titles that nobody is called by: a field of given names may hold them alone."""
    return _title_words() - set(words("titles")["weak"]) - name_frequencies()["given"].keys()


def untitled(given: list[str]) -> list[str]:
    """Returns the words of a field of given names without titles in front: `Rt Hon`, `Sir`, `2nd`."""
    while given and (given[0] in _never_given() or _ORDINAL.fullmatch(given[0])):
        given = given[1:]
    return given


@cache
def suffix_words() -> frozenset[str]:
    """Returns generational and professional suffixes."""
    return frozenset(words("titles")["suffixes"])


@cache
def _rows() -> dict[str, set[str]]:
    """Returns of each name the roots of the rows of given names that it is in."""
    found: dict[str, set[str]] = {}
    for row in words("given_names"):
        for name in row:
            found.setdefault(name, set()).add(row[0])
    return found


@cache
def roots(given: str) -> tuple[str, ...]:
    """Returns the formal names a given name may stand for, itself included: bob → bob, robert."""
    if not given:
        return ()
    listed = _rows().get(given, set())
    return tuple(
        sorted({given, *listed, *(joined(c) for c in _namer().canonicals_of(given))} - {""})
    )


@cache
def is_known(given: str) -> bool:
    """Returns whether a given name is one that many bear: another known name is then no typing error."""
    return given in name_frequencies()["given"] or len(roots(given)) > 1


def parse(full: str) -> Name:
    """Takes a full name apart: `Dr. Ada M. Lovelace`, `Lovelace, Ada`, `Ludwig van Beethoven`."""
    full = re.sub(r"\([^)]*\)|\"[^\"]*\"", " ", full)
    reversed_order = False
    if "," in full:
        left, _, right = full.partition(",")
        behind = tokens(right)
        if behind and _ORDINAL.fullmatch(behind[0]):  # `Ada Lovelace, 1st Countess of ...`
            full = left
        elif behind and not set(behind) <= suffix_words():
            full, reversed_order = f"{right} {left}", True
            family_words = [t for t in tokens(left) if t not in suffix_words()]
    found = tokens(full)
    suffix = next((t for t in reversed(found) if t in suffix_words()), "")
    found = [t for t in found if t not in suffix_words()]
    while len(found) > 1 and found[0] in _title_words():
        found = found[1:]
    if not found:
        return Name()
    if len(found) == 1:
        return Name(family=found[0], suffix=suffix)
    cut = len(found) - (len(family_words) if reversed_order else 1)
    if not reversed_order:
        particles = set(words("titles")["particles"])
        while cut > 1 and found[cut - 1] in particles and len(found[cut - 1]) > 1:
            cut -= 1
    cut = max(cut, 1)
    return Name(found[0], " ".join(found[1:cut]), "".join(found[cut:]), suffix)
