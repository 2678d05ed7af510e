"""A plain vendor with every paging style, and a tap over it: what the manners are tested on."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from singer_sdk import typing as th
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from connectors.sandbox.server import Sandbox
from connectors.tap_base.auth import Auth, TokenAuth
from connectors.tap_base.http import Client
from connectors.tap_base.http_stream import HttpStream
from connectors.tap_base.http_tap import HttpTap
from connectors.tap_base.paging import Before, Cursor, NextUrl, Numbered

START = datetime(2026, 5, 1, tzinfo=UTC)
SIZE = 10


def made(count: int, step: timedelta = timedelta(hours=1)) -> list[dict[str, Any]]:
    """Rows, newest first."""
    rows = [
        {"id": number, "at": (START + number * step).isoformat(), "text": f"row {number}"}
        for number in range(count)
    ]
    return rows[::-1]


class PlainSandbox(Sandbox):
    """Serves `rows` in the order they are held."""

    def __init__(self, rows: Sequence[Mapping[str, Any]], **kwargs: Any) -> None:
        self.rows = list(rows)
        self.listed = SIZE  # rows per page
        self.carried: list[dict[str, str]] = []
        self.elsewhere = ""
        super().__init__(**kwargs)

    def routes(self) -> Sequence[Route]:
        names = ("cursor", "numbered", "offset", "link", "before", "loop", "endless", "circle")
        lists = [Route(f"/{name}", getattr(self, f"_{name}")) for name in names]
        others = [
            Route("/items/{id}", self._item),
            Route("/moved", self._moved),
            Route("/token", self._token, methods=["POST"]),
        ]
        return [*lists, *others]

    def authorised(self, request: Request) -> bool:
        self.carried.append(dict(request.headers))
        return super().authorised(request)

    async def _token(self, request: Request) -> Response:
        return JSONResponse({"access_token": "fresh", "expires_in": 3600})

    def _cut(self, start: int, **more: Any) -> Response:
        return JSONResponse({"data": self.rows[start : start + self.listed], **more})

    async def _cursor(self, request: Request) -> Response:
        start = int(request.query_params.get("cursor", 0))
        more = start + SIZE < len(self.rows)
        return self._cut(start, meta={"next": str(start + SIZE) if more else None})

    async def _numbered(self, request: Request) -> Response:
        page = int(request.query_params["page"])
        answer = self._cut((page - 1) * SIZE)
        answer.headers["X-Total"] = str(len(self.rows))
        return answer

    async def _offset(self, request: Request) -> Response:
        return self._cut(int(request.query_params["offset"]))

    async def _link(self, request: Request) -> Response:
        start = int(request.query_params.get("from", 0))
        answer = self._cut(start)
        if start + SIZE < len(self.rows):
            url = str(request.url.include_query_params(**{"from": start + SIZE}))
            answer.headers["Link"] = f'<{url}>; rel="next", <{url}>; rel="last"'
        return answer

    async def _before(self, request: Request) -> Response:
        before = request.query_params.get("before")
        rows = [row for row in self.rows if before is None or row["id"] < int(before)]
        return JSONResponse({"data": rows[:SIZE]})

    async def _loop(self, request: Request) -> Response:
        return self._cut(0, meta={"next": "same"})

    async def _endless(self, request: Request) -> Response:
        token = int(request.query_params.get("cursor", 0)) + 1
        return self._cut(0, meta={"next": str(token)})

    async def _circle(self, request: Request) -> Response:
        """The end is told by repeating the last cursor over an empty page."""
        start = int(request.query_params.get("cursor", 0))
        return self._cut(start, meta={"next": str(min(start + SIZE, len(self.rows)))})

    async def _item(self, request: Request) -> Response:
        key = request.path_params["id"]
        found = [row for row in self.rows if str(row["id"]) == key]
        return JSONResponse(found[0]) if found else self.refusal(404)

    async def _moved(self, request: Request) -> Response:
        return RedirectResponse(self.elsewhere, 302)


class PlainClient(Client):
    """A bearer token; with `renewable`, one that can be renewed at `/token`."""

    def authentication(self) -> Auth:
        if not self.config.get("renewable"):
            return Auth({"Authorization": f"Bearer {self.config['token']}"}, how="ask Ann")
        return TokenAuth(
            self.post_form,
            url=f"{self.base_url}/token",
            form=lambda: {"grant_type": "client_credentials"},
            cache=self.config.get("token_cache"),
            clock=self.clock,
            how="ask Ann",
        )


class Items(HttpStream):
    """Rows with an instant."""

    name = "items"
    path = "/cursor"
    records = "data"
    replication_key = "at"
    paging = Cursor("cursor", at="meta.next")
    newest_first = True

    def __init__(self, tap: HttpTap) -> None:
        schema = {
            "properties": {
                "id": {"type": "string"},
                "at": {"type": ["string", "null"], "format": "date-time"},
                "text": {"type": ["string", "null"]},
            }
        }
        super().__init__(tap, schema)


class TapPlain(HttpTap):
    name = "tap-plain"
    client_class = PlainClient
    stream_classes: ClassVar[Sequence[type[HttpStream]]] = (Items,)
    settings = th.PropertiesList(
        th.Property("base_url", th.StringType, required=True),
        th.Property("token", th.StringType, secret=True),
        th.Property("renewable", th.BooleanType),
        th.Property("token_cache", th.StringType),
    )


def tap_of(**attributes: Any) -> type[TapPlain]:
    """A tap whose only stream has these attributes."""
    stream = type("Items", (Items,), {**attributes, "__module__": __name__})
    return type("TapPlain", (TapPlain,), {"stream_classes": (stream,), "__module__": __name__})


STYLES: dict[str, dict[str, Any]] = {
    "cursor": {"path": "/cursor", "paging": Cursor("cursor", at="meta.next")},
    "numbered": {"path": "/numbered", "paging": Numbered(size=SIZE, total_header="x-total")},
    "offset": {"path": "/offset", "paging": Numbered("offset", "limit", size=SIZE, offset=True)},
    "link": {"path": "/link", "paging": NextUrl()},
    "before": {"path": "/before", "paging": Before("before", size={"limit": SIZE})},
    "circle": {"path": "/circle", "paging": Cursor("cursor", at="meta.next")},
}
