"""HTTP for targets: the taps' client, and a way to write that never repeats itself blindly.

Questions go through `Client.send`, with the taps' patience. A write is sent once: only an answer
that says "not now" (429) is waited out here; what may have been carried out comes back as
`LostAnswerError`, and delivery asks before it sends again.
"""

import random
from collections.abc import Mapping
from typing import Any, NoReturn

from connectors.tap_base.errors import (
    AuthorisationError,
    MissingError,
    QuotaError,
    RefusedError,
    TapError,
    TransientError,
)
from connectors.tap_base.exchange import Raw
from connectors.tap_base.http import Client
from connectors.tap_base.limits import retry_after
from connectors.tap_base.paging import Answer, Request
from connectors.target_base.wire import (
    DeniedError,
    LostAnswerError,
    UnavailableError,
    WireError,
)

_LOST = {408, 425} | set(range(500, 600))


class WriteClient(Client):
    """A room's HTTP client; counts every request that goes out."""

    requests = 0

    def error_in(self, answer: Answer) -> str | None:
        """Let the room read errors itself: they name rows."""
        return None

    def ask(self, request: Request) -> Answer | None:
        """Ask a question, patiently.

        Returns:
            The answer, or None where the thing is not there.

        Raises:
            DeniedError: The credentials do not allow it.
            UnavailableError: The CRM cannot be reached within the waiting budget.
            WireError: It refuses the question.
        """
        try:
            return self.send(request)
        except MissingError:
            return None
        except TapError as error:
            _translated(error)

    def write(self, request: Request, content: bytes | None = None) -> Answer:
        """Send a write once; the room judges what a status below 500 means.

        Args:
            request: What to send.
            content: A body that is not JSON.

        Raises:
            LostAnswerError: No answer, or one that tells nothing (5xx, timeouts, broken JSON).
            DeniedError: 401 or 403.
            UnavailableError: The CRM wants us to wait longer than the budget allows.
        """
        attempt = 0
        try:
            while True:
                attempt += 1
                status, headers, body, url = self._raw(request, content)
                if status == 429 or (status == 503 and "retry-after" in headers):
                    told = retry_after(headers, self.clock.now())
                    self.limiter.pause(told or min(30.0, 2.0**attempt) * random.uniform(0.5, 1))
                    continue
                break
        except TransientError as error:
            raise LostAnswerError(f"{request.place}: {error}") from None
        except TapError as error:
            _translated(error)
        if status in _LOST:
            raise LostAnswerError(f"{request.place}: the CRM answered {status}")
        if status in {401, 403}:
            what = (
                "the credentials"
                if status == 401
                else "this to the credentials: a scope is missing"
            )
            raise DeniedError(
                f"{request.place}: the CRM refuses {what} ({status}); {self.auth.how}"
            )
        return Answer(request, url, status, headers, self._decoded(body, headers, request))

    def _decoded(self, body: bytes, headers: Mapping[str, str], request: Request) -> Any:
        if not body.strip():
            return None
        try:
            return self.decode(body, headers)
        except ValueError:
            raise LostAnswerError(f"{request.place}: the answer cannot be read") from None

    def _raw(self, request: Request, content: bytes | None) -> Raw:
        if content is None:
            return self._ask(request, None)
        self.requests += 1
        # The exchange's `form` goes to httpx as `data`, which takes bytes as they are.
        path = request.path.lstrip("/")
        url = f"{self.base_url}/{path}" if path else self.base_url
        absolute = Request(url, request.params, request.method, label=request.label)
        headers = {**self.headers, **request.headers, **self.auth.headers()}
        return self._exchange.send(absolute, headers, {}, content)  # type: ignore[arg-type]

    def _ask(self, request: Request, form: Mapping[str, str] | None) -> Raw:
        self.requests += 1
        return super()._ask(request, form)

    @property
    def quota_left(self) -> int | None:
        """What the CRM last said about the calls that are left."""
        quota = self.limiter.quota
        return int(quota.remaining) if quota and quota.remaining is not None else None


def _translated(error: TapError) -> NoReturn:
    if isinstance(error, AuthorisationError):
        raise DeniedError(str(error)) from None
    if isinstance(error, (QuotaError, RefusedError)) or type(error).__name__ == "UnavailableError":
        raise UnavailableError(str(error)) from None
    raise WireError(str(error)) from None
