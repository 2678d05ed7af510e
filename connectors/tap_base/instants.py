"""Times as sources write them, turned into UTC instants of one fixed width.

The fixed width makes text order equal time order, so bookmarks compare safely as text.
"""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

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
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    text = str(value).strip()
    try:
        if isinstance(value, (int, float)) or (text.isdigit() and len(text) > 8):
            number = float(text)
            return datetime.fromtimestamp(
                number / 1000 if abs(number) >= _MILLISECONDS_FROM else number, tz=UTC
            )
        return instant(datetime.fromisoformat(text))
    except (ValueError, OverflowError, OSError):
        pass
    try:
        return instant(parsedate_to_datetime(text))
    except (ValueError, TypeError, IndexError):
        return None


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

    @property
    def sleep(self) -> Callable[[float], None]:
        """Wait for some seconds."""
        return time.sleep
