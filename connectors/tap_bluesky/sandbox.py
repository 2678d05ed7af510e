"""A stand-in for a PDS with its AppView: sessions, feeds, threads, search, notifications.

It pages, ends sessions and limits them as the real one does; accounts can post, repost and take
back. Tests hold its answers to the vendor's lexicons.

    python -m connectors.tap_bluesky.sandbox --data FILE --port 0
"""

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.sandbox.command import command
from connectors.sandbox.server import Sandbox

Wire = dict[str, Any]
Listed = tuple[str, Wire]
"""What a list is ordered by, and an item of it."""
SESSION = 7200
SESSIONS = 30
"""Sessions that may begin in five minutes."""
POST, REPOST = "app.bsky.feed.post", "app.bsky.feed.repost"


class BlueskySandbox(Sandbox):
    """Serves accounts by DID; the first one signs in with `app_password`."""

    app_password = "abcd-efgh-ijkl-mnop"  # noqa: S105
    open_paths = frozenset(
        f"/xrpc/com.atproto.{name}"
        for name in ("server.createSession", "server.refreshSession", "identity.resolveHandle")
    )
    limit = 3000

    def __init__(
        self, profiles: Iterable[Mapping[str, Any]], now: Callable[[], float] = time.time
    ) -> None:
        """Take accounts as the lexicon's profileViewDetailed."""
        self.profiles = {profile["did"]: dict(profile) for profile in profiles}
        self.me = next(iter(self.profiles))
        self.posts: dict[str, Wire] = {}
        self.reposts: dict[str, Wire] = {}
        self.notifications: list[Wire] = []
        self.began: list[float] = []
        self._numbers = count()
        self._tokens: dict[str, float] = {}
        self._refresh: set[str] = set()
        super().__init__(now)

    # What people do

    def post(self, text: str, by: str = "", reply_to: str = "", **record: Any) -> str:
        """Let an account say something now; whom it answers or mentions is told."""
        by = by or self.me
        made: Wire = {"$type": POST, "text": text, "createdAt": self._stamp(), **record}
        if reply_to:
            parent = self.posts[reply_to]
            root = parent["record"].get("reply", {}).get("root", _ref(parent))
            made["reply"] = {"root": root, "parent": _ref(parent)}
        uri = f"at://{by}/{POST}/{next(self._numbers):013}"
        view = {"uri": uri, "cid": _cid(uri), "record": made, "indexedAt": self._stamp()}
        self.posts[uri] = {**view, "by": by}
        if reply_to and reply_to.split("/")[2] == self.me != by:
            self._notify("reply", self.posts[uri], reasonSubject=reply_to)
        elif self.me in _mentioned(made) and by != self.me:
            self._notify("mention", self.posts[uri])
        return uri

    def repost(self, uri: str, by: str = "") -> str:
        """Let an account repost now."""
        by = by or self.me
        key = f"at://{by}/{REPOST}/{next(self._numbers):013}"
        self.reposts[key] = {"uri": key, "cid": _cid(key), "of": uri, "by": by}
        self.reposts[key]["indexedAt"] = self._stamp()
        return key

    def delete(self, uri: str) -> None:
        """Take back a post."""
        del self.posts[uri]
        self.notifications = [told for told in self.notifications if told["uri"] != uri]

    def end_sessions(self) -> None:
        """Let every access token expire."""
        self._tokens = dict.fromkeys(self._tokens, 0.0)

    def _notify(self, reason: str, post: Wire, **more: Any) -> None:
        kept = {name: post[name] for name in ("uri", "cid", "record", "indexedAt")}
        self.notifications.append({**kept, "reason": reason, "by": post["by"], **more})

    def _stamp(self) -> str:
        moment = datetime.fromtimestamp(self.now(), UTC)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    # The API

    def routes(self) -> Sequence[Route]:
        """Return the endpoints the tap asks."""
        server = {"createSession": self._create, "refreshSession": self._renew}
        asked = {
            "com.atproto.server.getSession": self._whoami,
            "com.atproto.identity.resolveHandle": self._resolve,
            "app.bsky.actor.getProfiles": self._profiles,
            "app.bsky.feed.getAuthorFeed": self._author_feed,
            "app.bsky.feed.searchPosts": self._search,
            "app.bsky.feed.getPostThread": self._threaded,
            "app.bsky.notification.listNotifications": self._notified,
        }
        return [
            *(
                Route(f"/xrpc/com.atproto.server.{name}", called, methods=["POST"])
                for name, called in server.items()
            ),
            *(Route(f"/xrpc/{name}", called) for name, called in asked.items()),
        ]

    def authorised(self, request: Request) -> bool:
        """Tell whether a request carries an access token that has not ended."""
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        return self._tokens.get(token, 0.0) > self.now()

    def refusal(self, status: int) -> Response:
        """Say no as XRPC does; a session that has ended is a bad request."""
        name = {401: "ExpiredToken", 429: "RateLimitExceeded", 404: "NotFound"}.get(status, "Error")
        body = {"error": name, "message": "No."}
        return JSONResponse(body, 400 if status in {401, 404} else status)

    def quota(self, left: int, reset: float) -> dict[str, str]:
        """Tell the quota under the names of the IETF's draft, with an epoch."""
        told = super().quota(left, reset)
        return {name.replace("X-RateLimit", "RateLimit"): value for name, value in told.items()}

    async def _create(self, request: Request) -> Response:
        self.began = [at for at in self.began if at > self.now() - 300]
        if len(self.began) >= SESSIONS:
            after = str(int(self.began[0] + 300 - self.now()) + 1)
            return JSONResponse({"error": "RateLimitExceeded"}, 429, {"Retry-After": after})
        self.began.append(self.now())
        given, me = await request.json(), self.profiles[self.me]
        if given["identifier"] not in {self.me, me["handle"]} or (
            given["password"] != self.app_password
        ):
            words = {"error": "AuthenticationRequired", "message": "Invalid identifier or password"}
            return JSONResponse(words, 401)
        return self._session()

    async def _renew(self, request: Request) -> Response:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token not in self._refresh:
            return self.refusal(401)
        self._refresh.remove(token)
        return self._session()

    def _session(self) -> Response:
        number = len(self._tokens)
        access, refresh = f"access-{number}", f"refresh-{number}"
        self._tokens[access] = self.now() + SESSION
        self._refresh.add(refresh)
        told = {"did": self.me, "handle": self.profiles[self.me]["handle"], "active": True}
        return JSONResponse({"accessJwt": access, "refreshJwt": refresh, **told})

    async def _whoami(self, request: Request) -> Response:
        return JSONResponse({"did": self.me, "handle": self.profiles[self.me]["handle"]})

    async def _resolve(self, request: Request) -> Response:
        asked = request.query_params["handle"]
        found = [did for did, profile in self.profiles.items() if profile["handle"] == asked]
        return JSONResponse({"did": found[0]}) if found else self.refusal(404)

    async def _profiles(self, request: Request) -> Response:
        asked = request.query_params.getlist("actors")
        if len(asked) > 25:
            return JSONResponse({"error": "InvalidRequest", "message": "too many"}, 400)
        return JSONResponse({"profiles": [self.profiles[d] for d in asked if d in self.profiles]})

    async def _author_feed(self, request: Request) -> Response:
        actor = request.query_params["actor"]
        if actor not in self.profiles:
            words = {"error": "InvalidRequest", "message": "Profile not found"}
            return JSONResponse(words, 400)
        listed: list[Listed] = [
            (_order(post), {"post": self._view(post)})
            for post in self.posts.values()
            if post["by"] == actor
        ]
        for made in self.reposts.values():
            if made["by"] == actor and made["of"] in self.posts:
                kept = {name: made[name] for name in ("uri", "cid", "indexedAt")}
                reason = {"$type": "app.bsky.feed.defs#reasonRepost", "by": self._basic(actor)}
                item = {"post": self._view(self.posts[made["of"]]), "reason": {**reason, **kept}}
                listed.append((made["indexedAt"], item))
        return self._page(request, "feed", listed)

    async def _search(self, request: Request) -> Response:
        asked = request.query_params
        listed = [
            (_order(post), self._view(post))
            for post in self.posts.values()
            if asked["q"].lower() in post["record"]["text"].lower()
            and _order(post) >= asked.get("since", "").replace("000Z", "Z")
        ]
        return self._page(request, "posts", listed)

    async def _notified(self, request: Request) -> Response:
        listed = []
        for told in self.notifications:
            fields = {name: value for name, value in told.items() if name != "by"}
            author = {**self._basic(told["by"]), "description": "seen in profileView only"}
            listed.append((told["indexedAt"], {**fields, "author": author, "isRead": False}))
        return self._page(request, "notifications", listed)

    async def _threaded(self, request: Request) -> Response:
        asked = request.query_params
        post = self.posts.get(asked["uri"])
        if post is None:
            return self.refusal(404)
        return JSONResponse({"thread": self._tree(post, int(asked.get("depth", 6)))})

    def _tree(self, post: Wire, depth: int) -> Wire:
        below = self._answers(post["uri"]) if depth else []
        node = {"$type": "app.bsky.feed.defs#threadViewPost", "post": self._view(post)}
        return {**node, "replies": [self._tree(answer, depth - 1) for answer in below]}

    def _answers(self, uri: str) -> list[Wire]:
        posts = [post for post in self.posts.values() if "reply" in post["record"]]
        return [post for post in posts if post["record"]["reply"]["parent"]["uri"] == uri]

    def _basic(self, did: str) -> Wire:
        profile = self.profiles[did]
        kept = ("did", "handle", "displayName", "avatar", "createdAt")
        return {name: profile[name] for name in kept if name in profile}

    def _view(self, post: Wire) -> Wire:
        kept = {name: post[name] for name in ("uri", "cid", "record", "indexedAt")}
        shared = sum(made["of"] == post["uri"] for made in self.reposts.values())
        counts = {"replyCount": len(self._answers(post["uri"])), "repostCount": shared}
        return {
            **kept,
            **counts,
            "likeCount": 0,
            "quoteCount": 0,
            "author": self._basic(post["by"]),
        }

    @staticmethod
    def _page(request: Request, name: str, listed: list[Listed]) -> Response:
        """Cut a page out of a list, newest first; the cursor says how many came before it."""
        asked = request.query_params
        size, start = min(100, int(asked.get("limit", 50))), int(asked.get("cursor", 0))
        listed = sorted(listed, key=lambda item: item[0], reverse=True)
        more = {"cursor": str(start + size)} if len(listed) > start + size else {}
        return JSONResponse({name: [item for _, item in listed[start : start + size]], **more})


def _cid(uri: str) -> str:
    return "bafyrei" + hashlib.sha256(uri.encode()).hexdigest()[:52]


def _ref(post: Wire) -> Wire:
    return {"uri": post["uri"], "cid": post["cid"]}


def _order(post: Wire) -> str:
    return str(min(post["record"]["createdAt"], post["indexedAt"]))


def _mentioned(record: Wire) -> set[str]:
    features = [f for facet in record.get("facets", ()) for f in facet["features"]]
    return {feature["did"] for feature in features if "did" in feature}


def populated(whole: dict[str, Any]) -> BlueskySandbox:
    """A stand-in in which profiles have posted."""
    sandbox = BlueskySandbox(whole["profiles"])
    for post in whole.get("posts", ()):
        sandbox.post(**post)
    return sandbox


def main() -> None:
    """Serve a JSON file with `profiles` and `posts` (`by`, `text`) until stopped."""
    command(populated, __doc__)


if __name__ == "__main__":
    main()
