"""A stand-in for X's API, held to the vendor's OpenAPI file and to recorded answers.

python -m connectors.tap_x.sandbox --data FILE --port 0
"""

import base64
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.sandbox.command import command
from connectors.sandbox.server import Sandbox
from connectors.tap_x.streams import last_id

Wire = dict[str, Any]
PROBLEMS = "https://api.twitter.com/2/problems/"
WEEK = 7 * 86400


class XSandbox(Sandbox):
    """Serves users and posts given in the wire's own shape, and counts the posts it bills."""

    open_paths = frozenset({"/2/oauth2/token"})
    limit, window = 450, 900.0

    def __init__(
        self,
        users: Iterable[Mapping[str, Any]],
        posts: Iterable[Mapping[str, Any]],
        now: Callable[[], float] = time.time,
    ) -> None:
        """Take what there is to see."""
        self.users = {user["id"]: dict(user) for user in users}
        self.posts = {post["id"]: dict(post) for post in posts}
        self.billed = 0
        self.credits_spent = False
        self.refreshed = 1
        """Which refresh token serves: each does so once."""
        super().__init__(now)

    def refusal(self, status: int) -> Response:
        """Say no as X does: a problem (RFC 7807)."""
        kinds = {400: "invalid-request", 404: "resource-not-found", 402: "usage-capped"}
        kind = PROBLEMS + kinds[status] if status in kinds else "about:blank"
        told = {"title": "No", "detail": "No.", "type": kind, "status": status}
        return JSONResponse(told, status)

    def quota(self, left: int, reset: float) -> dict[str, str]:
        """Tell the quota in X's dialect."""
        told = {"limit": self.limit, "remaining": left, "reset": int(reset)}
        return {f"x-rate-limit-{name}": str(value) for name, value in told.items()}

    def routes(self) -> Sequence[Route]:
        """Return the endpoints the tap asks."""
        return [
            Route("/2/oauth2/token", self._token, methods=["POST"]),
            Route("/2/users/by", self._by),
            Route("/2/users/{id}/tweets", self._timeline),
            Route("/2/users/{id}/mentions", self._timeline),
            Route("/2/tweets/search/recent", self._search),
            Route("/2/tweets/{id}", self._post),
        ]

    async def _token(self, request: Request) -> Response:
        form = parse_qs((await request.body()).decode())
        if form.get("refresh_token") != [f"refresh-{self.refreshed}"]:
            return JSONResponse({"error": "invalid_request"}, 400)
        self.refreshed += 1
        told = {"token_type": "bearer", "expires_in": 7200, "access_token": min(self.tokens)}
        return JSONResponse({**told, "refresh_token": f"refresh-{self.refreshed}"})

    async def _by(self, request: Request) -> Response:
        names = request.query_params["usernames"].lower().split(",")
        found = {user["username"].lower(): user for user in self.users.values()}
        told: Wire = {}
        if data := [_user(found[name], request) for name in names if name in found]:
            told["data"] = data
        if errors := [self._missing(name) for name in names if name not in found]:
            told["errors"] = errors
        return JSONResponse(told)

    async def _timeline(self, request: Request) -> Response:
        user = self.users.get(request.path_params["id"])
        if user is None:
            return JSONResponse({"errors": [self._missing(request.path_params["id"])]})
        if request.url.path.endswith("/tweets"):
            return self._listed(request, lambda post: post["author_id"] == user["id"], 5)
        called = f"@{user['username']}".lower()
        return self._listed(request, lambda post: called in post["text"].lower(), 5)

    async def _search(self, request: Request) -> Response:
        week = last_id(datetime.fromtimestamp(self.now() - WEEK, UTC))
        since = request.query_params.get("since_id")
        if since and int(since) < week:
            return self.refusal(400)
        wanted = request.query_params["query"].lower()
        return self._listed(
            request, lambda p: wanted in p["text"].lower() and int(p["id"]) > week, 10
        )

    async def _post(self, request: Request) -> Response:
        post = self.posts.get(request.path_params["id"])
        if post is None:
            return JSONResponse({"errors": [self._missing(request.path_params["id"])]})
        self.billed += 1
        return JSONResponse({"data": _post(post, request)})

    def _listed(self, request: Request, wanted: Callable[[Wire], bool], least: int) -> Response:
        asked = request.query_params
        size = int(asked.get("max_results", 10))
        if not least <= size <= 100:
            return self.refusal(400)
        if self.credits_spent:
            return self.refusal(402)
        below = int(base64.b32decode(asked.get("pagination_token", "").upper()) or 1 << 63)
        above = int(asked.get("since_id", 0))
        ids = sorted((int(key) for key, post in self.posts.items() if wanted(post)), reverse=True)
        found = [self.posts[str(key)] for key in ids if above < key < below]
        page = found[:size]
        told: Wire = {"meta": {"result_count": len(page)}}
        if page:
            told["data"] = [_post(post, request) for post in page]
            told["includes"] = self._includes(page, request)
            told["meta"] |= {"newest_id": page[0]["id"], "oldest_id": page[-1]["id"]}
        if len(found) > size:
            token = base64.b32encode(page[-1]["id"].encode()).decode().lower()
            told["meta"]["next_token"] = token
        self.billed += len(page) + len(told.get("includes", {}).get("tweets", ()))
        return JSONResponse(told)

    def _includes(self, page: Sequence[Wire], request: Request) -> Wire:
        expanded = request.query_params.get("expansions", "").split(",")
        referred = {r["id"] for post in page for r in post.get("referenced_tweets", ())}
        posts = [self.posts[key] for key in sorted(referred) if key in self.posts]
        posts = posts if "referenced_tweets.id" in expanded else []
        authors = {post["author_id"] for post in page if "author_id" in expanded}
        if "referenced_tweets.id.author_id" in expanded:
            authors |= {post["author_id"] for post in posts}
        users = [_user(self.users[key], request) for key in sorted(authors)]
        told = {"users": users, "tweets": [_post(post, request) for post in posts]}
        return {name: rows for name, rows in told.items() if rows}

    @staticmethod
    def _missing(value: str) -> Wire:
        kind = f"{PROBLEMS}resource-not-found"
        told = {"value": value, "resource_id": value, "parameter": "id", "resource_type": "tweet"}
        return {"title": "Not Found Error", "type": kind, "detail": "Gone.", **told}


def _post(post: Wire, request: Request) -> Wire:
    """Show the fields asked for."""
    asked = request.query_params.get("tweet.fields", "").split(",")
    shown = {"id", "text", "edit_history_tweet_ids", *asked}
    return {name: value for name, value in post.items() if name in shown}


def _user(user: Wire, request: Request) -> Wire:
    asked = request.query_params.get("user.fields", "").split(",")
    return {k: value for k, value in user.items() if k in {"id", "name", "username", *asked}}


def main() -> None:
    """Serve a JSON file with `users` and `posts` until stopped."""
    command(lambda whole: XSandbox(whole["users"], whole["posts"]), __doc__)


if __name__ == "__main__":
    main()
