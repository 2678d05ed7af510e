"""The brand's business hours, counted day by day.

The truth of response times is counted here, on purpose without the calendar code of the hub:
a truth computed by what it is meant to check would prove nothing.
"""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Berlin")
OPENS, CLOSES = time(9), time(17, 30)
HOLIDAYS = frozenset({"2026-10-03", "2026-12-25", "2026-12-26"})


def business_seconds(start: datetime, end: datetime) -> int:
    """Seconds between two instants that fall into Monday to Friday, 9:00 to 17:30 in Berlin."""
    total = 0
    day = start.astimezone(ZONE).date()
    while day <= end.astimezone(ZONE).date():
        if day.weekday() < 5 and day.isoformat() not in HOLIDAYS:
            opens = datetime.combine(day, OPENS, ZONE).timestamp()
            closes = datetime.combine(day, CLOSES, ZONE).timestamp()
            inside = min(closes, end.timestamp()) - max(opens, start.timestamp())
            total += max(0, int(inside))
        day += timedelta(days=1)
    return total
