"""A stand-in for Reddit's API, written from its public reference.

python -m connectors.tap_reddit.sandbox --data FILE --port 0
"""

import base64
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.sandbox.command import command
from connectors.sandbox.server import Sandbox

Wire = dict[str, Any]
DEEPEST = 1000
"""Things a listing shows at most."""


class RedditSandbox(Sandbox):
    """Serves posts (t3), comments (t1) and mentions, newest first."""

    open_paths = frozenset({"/api/v1/access_token"})
    limit, window = 600, 600.0
    app = ("app", "app-secret")

    def __init__(
        self,
        posts: Iterable[Mapping[str, Any]],
        comments: Iterable[Mapping[str, Any]],
        mentions: Iterable[Mapping[str, Any]] = (),
        now: Callable[[], float] = time.time,
    ) -> None:
        """Take the things by their fullname; `private` names subreddits nobody may see."""
        self.posts = {made["name"]: dict(made) for made in posts}
        self.comments = {made["name"]: dict(made) for made in comments}
        self.mentions = {made["name"]: dict(made) for made in mentions}
        self.private: set[str] = set()
        self.agents: set[str] = set()
        self.given = 0
        self.expires: dict[str, float] = {}
        super().__init__(now)

    def authorised(self, request: Request) -> bool:
        """Tell whether the token is one of ours and not an hour old."""
        self.agents.add(request.headers.get("user-agent", ""))
        token = request.headers.get("authorization", "").partition(" ")[2]
        return self.expires.get(token, 0) > self.now()

    def refusal(self, status: int) -> Response:
        """Say no as Reddit does."""
        return JSONResponse({"message": "No", "error": status}, status)

    def quota(self, left: int, reset: float) -> dict[str, str]:
        """Tell what is left as a decimal, and the window's end in seconds from now."""
        used = {"used": self.limit - left, "remaining": float(left)}
        told = {**used, "reset": int(reset - self.now())}
        return {f"x-ratelimit-{name}": str(value) for name, value in told.items()}

    def routes(self) -> Sequence[Route]:
        """Return the endpoints the tap asks."""
        return [
            Route("/api/v1/access_token", self._token, methods=["POST"]),
            Route("/r/{subreddit}/new", self._posts),
            Route("/r/{subreddit}/comments", self._comments),
            Route("/message/mentions", self._mentions),
            Route("/api/info", self._info),
        ]

    async def _token(self, request: Request) -> Response:
        pair = base64.b64encode(":".join(self.app).encode()).decode()
        if request.headers.get("authorization") != f"Basic {pair}":
            return self.refusal(401)
        form = parse_qs((await request.body()).decode())
        if form["grant_type"] == ["refresh_token"] and form["refresh_token"] != ["refresh-1"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        self.given += 1
        token = f"token-{self.given}"
        self.expires[token] = self.now() + 3600
        told = {"access_token": token, "token_type": "bearer", "expires_in": 3600, "scope": "*"}
        return JSONResponse(told)

    async def _posts(self, request: Request) -> Response:
        return self._listing(request, self.posts, "t3")

    async def _comments(self, request: Request) -> Response:
        return self._listing(request, self.comments, "t1")

    async def _mentions(self, request: Request) -> Response:
        return self._listing(request, self.mentions, "t1")

    async def _info(self, request: Request) -> Response:
        key = request.query_params["id"]
        made = self.posts.get(key) or self.comments.get(key)
        children = [{"kind": key[:2], "data": made}] if made else []
        data = {"after": None, "before": None, "dist": len(children), "children": children}
        return JSONResponse({"kind": "Listing", "data": data})

    def _listing(self, request: Request, things: Mapping[str, Wire], kind: str) -> Response:
        where = request.path_params.get("subreddit")
        if where in self.private:
            told = {"reason": "private", "message": "Forbidden", "error": 403}
            return JSONResponse(told, 403)
        found = [made for made in things.values() if where in {None, made["subreddit"]}]
        found = sorted(found, key=lambda made: (made["created_utc"], made["name"]), reverse=True)
        found, asked = found[:DEEPEST], request.query_params
        names, after = [made["name"] for made in found], asked.get("after")
        start = names.index(after) + 1 if after in names else len(found) if after else 0
        page = found[start : start + min(100, int(asked.get("limit", 25)))]
        more = start + len(page) < len(found)
        children = [{"kind": kind, "data": made} for made in page]
        data = {"after": page[-1]["name"] if more else None, "before": None, "dist": len(page)}
        return JSONResponse({"kind": "Listing", "data": {**data, "children": children}})


def main() -> None:
    """Serve a JSON file with `posts`, `comments` and `mentions` until stopped."""
    command(
        lambda whole: RedditSandbox(whole["posts"], whole["comments"], whole.get("mentions", ())),
        __doc__,
    )


if __name__ == "__main__":
    main()
