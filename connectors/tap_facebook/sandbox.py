"""A stand-in for the Graph API: objects, and the lists they have under a name.

python -m connectors.tap_facebook.sandbox --data FILE --port 0
"""

import json
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.sandbox.command import command
from connectors.sandbox.server import Sandbox

Wire = dict[str, Any]


class FacebookSandbox(Sandbox):
    """Serves edges (`"<id>/<name>"`: objects, as listed) and the objects on them."""

    def __init__(
        self,
        nodes: Iterable[Mapping[str, Any]],
        edges: Mapping[str, Sequence[Mapping[str, Any]]],
        now: Callable[[], float] = time.time,
    ) -> None:
        """Take the graph."""
        self.nodes = {node["id"]: dict(node) for node in nodes}
        self.edges = {name: [dict(made) for made in listed] for name, listed in edges.items()}
        self.codes: list[tuple[int, int]] = []
        """Error codes and subcodes that the next requests meet."""
        self.used = 1
        super().__init__(now)

    def refusal(self, status: int) -> Response:
        """Say no as Meta does: by a code, mostly with 400."""
        return self._error({401: 190, 429: 32, 404: 803}.get(status, 100))

    def _error(self, code: int, part: int = 0) -> Response:
        told: Wire = {"message": f"(#{code}) No.", "type": "OAuthException", "code": code}
        if part:
            told["error_subcode"] = part
        return JSONResponse({"error": {**told, "fbtrace_id": "A"}}, 400)

    def quota(self, left: int, reset: float) -> dict[str, str]:
        """Tell percentages of what may be used."""
        used = {"call_count": self.used, "total_time": 1, "total_cputime": 1}
        return {"X-App-Usage": json.dumps(used)}

    def routes(self) -> Sequence[Route]:
        """Return the two shapes all questions have."""
        return [
            Route("/v{version}/{id}", self._node),
            Route("/v{version}/{id}/{edge}", self._edge),
        ]

    def _find(self, key: str) -> Wire | None:
        listed = (made for rows in self.edges.values() for made in rows)
        return self.nodes.get(key) or next((made for made in listed if made.get("id") == key), None)

    async def _node(self, request: Request) -> Response:
        if self.codes:
            return self._error(*self.codes.pop(0))
        found = self._find(request.path_params["id"])
        return self._error(100, 33) if found is None else JSONResponse(_shown(found, request))

    async def _edge(self, request: Request) -> Response:
        if self.codes:
            return self._error(*self.codes.pop(0))
        key, edge = request.path_params["id"], request.path_params["edge"]
        if self._find(key) is None:
            return self._error(100, 33)
        asked = request.query_params
        size, start = int(asked.get("limit", 25)), int(asked.get("after", 0))
        listed = self.edges.get(f"{key}/{edge}", [])
        page = listed[start : start + size]
        told: Wire = {"data": [_shown(made, request) for made in page]}
        if page:  # the last page has cursors, too
            told["paging"] = {"cursors": {"before": str(start), "after": str(start + size)}}
        if len(listed) > start + size:
            secret = {"access_token": min(self.tokens)}  # Meta puts it into the link
            url = request.url.include_query_params(after=start + size, **secret)
            told["paging"]["next"] = str(url)
        return JSONResponse(told)


def _shown(made: Wire, request: Request) -> Wire:
    """Show the id and the fields asked for, whatever is asked within them."""
    asked = request.query_params.get("fields", "")
    while (flat := re.sub(r"\{[^{}]*\}|\([^()]*\)", "", asked)) != asked:
        asked = flat
    names = {"id", *(name.partition(".")[0] for name in asked.split(","))}
    return {name: value for name, value in made.items() if name in names}


def main() -> None:
    """Serve a JSON file with `nodes` and `edges` until stopped."""
    command(lambda whole: FacebookSandbox(whole["nodes"], whole["edges"]), __doc__)


if __name__ == "__main__":
    main()
