"""What reading posts costs: every post read is paid for, so each is counted before it is asked."""

import threading
from collections.abc import MutableMapping
from typing import Any

from connectors.tap_base.errors import QuotaError
from connectors.tap_base.instants import Clock

WORST = 3
"""Posts paid for one in a list: itself, the one it answers and the one it quotes."""


class Spending:
    """Posts read in this run and this month (UTC), never more than the caps.

    The month's count lies in the tap's state, so the next run goes on counting.
    """

    def __init__(self, a_run: int, a_month: int, clock: Clock) -> None:
        """Start with nothing spent.

        Args:
            a_run: Posts one run may read.
            a_month: Posts that may be read in one calendar month.
            clock: Tells the month.
        """
        self.read = 0
        self.largest = 100
        """Posts to ask for in one page."""
        self._a_run, self._a_month, self._clock = a_run, a_month, clock
        self._kept: MutableMapping[str, Any] = {"month": "", "posts": 0}
        self._held = 0
        self._changed = threading.Condition()

    def keep(self, kept: MutableMapping[str, Any]) -> None:
        """Go on from what the state says, and write there."""
        self._kept = kept
        kept.setdefault("month", "")
        kept.setdefault("posts", 0)

    def reserve(self, size: int, least: int) -> int:
        """Set money aside for one page.

        Args:
            size: Rows wanted.
            least: Rows that X gives at least.

        Returns:
            Rows to ask for: fewer near a cap.

        Raises:
            QuotaError: Even the smallest page might exceed a cap.
        """
        with self._changed:
            while True:
                left, cap = self._left()
                granted = min(size, max(self.largest, least), (left - self._held) // WORST)
                if granted >= least:
                    self._held += granted * WORST
                    return granted
                if not self._held:
                    raise QuotaError(*_told(cap))
                self._changed.wait(1.0)  # a page under way may cost less than was set aside

    def settle(self, granted: int, read: int) -> None:
        """Count what a page really held."""
        with self._changed:
            self._left()
            self._held -= granted * WORST
            self.read += read
            self._kept["posts"] += read
            self._changed.notify_all()

    def _left(self) -> tuple[int, str]:
        month = f"{self._clock.now():%Y-%m}"
        if self._kept["month"] != month:
            self._kept["month"], self._kept["posts"] = month, 0
        run, whole = self._a_run - self.read, self._a_month - self._kept["posts"]
        return (run, "run") if run <= whole else (whole, "month")


def _told(cap: str) -> tuple[str, str]:
    fix = "next month" if cap == "month" else "again"
    problem = f"the posts that may be paid for in one {cap} are read"
    return problem, f"nothing is lost: run {fix}, or raise max_posts_per_{cap}"
