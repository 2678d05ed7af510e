"""The application behind `tessera serve`: lookup API, OpenAPI document, customer pages."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from serving import generations
from serving.api import customers
from serving.api.guard import RefusedError
from serving.api.openapi import document
from serving.desk import Desk, MergedError
from serving.lookup import MalformedKeyError

_GET = ["GET"]
_CUSTOMERS = "/v1/customers"


class Application(Starlette):
    """Starlette, with the lookups that CRM screens wait for ahead of its router.

    Router and middleware cost as much as a lookup itself.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] == "http" and scope["method"] == "GET":
            path: str = scope["path"]
            if path.startswith(_CUSTOMERS):
                name = path[len(_CUSTOMERS) + 1 :]
                by_id = bool(name) and path[len(_CUSTOMERS)] == "/" and "/" not in name
                if by_id or path == _CUSTOMERS:
                    scope["app"], scope["path_params"] = self, {"customer_id": name}
                    endpoint = customers.one if by_id else customers.by_key
                    await _directly(endpoint, scope, receive, send)
                    return
        await super().__call__(scope, receive, send)


async def _directly(
    endpoint: customers.Endpoint, scope: Scope, receive: Receive, send: Send
) -> None:
    try:
        answer = await endpoint.answer(scope, receive)
    except _HANDLED as error:
        handler = next(_HANDLERS[kind] for kind in type(error).__mro__ if kind in _HANDLERS)
        answer = await handler(Request(scope, receive), error)
    await answer(scope, receive, send)


def create_app(home: Path, pages: list[BaseRoute] | None = None) -> Starlette:
    """The application over a home; `pages` are further routes."""
    routes: list[BaseRoute] = [
        # These two are answered ahead of the router; here they refuse other methods.
        Route("/v1/customers/{customer_id}", customers.one, methods=_GET),
        Route("/v1/customers", customers.by_key, methods=_GET),
        Route("/v1/customers/{customer_id}/timeline", customers.timeline, methods=_GET),
        Route("/v1/customers/{customer_id}/identities", customers.identities, methods=_GET),
        Route("/v1/customers/{customer_id}/why", customers.why, methods=_GET),
        Route("/v1/lookup", customers.many, methods=["POST"]),
        Route("/v1/health", _health),
        Route("/v1/openapi.json", _openapi),
        *(pages or ()),
    ]

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        app.state.desk = Desk(home)
        yield
        app.state.desk.close()

    return Application(routes=routes, lifespan=lifespan, exception_handlers=_HANDLERS)


async def _health(request: Request) -> Response:
    """Whether lookups answer, and of which generation; no token needed, nothing personal said."""
    desk: Desk = request.app.state.desk
    published = generations.current(desk.home)
    said = {
        "generation": desk.reader().generation(),
        "published": published["generation_id"] if published else None,
    }
    return Response(msgspec.json.encode(said), media_type="application/json")


async def _openapi(request: Request) -> Response:
    return Response(msgspec.json.encode(document()), media_type="application/json")


def _problem(status: int, sentence: str, headers: dict[str, str] | None = None) -> Response:
    body = msgspec.json.encode({"error": sentence})
    return Response(body, status, headers=headers, media_type="application/json")


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, RefusedError)  # noqa: S101 - Starlette promises it
    return _problem(error.status, error.sentence, error.headers)


async def _malformed(_: Request, error: Exception) -> Response:
    return _problem(400, str(error))


async def _withdrawn(_: Request, error: Exception) -> Response:
    why = "no published generation has what this needs; try again after the next run"
    return _problem(503, why, {"retry-after": "30"})


async def _merged(request: Request, error: Exception) -> Response:
    assert isinstance(error, MergedError)  # noqa: S101
    was = request.path_params["customer_id"]
    path = request.url.path.replace(f"/{was}", f"/{error.customer_id}", 1)
    query = f"?{request.url.query}" if request.url.query else ""
    return _problem(308, "merged into another customer", {"location": f"{path}{query}"})


_HANDLERS: dict[Any, Callable[[Request, Exception], Awaitable[Response]]] = {
    RefusedError: _refused,
    MergedError: _merged,
    MalformedKeyError: _malformed,
    LookupError: _withdrawn,
}
_HANDLED = tuple(_HANDLERS)
