"""What a social profile says of its owner: words of the name, labels of site and handle, places, roles."""

import re
from functools import cache
from itertools import pairwise
from typing import Any

from identity import contactpoints as points
from identity import names, places
from identity.vocabulary import words

_FOR = re.compile(r"(?<=[a-z]{3})(?:for|4)(?=[a-z]{2})")
_LETTERS = re.compile(r"[^a-z]+")


@cache
def _roles() -> tuple[dict[str, str], frozenset[str]]:
    titles = words("titles")
    return {w: role for role, ws in titles["roles"].items() for w in ws}, frozenset(titles["weak"])


@cache
def _fillers() -> frozenset[str]:
    titles = words("titles")
    listed = {w for ws in titles["roles"].values() for w in ws}
    return frozenset({*titles["honorifics"], *titles["suffixes"], *titles["profile"], *listed})


@cache
def _affixes() -> tuple[re.Pattern[str], re.Pattern[str]]:
    fillers = sorted((f for f in _fillers() if len(f) > 2), key=len, reverse=True)
    alternatives = "|".join(map(re.escape, fillers))
    return (
        re.compile(rf"^(?:{alternatives})(?=[a-z]{{3,}})"),
        re.compile(rf"(?<=[a-z]{{3}})(?:{alternatives})$"),
    )


def labels(text: str) -> list[str]:
    """Returns a handle or site label with and without the words that surround a name in it.

    `SenSherrodBrown` → sensherrodbrown, sherrodbrown; `hoeven4senate` → hoeven4senate, hoeven.
    """
    folded = names.fold(text)
    head, tail = _affixes()
    found: list[str] = []
    # What stands before `for` or `4` is the name: hoeven4senate, wydenfororegon.
    for stem in (folded, _FOR.split(folded, maxsplit=1)[0]):
        stem = _LETTERS.sub("", stem)
        shorter = None
        while stem != shorter:
            found.append(stem)
            shorter, stem = stem, tail.sub("", head.sub("", stem))
    return [x for x in dict.fromkeys(found) if len(x) >= 3]


def words_of_profile(
    row: dict[str, Any],
    own: str | None,
    links: list[points.Link],
    name: names.Name | None,
    region: str,
) -> dict[str, list[str]]:
    """Returns the list columns by which profiles and contacts are compared.

    Keys: `display` (words of the display name without titles), `words` (those, full names in the bio, neighbours joined), `labels` (names inside handle and own
    sites), `givens` (formal names of each word; a contact's follow from its name), `regions` (codes named in location, bio or address), `roles` (offices and professions), `offers` (blocking
    keys, see `identity.keys`).
    """
    roles_of, _ = _roles()
    sites = [x for link in links if link.label for x in labels(_own_label(link))]
    if name is not None:
        return _words_of_contact(row, links, region, sites)
    shown = names.display_tokens(row["full_name"] or "")
    said = [t for t in shown if t not in _fillers() and not t.isdigit()]
    bio = row["bio"] or ""
    texts = (row["location"], row["full_name"], bio)
    regions = {code for text in texts if text for code in places.regions_in(text)}
    if region:
        regions.add(region)
    hosts = [t for link in links for t in _host_words(link)]
    handle_words = names.display_tokens(row["handle"] or "")
    # What stands behind `for` or `4`, in handle or site: crapo4senate.
    sought = [t for text in (own or "", *(x.label for x in links)) for t in _FOR.split(text)[1:]]
    found = {roles_of[t] for t in [*shown, *hosts, *handle_words, *sought] if t in roles_of}
    found |= _roles_in(bio)
    display = list(said)
    said += [t for t in _named_in(bio, {*said, *handle_words}) if t not in said]
    both = list(dict.fromkeys([*said, *(a + b for a, b in pairwise(said))]))
    # `@Maggie_Hassan` under the name `Maggie for NH`: the handle holds what the name leaves out.
    hints = [t for t in handle_words if t not in _fillers() and len(t) > 2 and t not in said]
    inside = list(dict.fromkeys([*(labels(own) if own else []), *sites]))
    return {
        "display": display,
        "words": both,
        "labels": inside,
        "regions": sorted(regions),
        "roles": _offices(found),
        "givens": list(dict.fromkeys(r for w in (*said[:6], *hints) for r in names.roots(w))),
        "offers": _offers([*said, *hints], [*both, *hints], inside, sorted(regions)),
    }


def _words_of_contact(
    row: dict[str, Any], links: list[points.Link], region: str, sites: list[str]
) -> dict[str, list[str]]:
    roles: list[str] = []
    if links or row["job_title"]:
        roles_of, _ = _roles()
        hosts = [t for link in links for t in _host_words(link)]
        said = [*names.tokens(row["job_title"] or ""), *hosts]
        roles = _offices({roles_of[t] for t in said if t in roles_of})
    return {
        "display": [], "words": [], "labels": list(dict.fromkeys(sites)),
        "regions": [region] if region else [], "roles": roles, "offers": [], "givens": [],
    }  # fmt: skip


def _offers(name: list[str], both: list[str], inside: list[str], regions: list[str]) -> list[str]:
    """Returns the blocking keys of a profile: each word as a family name, beside what else it shows."""
    offered = [
        f"pn:{f}:{r}" for f in both[:12] for g in name[:6] if g not in f for r in names.roots(g)
    ]
    offered += [f"pr:{f}:{r}" for f in both[:12] for r in regions[:4]]
    offered += [f"pl:{x}" for x in (*both[:12], *inside)]
    return list(dict.fromkeys(offered))


_CAPITALISED = re.compile(r"\b([A-Z][\w'’-]+)(?: [A-Z]\.?)? ([A-Z][\w'’-]+)")


def _named_in(bio: str, shown: set[str]) -> list[str]:
    """Returns the words of a full name in a bio of which the profile shows one: `Team Pelosi`, Nancy Pelosi."""
    found: list[str] = []
    for given, family in _CAPITALISED.findall(bio):
        pair = [names.joined(given), names.joined(re.sub(r"['’]s$", "", family))]
        if (pair[0] in shown) != (pair[1] in shown) and not set(pair) & _fillers():
            found += pair
    return found


def _roles_in(bio: str) -> set[str]:
    """Returns the offices a bio claims, former ones left out."""
    roles_of, weak = _roles()
    spoken = names.tokens(bio)
    return {
        roles_of[t]
        for i, t in enumerate(spoken)
        if t in roles_of and t not in weak and not {"former", "ex"} & set(spoken[max(i - 3, 0) : i])
    }


def _offices(found: set[str]) -> list[str]:
    """Returns roles with those spelled out that a wider one may mean."""
    spelled = set(found)
    for wide, narrow in words("titles")["contains"].items():
        if wide in found and not found & set(narrow):
            spelled |= set(narrow)
    return sorted(spelled)


def _host_words(link: points.Link) -> list[str]:
    """Returns the words of a site's host before its public suffix: brown.senate.gov → brown, senate."""
    if link.platform:
        return []
    before, found, _ = link.host.partition(link.label + ".")
    return re.split(r"[.-]", before + (link.label if found else ""))


def _own_label(link: points.Link) -> str:
    """Returns the part of a host that names its owner: brown.senate.gov → brown, sherrodbrown.com → itself."""
    before, _, _ = link.host.partition("." + link.label + ".")
    return before.split(".")[-1] if before != link.host and before else link.label
