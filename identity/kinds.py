"""Whether a record speaks of a person, an organisation or a machine."""

import re
from functools import cache

from identity.names import display_tokens
from identity.vocabulary import words


@cache
def _lists() -> tuple[frozenset[str], tuple[str, ...], re.Pattern[str]]:
    found = words("organisations")
    bots = "|".join(re.escape(b) for b in found["bots"])
    return frozenset(found["strong"]), tuple(found["endings"]), re.compile(rf"\b(?:{bots})\b")


def of_profile(name: str, handle: str, bio: str) -> str:
    """Returns 'organisation', 'bot' or 'unknown' for an account, by the words it calls itself."""
    strong, endings, bots = _lists()
    found = display_tokens(name)
    if "bot" in found or bots.search(name.lower()) or handle.lower().endswith("_bot"):
        return "bot"
    if any(t in strong for t in found):
        return "organisation"
    compact = "".join(found)
    if compact.endswith(endings) or handle.lower().endswith(endings):
        return "organisation"
    opening = " ".join(display_tokens(bio)[:12])
    if re.match(
        r"(?:this is )?(?:the )?official \w+ ?(?:account|page|feed|profile|handle)? ?(?:of|for) the \w+ (?:\w+ ){0,5}"
        r"(?:committee|caucus|party|department|agency|company|university|association|council)\b",
        opening,
    ):
        return "organisation"
    return "unknown"


def of_contact(full: str, given: str, family: str, company: str) -> str:
    """Returns the kind of a record that declared none: a company's name alone is an organisation."""
    if given or family:
        return "person"
    if company and not full:
        return "organisation"
    if full:
        strong, _, _ = _lists()
        return "organisation" if any(t in strong for t in display_tokens(full)) else "person"
    return "unknown"
