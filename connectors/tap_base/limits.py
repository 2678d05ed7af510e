"""Rate limits: what sources say about them, and the one limiter all threads of a run share."""

import json
import random
import re
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from connectors.tap_base.errors import QuotaError
from connectors.tap_base.instants import Clock, instant

_EPOCH_FROM = 1e9  # smaller numbers are seconds from now
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


@dataclass(frozen=True)
class Quota:
    """What a source said is left: requests, and seconds until it is full again."""

    limit: float | None = None
    remaining: float | None = None
    reset: float | None = None


def seconds_until(value: str, now: datetime) -> float | None:
    """Read any dialect of "when": seconds, epoch (s or ms), ISO 8601 or an HTTP date.

    Args:
        value: The header's value.
        now: The source's own present (its `Date` header), so that our clock may be wrong.

    Returns:
        Seconds from now, never negative, or None where it is not a time.
    """
    text = value.strip()
    if _NUMBER.fullmatch(text) and float(text) < _EPOCH_FROM:
        return max(0.0, float(text))
    moment = instant(float(text) if _NUMBER.fullmatch(text) else text)
    return None if moment is None else max(0.0, (moment - now).total_seconds())


def read_quota(headers: Mapping[str, str], now: datetime) -> Quota | None:
    """Find what is left in an answer's headers, whatever the vendor's dialect.

    Args:
        headers: Header names (any case) and values.
        now: Our present, used where the answer has no `Date`.

    Returns:
        The tightest quota found, or None where the source says nothing.
    """
    low = {name.lower(): value for name, value in headers.items()}
    now = instant(low.get("date")) or now
    found: list[Quota] = []
    for name, value in low.items():
        stem, dash, _ = name.rpartition("remaining")
        if dash and "limit" in stem and (number := _NUMBER.match(value.strip())):
            reset = low.get(stem + "reset", low.get(stem + "reset-after"))
            limit = _NUMBER.match(low.get(stem + "limit", low.get(stem.rstrip("-"), "")).strip())
            found.append(
                Quota(
                    float(limit[0]) if limit else None,
                    float(number[0]),
                    seconds_until(reset, now) if reset else _interval(low, stem),
                )
            )
    if match := re.search(r"api-usage=(\d+)/(\d+)", low.get("sforce-limit-info", "")):
        found.append(Quota(float(match[2]), float(match[2]) - float(match[1])))
    if match := re.search(r"(?:;|\b)r=(\d+)(?:.*?\bt=(\d+))?", low.get("ratelimit", "")):
        found.append(Quota(None, float(match[1]), float(match[2]) if match[2] else None))
    found += [_usage(low[name]) for name in low if name.endswith("-usage") and "{" in low[name]]
    return min(found, key=lambda q: q.remaining or 0) if found else None


def _interval(low: Mapping[str, str], stem: str) -> float | None:
    """Read a window's length given in milliseconds: at worst all of it is still to come."""
    value = low.get(stem + "interval-milliseconds", "")
    return float(value) / 1000 if value.isdigit() else None


def _usage(value: str) -> Quota:
    """Read the percentages of the `X-App-Usage` family: the fullest counter binds."""
    try:
        text = json.dumps(json.loads(value))
    except ValueError:
        return Quota()
    used = [float(n) for n in re.findall(r'"(?:call_count|total_\w*time)": (\d+)', text)]
    minutes = [float(n) for n in re.findall(r'"estimated_time_to_regain_access": (\d+)', text)]
    left = max(0.0, 100 - max(used, default=0.0))
    return Quota(100, left, max(minutes, default=0.0) * 60 or None)


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Say for how many seconds a refused request is to wait, where the answer tells."""
    low = {name.lower(): value for name, value in headers.items()}
    now = instant(low.get("date")) or now
    if "retry-after-ms" in low and low["retry-after-ms"].isdigit():
        return float(low["retry-after-ms"]) / 1000
    if "retry-after" in low:
        return seconds_until(low["retry-after"], now)
    resets = [v for n, v in low.items() if n.endswith(("-reset", "-reset-after"))]
    known = [s for value in resets if (s := seconds_until(value, now)) is not None]
    quota = read_quota(headers, now)
    return max(known) if known else quota.reset if quota else None


class Limiter:
    """Lets requests pass while the quota lasts; shared by all threads of a run.

    Waiting is never shorter than what the source asked for, and the sum of all waiting is
    bounded by `budget` seconds.
    """

    def __init__(
        self,
        budget: float,
        clock: Clock,
        pace: tuple[int, float] | None = None,
        watch: Callable[[Quota], None] = lambda quota: None,
    ) -> None:
        """Start with nothing known.

        Args:
            budget: Seconds all waiting of a run may take together.
            clock: Where the time comes from.
            pace: Our own limit where the source's is documented but not in its headers:
                requests, and the seconds they are allowed in.
            watch: Told each quota that comes in: the metric.
        """
        self.quota: Quota | None = None
        self.waited = 0.0
        self._budget, self._clock, self._pace, self._watch = budget, clock, pace, watch
        self._resume = self._full_again = 0.0
        self._left: float | None = None
        self._flying = 0
        self._recent: deque[float] = deque()
        self._changed = threading.Condition()

    def acquire(self) -> None:
        """Wait for our turn to ask.

        Raises:
            QuotaError: the wait would go beyond the budget.
        """
        while True:
            with self._changed:
                wait = max(self._resume - self._clock.monotonic(), self._paced())
                if wait <= 0 and self._left is not None and self._left <= 0:
                    if self._flying:  # their answers will say what is left
                        self._changed.wait(1.0)
                        continue
                    self._left = None
                    self._pause(self._full_again - self._clock.monotonic())
                    continue
                if wait <= 0:
                    self._flying += 1
                    if self._left is not None:
                        self._left -= 1
                    self._recent.append(self._clock.monotonic())
                    return
            self._clock.sleep(wait)

    def _paced(self) -> float:
        """Return the seconds until our own pace allows another request."""
        if self._pace is None:
            return 0.0
        count, per = self._pace
        now = self._clock.monotonic()
        while self._recent and self._recent[0] <= now - per:
            self._recent.popleft()
        return self._recent[0] + per - now if len(self._recent) >= count else 0.0

    def release(self, headers: Mapping[str, str]) -> None:
        """Take note of an answer (or of none: empty headers)."""
        quota = read_quota(headers, self._clock.now())
        with self._changed:
            self._flying -= 1
            if quota is not None and quota.remaining is not None:
                self.quota = quota
                self._left = quota.remaining - self._flying
                self._full_again = self._clock.monotonic() + (quota.reset or 0.0)
            self._changed.notify_all()
        if quota is not None:
            self._watch(quota)

    def pause(self, seconds: float) -> None:
        """Hold all threads back.

        Raises:
            QuotaError: beyond the budget; nothing waits then.
        """
        with self._changed:
            self._pause(seconds)

    def _pause(self, seconds: float) -> None:
        if seconds <= 0:
            return
        now = self._clock.monotonic()
        resume = now + seconds + random.uniform(0, min(1.0, 0.1 + seconds / 10))
        extra = resume - max(self._resume, now)
        if extra <= 0:
            return
        if self.waited + extra > self._budget:
            raise QuotaError(
                f"the rate limit asks us to wait {seconds:.0f} s, more than is left of the "
                f"{self._budget:.0f} s this run may wait in total",
                "run again later, or raise max_wait_seconds",
            )
        self.waited += extra
        self._resume = resume
