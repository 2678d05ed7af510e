"""The endpoints of the lookup API."""

from collections.abc import Awaitable, Callable
from urllib.parse import unquote_plus

import anyio.to_thread
import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from serving.api.answers import answer, etag
from serving.api.guard import RefusedError, bearer
from serving.api.paging import next_page, page_size, page_start
from serving.desk import Desk
from serving.lookup import KINDS, MalformedKeyError, key
from serving.lookup.reader import Merged, Reader
from serving.tokens import Token

_MOST_KEYS = 1_000
_MOST_BYTES = 1_000_000
_PERSONAL = {"email", "phone", "handle", "external"}  # As the analysts' file has it.

Answering = Callable[[Request, Desk, Token], Awaitable[Response]]


class Endpoint:
    """Admits the caller, then answers. An ASGI application: functions cost a wrapper more."""

    def __init__(self, scope: str, answer: Answering) -> None:
        self._scope, self._answer = scope, answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        response = await self.answer(scope, receive)
        await response(scope, receive, send)

    async def answer(self, scope: Scope, receive: Receive) -> Response:
        """The answer to one request."""
        request = Request(scope, receive)
        desk: Desk = scope["app"].state.desk
        token = desk.guard.admit(bearer(header(request, b"authorization")), self._scope)
        return await self._answer(request, desk, token)


def asks(scope: str) -> Callable[[Answering], Endpoint]:
    """Makes an endpoint for callers with a scope."""
    return lambda answer: Endpoint(scope, answer)


def header(request: Request, name: bytes) -> str | None:
    """A header's value."""
    for found, value in request.scope["headers"]:
        if found == name:
            return str(value, "latin-1")
    return None


@asks("profiles")
async def one(request: Request, desk: Desk, token: Token) -> Response:
    """One customer by id."""
    customer_id = request.scope["path_params"]["customer_id"]
    document, generation = desk.document(customer_id)
    desk.guard.note(token, "profile", [customer_id], generation)
    if header(request, b"if-none-match") == etag(generation, token.audience):
        return answer(b"", generation, token.audience, 304)
    shown = desk.views(generation).document(token.audience, document)
    return answer(shown, generation, token.audience)


@asks("profiles")
async def by_key(request: Request, desk: Desk, token: Token) -> Response:
    """Customers that have a key; several may share one."""
    kind, value = _asked(request.scope["query_string"])
    found, generation = desk.reader().with_key(_key(token, kind, value))
    desk.note(token, f"by {kind}", found, generation)
    if header(request, b"if-none-match") == etag(generation, token.audience):
        return answer(b"", generation, token.audience, 304)
    view = desk.views(generation).document
    shown = b",".join(view(token.audience, document) for document in found)
    return answer(b'{"customers":[%b]}' % shown, generation, token.audience)


def _asked(query: bytes) -> tuple[str, str]:
    """The one field of a query; a third of what the general parser costs."""
    kind, _, value = query.decode(errors="replace").partition("=")
    if not kind or not value or "&" in value:
        kinds = ", ".join(KINDS)
        raise RefusedError(400, f"ask by exactly one key: one of {kinds}")
    if "%" in value or "+" in value:
        value = unquote_plus(value)
    return kind, value


class _Asked(msgspec.Struct):
    keys: list[dict[str, str]]


@asks("profiles")
async def many(request: Request, desk: Desk, token: Token) -> Response:
    """Up to 1,000 keys at once; answers come in the order of the questions."""
    body = await _body(request)
    try:
        asked = msgspec.json.decode(body, type=_Asked).keys
    except (msgspec.DecodeError, UnicodeDecodeError):
        example = '{"keys": [{"email": "name@example.com"}, {"id": "…"}]}'
        raise RefusedError(400, f"send JSON like {example}") from None
    if not 1 <= len(asked) <= _MOST_KEYS:
        raise RefusedError(400, f"send 1 to {_MOST_KEYS} keys")
    answers = []
    read: list[bytes] = []
    reader = desk.reader()
    with reader.one_generation() as generation:
        view = desk.views(generation).document
        for wanted in asked:
            try:
                found = _found(reader, token, wanted)
            except (MalformedKeyError, RefusedError) as error:
                answers.append(msgspec.json.encode({"customers": [], "error": str(error)}))
                continue
            read += found
            shown = b",".join(view(token.audience, document) for document in found)
            answers.append(b'{"customers":[%b]}' % shown)
    desk.note(token, "lookup", read, generation)
    return answer(b'{"answers":[%b]}' % b",".join(answers), generation)


@asks("timeline")
async def timeline(request: Request, desk: Desk, token: Token) -> Response:
    """What a customer said, was told and bought, newest first, in pages."""
    customer_id = request.path_params["customer_id"]
    _, generation = desk.document(customer_id)
    count = page_size(request.query_params.get("limit", "50"))
    before = page_start(request.query_params.get("before"))
    rows = await anyio.to_thread.run_sync(desk.page, generation, customer_id, count, before)
    desk.guard.note(token, "timeline", [customer_id], generation)
    following = next_page(rows) if len(rows) == count else None
    shown = desk.views(generation).entries(token.audience, rows)
    return answer(msgspec.json.encode({"entries": shown, "next": following}), generation)


@asks("profiles")
async def identities(request: Request, desk: Desk, token: Token) -> Response:
    """The source records that are this customer."""
    customer_id = request.path_params["customer_id"]
    document, generation = desk.document(customer_id)
    desk.guard.note(token, "identities", [customer_id], generation)
    seen = msgspec.json.decode(desk.views(generation).document(token.audience, document))
    return answer(msgspec.json.encode({"identities": seen["identities"]}), generation)


@asks("why")
async def why(request: Request, desk: Desk, token: Token) -> Response:
    """The evidence that ties this customer's records."""
    customer_id = request.path_params["customer_id"]
    _, generation = desk.document(customer_id)
    rows = await anyio.to_thread.run_sync(desk.evidence, generation, customer_id)
    desk.guard.note(token, "why", [customer_id], generation)
    return answer(msgspec.json.encode({"edges": rows}), generation)


def _key(token: Token, kind: str, value: str) -> str:
    if token.audience != "operator" and kind in _PERSONAL:
        raise RefusedError(403, f"{kind} is personal; this token's audience may not ask by it")
    return key(kind, value)


def _found(reader: Reader, token: Token, wanted: dict[str, str]) -> list[bytes]:
    if len(wanted) != 1:
        raise MalformedKeyError("each key has one kind and one value")
    ((kind, value),) = wanted.items()
    if kind != "id":
        return reader.with_key(_key(token, kind, value))[0]
    found = reader.customer(value)
    if found is not None and isinstance(found[0], Merged):
        found = reader.customer(found[0].customer_id)
    return [found[0]] if found is not None and isinstance(found[0], bytes) else []


async def _body(request: Request) -> bytes:
    read = bytearray()
    async for piece in request.stream():
        read += piece
        if len(read) > _MOST_BYTES:
            raise RefusedError(413, f"send at most {_MOST_BYTES} bytes")
    return bytes(read)
