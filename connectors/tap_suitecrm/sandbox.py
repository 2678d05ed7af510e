"""A stand-in for SuiteCRM's V8 API, after its documentation and its own Api/V8.

python -m connectors.tap_suitecrm.sandbox --data FILE --port 0
"""

import re
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.sandbox.command import command
from connectors.sandbox.server import Sandbox

Row = dict[str, Any]
SECRET, PASSWORD = "sandbox-secret", "sandbox-password"
FILTER = re.compile(r"filter\[(\w+)\]\[(gte|lte)\]")
PAGES = re.compile(r"page\[(number|size)\]|sort|filter\[\w+\]\[\w+\]|fields\[\w+\]")


class SuiteSandbox(Sandbox):
    """Serves records by module: `id`, fields, `date_modified` as the database writes it."""

    open_paths = frozenset({"/Api/access_token"})

    def __init__(
        self,
        modules: Mapping[str, Iterable[Mapping[str, Any]]],
        now: Callable[[], float] = time.time,
    ) -> None:
        """Take the records of each module."""
        self.modules = {
            name: {row["id"]: dict(row) for row in rows} for name, rows in modules.items()
        }
        self.grants: list[str] = []
        super().__init__(now)

    def quota(self, left: int, reset: float) -> dict[str, str]:
        """Tell nothing: SuiteCRM does not."""
        return {}

    def refusal(self, status: int) -> Response:
        """Say no as SuiteCRM's OAuth server does."""
        error = "The resource owner or authorization server denied the request."
        return JSONResponse({"error": "access_denied", "message": error}, status)

    def routes(self) -> list[Route]:
        """Return the endpoints the tap asks."""
        return [
            Route("/Api/access_token", self._token, methods=["POST"]),
            Route("/Api/V8/module/{module}", self._list),
            Route("/Api/V8/module/{module}/{id}", self._one),
        ]

    async def _token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        good = form["client_secret"] == SECRET
        if form["grant_type"] == "password":
            good = good and form.get("password") == PASSWORD
        if not good:
            return JSONResponse({"error": "invalid_client", "message": "No."}, 401)
        self.grants.append(form["grant_type"])
        token = {"token_type": "Bearer", "expires_in": 3600, "access_token": "sandbox-token"}
        return JSONResponse(token)

    async def _list(self, request: Request) -> Response:
        module, asked = request.path_params["module"], request.query_params
        if module not in self.modules:
            return _refused(f"Module {module} does not exist")
        if unknown := [name for name in asked if not PAGES.fullmatch(name)]:
            return _refused(f"The option {unknown[0]} does not exist")
        found = [row for row in self.modules[module].values() if not row.get("deleted")]
        for name, value in asked.items():
            if hit := FILTER.fullmatch(name):
                low = hit[2] == "gte"
                found = [r for r in found if (r[hit[1]] >= value if low else r[hit[1]] <= value)]
        by = asked.get("sort", "id")
        found.sort(key=lambda row: row[by.lstrip("-")], reverse=by.startswith("-"))
        size, number = int(asked.get("page[size]", 20)), int(asked.get("page[number]", 1))
        shown = found[(number - 1) * size : number * size]
        body: Row = {"data": [_resource(module, row) for row in shown]}
        if shown:
            pages = -(-len(found) // size)
            body["meta"] = {"total-pages": pages, "records-on-this-page": len(shown)}
            body["links"] = {}
        return JSONResponse(body)

    async def _one(self, request: Request) -> Response:
        module, key = request.path_params["module"], request.path_params["id"]
        row = self.modules[module].get(key)
        if row is None or row.get("deleted"):
            return _refused(f"{module} module with id {key} is not found")
        return JSONResponse({"data": _resource(module, row)})


def _resource(module: str, row: Mapping[str, Any]) -> Row:
    attributes = {name: "" if value is None else value for name, value in row.items()}
    for name in ("date_entered", "date_modified"):
        attributes[name] = f"{row[name].replace(' ', 'T')}+00:00"
    del attributes["id"]
    return {"type": module.rstrip("s"), "id": row["id"], "attributes": attributes}


def _refused(words: str) -> Response:
    return JSONResponse({"errors": {"status": 400, "title": None, "detail": words}}, 400)


def main() -> None:
    """Serve a JSON file with lists of records by module until stopped."""
    command(SuiteSandbox, __doc__)


if __name__ == "__main__":
    main()
