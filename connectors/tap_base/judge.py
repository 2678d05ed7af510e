"""What an answer means: data, something to try again, or an error with its fix."""

from collections.abc import Mapping
from datetime import datetime

from connectors.tap_base.errors import (
    AnswerError,
    AuthorisationError,
    MissingError,
    TransientError,
)
from connectors.tap_base.limits import read_quota, retry_after

TRANSIENT = {408, 409, 423, 425, 429} | set(range(500, 600))


class ThrottledError(TransientError):
    """The source says how long to wait: the waiting budget bounds such tries, not their number."""

    def __init__(self, delay: float) -> None:
        """Keep the seconds to wait."""
        super().__init__("the rate limit refused us", counted=False)
        self.delay = delay


def judge(status: int, headers: Mapping[str, str], now: datetime, how: str) -> None:
    """Return where the status is good; raise by how one recovers.

    Args:
        status: The HTTP status.
        headers: With lower-case lookup.
        now: Our present.
        how: How to authorise again.

    Raises:
        ThrottledError: After the seconds it names.
        TransientError: With patience.
        AuthorisationError: When someone has authorised again.
        MissingError: Never, for this thing.
        AnswerError: When the settings are corrected.
    """
    if status < 300 or status == 304:
        return
    if status in TRANSIENT or status == 403:
        quota = read_quota(headers, now)
        spent = quota is not None and quota.remaining is not None and quota.remaining <= 0
        if status == 429 or "retry-after" in headers or (status == 403 and spent):
            if delay := retry_after(headers, now):
                raise ThrottledError(delay)
            raise TransientError("the rate limit refused us")
    if status in TRANSIENT:
        raise TransientError(f"the source answered {status}")
    if status in {401, 403}:
        what = "our credentials" if status == 401 else "this to our credentials: a scope is missing"
        raise AuthorisationError(f"the source refuses {what} ({status})", f"authorise again: {how}")
    if status in {404, 410}:
        raise MissingError(f"the source has no such thing ({status})", "check base_url")
    raise AnswerError(f"the source answered {status}", "check the source's settings")


def broken(content: bytes, status: int) -> TransientError:
    """Name a body that is not what was promised."""
    kind = "HTML" if content.lstrip()[:1] == b"<" else "broken JSON"
    return TransientError(f"the source answered {kind} with status {status}")
