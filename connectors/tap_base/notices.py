"""What a run should say aloud, once: quotas running out, tokens and API versions ending."""

import json
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import ClassVar

from connectors.tap_base.instants import Clock, instant
from connectors.tap_base.limits import Quota

AHEAD = timedelta(days=30)


class Notices:
    """Warns of each thing once per run, and keeps the quota metric."""

    def __init__(self, logger: logging.Logger, clock: Clock) -> None:
        """Start with nothing said."""
        self.said: list[str] = []
        self._logger, self._clock = logger, clock
        self._lowest: float | None = None

    def warn(self, text: str) -> None:
        """Say something, unless it was said."""
        if text not in self.said:
            self.said.append(text)
            self._logger.warning("%s", text)

    def ahead(self, what: str, end: datetime | None, *, always: bool = False) -> None:
        """Warn of an end that is near, or of any end that the source itself announces."""
        if end is not None and (always or end < self._clock.now() + AHEAD):
            self.warn(f"{what} ends on {end:%Y-%m-%d}: act before then")

    def headers(self, headers: Mapping[str, str]) -> None:
        """Look for an API's announced end (RFC 8594, RFC 9745)."""
        if "sunset" in headers:
            self.ahead("this API", instant(headers["sunset"]), always=True)
        elif headers.get("deprecation", "false").lower() != "false":
            self.warn("the source calls this API deprecated: look for a newer version")

    def quota(self, quota: Quota) -> None:
        """Log what is left as a metric, each time it falls by a tenth of the limit."""
        left, limit = quota.remaining, quota.limit
        if left is None:
            return
        step = (limit or 100) / 10
        if self._lowest is None or left <= self._lowest - step or left > self._lowest + step:
            self._lowest = left
            point = {"type": "gauge", "metric": "quota_remaining", "value": left}
            tags = {"limit": limit, "reset_seconds": quota.reset}
            self._logger.info("METRIC: %s", json.dumps({**point, "tags": tags}))
        if limit and left < step:
            self.warn("less than a tenth of the rate limit is left; requests will wait")


class Redaction(logging.Filter):
    """Blanks the configured secrets in every line that is logged: belt and braces."""

    secrets: ClassVar[set[str]] = set()

    @classmethod
    def install(cls, secrets: list[str]) -> None:
        """Watch for some secrets in all that this process logs."""
        cls.secrets.update(secret for secret in secrets if len(secret) > 3)
        for handler in logging.getLogger().handlers:
            if not any(isinstance(kept, cls) for kept in handler.filters):
                handler.addFilter(cls())

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every line pass, without the secrets."""
        text = record.getMessage()
        clean = text
        for secret in self.secrets:
            clean = clean.replace(secret, "***")
        if clean != text:
            record.msg, record.args = clean, ()
        return True
