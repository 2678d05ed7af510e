"""What every stand-in of a vendor's API shares: a loopback server, tokens, quotas, faults."""

import asyncio
import gzip
import json
import socket
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute
from starlette.types import Message, Receive, Scope, Send


@dataclass(frozen=True)
class Fault:
    """What happens to one request instead of its answer, or to its answer.

    kind: `status` (answered with `status` and `headers`), `reset` (no answer, connection gone),
    `short` (half of the promised bytes, then gone), `truncated` (half of the JSON, as if whole),
    `html` (a page with status 200), `error` (an error object with status 200), `bomb` (a
    gzip body of `size` zero bytes).
    """

    kind: str
    status: int = 500
    headers: Mapping[str, str] | None = None
    size: int = 1 << 30


def quota_headers(limit: int, left: int, reset: float) -> dict[str, str]:
    """Tell the quota as most do: the window's end as an epoch in seconds.

    Args:
        limit: Requests per window.
        left: Requests left.
        reset: When the window ends, epoch seconds.
    """
    return {
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(left),
        "X-RateLimit-Reset": str(int(reset)),
    }


class Sandbox:
    """A vendor's API in small; subclasses give `routes` and hold the state."""

    tokens: frozenset[str] = frozenset({"sandbox-token"})
    open_paths: frozenset[str] = frozenset()
    """Paths that need no token."""
    limit = 1_000_000
    window = 300.0
    latency = 0.0

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        """Make it ready; `with` starts it.

        Args:
            now: Epoch seconds; tests put their own clock in.
        """
        self.now = now
        self.faults: deque[Fault] = deque()
        self.seen: Counter[str] = Counter()
        """Requests by path."""
        self.peak = 0
        """The most requests that were under way at once."""
        self._flying = 0
        self.headers: dict[str, str] = {}
        """Headers added to every answer."""
        self._window_end, self._used = 0.0, 0
        self._app = Starlette(routes=list(self.routes()))

    # What a room's sandbox gives

    def routes(self) -> Sequence[BaseRoute]:
        """Return the API's routes."""
        raise NotImplementedError

    def authorised(self, request: Request) -> bool:
        """Tell whether a request carries one of our tokens."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and token in self.tokens

    def refusal(self, status: int) -> Response:
        """Say no in the vendor's words."""
        words = {401: "The access token is invalid", 429: "Too many requests", 404: "Not found"}
        return JSONResponse({"error": words.get(status, "Something went wrong")}, status)

    def quota(self, left: int, reset: float) -> dict[str, str]:
        """Tell the quota in the vendor's dialect; `reset` in epoch seconds."""
        return quota_headers(self.limit, left, reset)

    # The server

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as ASGI asks: latency, faults, token, quota, then the route."""
        if scope["type"] != "http":
            return
        self.seen[scope["path"]] += 1
        self._flying += 1
        self.peak = max(self.peak, self._flying)
        try:
            if self.latency:
                await asyncio.sleep(self.latency)
            await self._answer(scope, receive, send)
        finally:
            self._flying -= 1

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        fault = self.faults.popleft() if self.faults else None
        response: Any = self._app
        extra = dict(self.headers)
        if fault is not None and fault.kind in _ANSWERS:
            response = _ANSWERS[fault.kind](fault)
        elif fault is not None and fault.kind == "reset":
            _abort(send)
            return
        else:
            request = Request(scope, receive)
            if scope["path"] not in self.open_paths and not self.authorised(request):
                response = self.refusal(401)
            else:
                left, reset = self._spend()
                extra |= self.quota(max(0, left), reset)
                response = self.refusal(429) if left < 0 else self._app
        answer = await _collect(response, scope, receive)
        answer.headers.update(extra)
        answer.headers.setdefault("date", _http_date(self.now()))
        if fault is not None and fault.kind == "truncated":
            answer = Response(answer.body[: len(answer.body) // 2], media_type="application/json")
        cut = fault is not None and fault.kind == "short"
        await _deliver(answer, send, cut=cut)

    def _spend(self) -> tuple[int, float]:
        now = self.now()
        if now >= self._window_end:
            self._window_end, self._used = now + self.window, 0
        self._used += 1
        return self.limit - self._used, self._window_end

    def __enter__(self) -> "Sandbox":
        """Serve on a free port of 127.0.0.1 in a thread."""
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.base_url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._server = uvicorn.Server(configured(self))
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True
        )
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop serving."""
        self._server.should_exit = True
        self._thread.join(10)
        self._socket.close()


def configured(sandbox: Sandbox) -> uvicorn.Config:
    """How a stand-in is served: quietly, and as bare as a fault may need it."""
    return uvicorn.Config(
        sandbox,
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        date_header=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )


def _http_date(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")


_ANSWERS: dict[str, Callable[[Fault], Response]] = {
    "status": lambda f: Response(json.dumps({"error": "x"}), f.status, dict(f.headers or {})),
    "html": lambda f: HTMLResponse("<html><body>Maintenance</body></html>"),
    "error": lambda f: JSONResponse({"error": "Something went wrong"}),
    "bomb": lambda f: Response(
        gzip.compress(bytes(f.size)),
        headers={"content-encoding": "gzip", "content-type": "application/json"},
    ),
}


async def _collect(app: Any, scope: Scope, receive: Receive) -> Response:
    """Run an ASGI app and return what it answered, whole."""
    started: Message = {}
    body = bytearray()

    async def keep(message: Message) -> None:
        if message["type"] == "http.response.start":
            started.update(message)
        else:
            body.extend(message.get("body", b""))

    await app(scope, receive, keep)
    answer = Response(bytes(body), started["status"])
    answer.raw_headers = list(started["headers"])
    return answer


async def _deliver(answer: Response, send: Send, *, cut: bool) -> None:
    start = {"type": "http.response.start", "status": answer.status_code}
    await send({**start, "headers": answer.raw_headers})
    body = bytes(answer.body)
    if cut:
        await send(
            {"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True}
        )
        _abort(send)
        return
    await send({"type": "http.response.body", "body": body})


def _abort(send: Send) -> None:
    """Cut the connection: ASGI has no word for it, uvicorn's own object has."""
    send.__self__.transport.abort()  # type: ignore[attr-defined]
