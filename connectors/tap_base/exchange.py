"""One request on the wire: within the origin, the quota, the time and the byte limit."""

import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx

from connectors.tap_base.allotment import Allotment
from connectors.tap_base.errors import RefusedError, TransientError, UnreachableError
from connectors.tap_base.guard import read_body, transport, within
from connectors.tap_base.instants import Clock
from connectors.tap_base.limits import Limiter
from connectors.tap_base.paging import Request

REDIRECTS = {301, 302, 303, 307, 308}

for _name in ("httpx", "httpcore"):  # they log whole URLs, queries included
    logging.getLogger(_name).setLevel(logging.WARNING)

Raw = tuple[int, httpx.Headers, bytes, str]
"""Status, headers, body and the URL that answered."""


class Exchange:
    """Sends requests to one origin; safe to share between threads."""

    def __init__(
        self, base_url: str, config: Mapping[str, Any], limiter: Limiter, clock: Clock
    ) -> None:
        """Open the pool; nothing is sent yet."""
        self.base_url, self._limiter, self._clock = base_url, limiter, clock
        self._cap = int(config.get("max_response_bytes", 64 << 20))
        timeout = float(config.get("timeout_seconds", 30))
        self._allotment = Allotment(timeout, clock)
        self._deadline = clock.monotonic() + float(config.get("max_run_seconds", 21600))
        self._http = httpx.Client(
            transport=transport(
                base_url=base_url,
                private_network=bool(config.get("private_network", False)),
                connections=int(config.get("concurrency", 16)),
                allotment=self._allotment,
            ),
            timeout=timeout,
            headers={
                "User-Agent": str(config.get("user_agent", "tessera/0.1")),
                "Accept-Encoding": "gzip, deflate",
            },
            trust_env=False,
        )

    def send(
        self,
        request: Request,
        headers: Mapping[str, str],
        secret_params: Mapping[str, str],
        form: Mapping[str, str] | None = None,
    ) -> Raw:
        """Send and read one answer, following redirects within the origin.

        Args:
            request: What to ask; a token endpoint's absolute URL is its own origin.
            headers: Credentials among them; they never leave the origin.
            secret_params: Credentials that this vendor wants in the query.
            form: Posted instead of JSON; where it is empty, the JSON is posted.

        Raises:
            RefusedError: A limit of ours, or another origin.
            TransientError: The connection failed, or the answer was cut short or too slow.
        """
        path = request.path if urlsplit(request.path).scheme else request.path.lstrip("/")
        base = request.path if form is not None else f"{self.base_url}/"
        url = within(base, path, request.place)
        params: Any = {**request.params, **secret_params} or None
        for _ in range(5):
            status, got, content = self._transfer(request, url, params, headers, form)
            if status not in REDIRECTS or "location" not in got:
                return status, got, content, url
            if request.method != "GET":
                break
            url, params = within(url, got["location"], request.place), secret_params or None
        raise RefusedError("the source redirects us in a way we do not follow", "correct base_url")

    def _transfer(
        self,
        request: Request,
        url: str,
        params: Any,
        headers: Mapping[str, str],
        form: Mapping[str, str] | None,
    ) -> tuple[int, httpx.Headers, bytes]:
        self._limiter.acquire()
        self._allotment.begin()
        answered: Mapping[str, str] = {}

        def late() -> bool:
            return self._allotment.left() <= 0

        try:
            if self._clock.monotonic() > self._deadline:
                raise RefusedError("the run took max_run_seconds", "run again to go on")
            with self._http.stream(
                request.method, url, params=params, json=request.json, data=form, headers=headers
            ) as response:
                answered = response.headers
                content = read_body(response, self._cap, late, request.place)
                return response.status_code, response.headers, content
        except httpx.TimeoutException:
            raise TransientError("no answer in time") from None
        except httpx.ConnectError:
            raise UnreachableError("nobody answers there") from None
        except (httpx.TransportError, httpx.InvalidURL) as error:
            raise TransientError(f"the connection failed ({type(error).__name__})") from None
        finally:
            self._limiter.release(answered)
