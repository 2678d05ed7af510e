"""Birth dates, whole or partial, as ISO text: `1971-06-24`, `1971-06`, `1971`."""

import re
from datetime import date
from functools import cache

_MONTHS = {m: i + 1 for i, m in enumerate(
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
)}  # fmt: skip
_ISO = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?(?:[T ].*)?$")
_PARTS = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})$")
_WORDS = re.compile(
    r"(?:(\d{1,2})\.? )?([a-z]{3})[a-z]*\.? (?:(\d{1,2})(?:st|nd|rd|th)?,? )?(\d{4})$"
)
# What systems write where they know nothing.
_PLACEHOLDERS = {"1900-01-01", "1970-01-01", "0001-01-01", "1899-12-30", "9999-12-31"}


@cache
def birth(raw: str) -> str:
    """Returns a birth date as ISO text, '' where nothing can be made of it.

    Digits that are no calendar day (a typing error) are kept as they stand: they still resemble the right
    ones. Day and month are read as written by the most: month first, unless that month does not exist.
    """
    text = raw.strip().lower()
    if re.fullmatch(r"\d{8}", text):
        text = f"{text[:4]}-{text[4:6]}-{text[6:]}"
    if found := _ISO.match(text):
        year, month, day = found.groups()
    elif found := _PARTS.match(text):
        month, day, year = found.groups()
        if int(month) > 12:
            month, day = day, month
    elif (found := _WORDS.match(text)) and found[2] in _MONTHS:
        year, month, day = found[4], str(_MONTHS[found[2]]), found[1] or found[3]
    else:
        return ""
    value = "-".join([year, *(p.zfill(2) for p in (month, day) if p)])
    return "" if value in _PLACEHOLDERS or int(year) > date.today().year else value
