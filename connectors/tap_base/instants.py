"""Times as sources write them, turned into UTC instants of one fixed width.

The fixed width makes text order equal time order, so bookmarks compare safely as text.
"""

import re
import time
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

_EPOCH = re.compile(r"-?\d{9,}(\.\d+)?")  # shorter digits may be an ISO date: 20240131
_MILLISECONDS_FROM = 1e11  # as seconds that would be the year 5138


def instant(value: object) -> datetime | None:
    """Read a point in time.

    Args:
        value: ISO 8601 text (with offset, `Z` or, taken as UTC, without), RFC 2822 text, epoch
            seconds or milliseconds (number or digits), a date or datetime.

    Returns:
        The instant in UTC, or None where the value is empty or not a time.
    """
    if value is None or value == "" or isinstance(value, bool):
        return None
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    try:
        found = value if isinstance(value, datetime) else _read(str(value).strip())
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError, OSError):
        return None


def _read(text: str) -> datetime:
    """Read text: a number is an epoch, then ISO 8601 is tried, then RFC 2822."""
    if _EPOCH.fullmatch(text):
        number = float(text)
        in_ms = abs(number) >= _MILLISECONDS_FROM
        return datetime.fromtimestamp(number / 1000 if in_ms else number, tz=UTC)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return parsedate_to_datetime(text)


def written(moment: datetime) -> str:
    """Write an instant as `2024-01-31T23:59:59.000000Z`: always 27 characters."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")


class Clock:
    """The time and the waiting of a run; tests put one in that never waits."""

    def now(self) -> datetime:
        """Return the present instant in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds on a clock that never goes back."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)
