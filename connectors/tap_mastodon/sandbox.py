"""A stand-in for a Mastodon instance: one account's view of a population, in Mastodon's words.

It pages as the real one does (Link, `max_id`, `since_id`, `min_id`; follows by ids of their own
that no account has), checks the token, tells its quota, and can be posted to, edited, deleted.
Tests hold its answers to the vendor's OpenAPI file.

    python -m connectors.tap_mastodon.sandbox --data FILE --port 0
"""

import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.sandbox.command import command
from connectors.sandbox.server import Sandbox

Wire = dict[str, Any]
Listed = tuple[int, Wire]
"""An item and the number it is paged by."""


def load(path: Path) -> list[Wire]:
    """Read a population file: JSON Lines of items, or one JSON object of lists.

    Args:
        path: `.jsonl`, or `.json` with `me`, `accounts`, `statuses`, `notifications` and
            `following` (account id to the ids it follows).
    """
    text = path.read_text("utf-8")
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    whole: Wire = json.loads(text)
    lists = ("accounts", "statuses", "notifications")
    rest = {name: value for name, value in whole.items() if name not in lists}
    return [*(item for name in lists for item in whole.get(name, ())), rest]


class MastodonSandbox(Sandbox):
    """Serves accounts, statuses and notifications given in the wire's own shape."""

    scopes = ("read", "write")

    def __init__(self, items: Iterable[Mapping[str, Any]], now: Callable[[], float] = time.time):
        """Sort the items by what they are.

        Args:
            items: Accounts, statuses and notifications in any order, and a mapping with `me`
                (whose token it is; else the first account) and `following`.
            now: Epoch seconds.
        """
        self.accounts: dict[str, Wire] = {}
        self.statuses: dict[str, Wire] = {}
        self.notifications: list[Wire] = []
        self.following: dict[str, list[str]] = {}
        self.me = ""
        self.public_url = ""
        """How links begin where a proxy stands before us."""
        for item in items:
            if "acct" in item:
                self.accounts[item["id"]] = dict(item)
            elif "content" in item:
                self.statuses[item["id"]] = dict(item)
            elif "type" in item:
                self.notifications.append(dict(item))
            else:
                self.me = str(item.get("me", self.me))
                self.following.update(item.get("following", {}))
        self.me = self.me or next(iter(self.accounts))
        self._last_id = "0"
        self._replies: dict[str, list[str]] = defaultdict(list)
        for status in self.statuses.values():
            self._replies[str(status.get("in_reply_to_id"))].append(status["id"])
        super().__init__(now)

    # The state, as people would change it

    def post(self, text: str, *, by: str = "", reply_to: str | None = None) -> Wire:
        """Let an account (ours by default) say something now."""
        author = self.accounts[by or self.me]
        parent = self.statuses[reply_to] if reply_to else None
        self._last_id = key = str(max(int(k) for k in (self._last_id, *self.statuses)) + 1)
        url = f"{author['url']}/{key}"
        made: Wire = {
            "id": key, "created_at": self._stamp(), "edited_at": None, "uri": url, "url": url,
            "in_reply_to_id": reply_to, "reblog": None, "account": author, "language": "en",
            "in_reply_to_account_id": parent["account"]["id"] if parent else None,
            "content": f"<p>{text}</p>", "spoiler_text": "", "visibility": "public",
            "sensitive": False, "media_attachments": [], "mentions": [], "tags": [], "emojis": [],
            "replies_count": 0, "reblogs_count": 0, "favourites_count": 0,
            "card": None, "poll": None,
        }  # fmt: skip
        self.statuses[key] = made
        self._replies[str(reply_to)].append(key)
        if parent:
            parent["replies_count"] += 1
            if parent["account"]["id"] == self.me:
                self._notify("mention", made)
        return made

    def edit(self, key: str, text: str) -> None:
        """Let an author change a status now."""
        self.statuses[key] |= {"content": f"<p>{text}</p>", "edited_at": self._stamp()}

    def delete(self, key: str) -> None:
        """Let an author take a status back."""
        gone = self.statuses.pop(key)
        self._replies[str(gone.get("in_reply_to_id"))].remove(key)

    def _notify(self, kind: str, status: Wire) -> None:
        number = max((int(n["id"]) for n in self.notifications), default=0) + 1
        told = {"id": str(number), "type": kind, "group_key": f"ungrouped-{number}"}
        about = {"created_at": status["created_at"], "account": status["account"]}
        self.notifications.append({**told, **about, "status": status})

    def _stamp(self) -> str:
        moment = datetime.fromtimestamp(self.now(), UTC)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    # The API

    def routes(self) -> Sequence[Route]:
        """Return the endpoints the tap asks."""
        api = "/api/v1"
        return [
            Route(f"{api}/accounts/verify_credentials", self._whoami),
            Route(f"{api}/apps/verify_credentials", self._app_info),
            Route(f"{api}/accounts/{{id}}/followers", self._followers),
            Route(f"{api}/accounts/{{id}}/following", self._followed),
            Route(f"{api}/accounts/{{id}}/statuses", self._own_statuses),
            Route(f"{api}/notifications", self._notified),
            Route(f"{api}/statuses/{{id}}", self._status),
            Route(f"{api}/statuses/{{id}}/context", self._context),
        ]

    def quota(self, left: int, reset: float) -> dict[str, str]:
        """Tell when the window ends as Mastodon does: ISO 8601 with microseconds."""
        moment = datetime.fromtimestamp(reset, UTC).isoformat(timespec="microseconds")
        told = super().quota(left, reset)
        return told | {"X-RateLimit-Reset": moment.replace("+00:00", "Z")}

    async def _whoami(self, request: Request) -> Response:
        source = {
            "fields": [], "follow_requests_count": 0, "indexable": False, "note": "",
            "privacy": "public", "sensitive": False, "language": None,
        }  # fmt: skip
        role = {"id": "-99", "name": "", "color": "", "permissions": "65536", "highlighted": False}
        return JSONResponse({**self.accounts[self.me], "source": source, "role": role})

    async def _app_info(self, request: Request) -> Response:
        uri = "urn:ietf:wg:oauth:2.0:oob"
        told = {"id": "1", "name": "sandbox", "website": None, "scopes": list(self.scopes)}
        told |= {"vapid_key": "-"}
        return JSONResponse({**told, "redirect_uri": uri, "redirect_uris": [uri]})

    async def _followers(self, request: Request) -> Response:
        of = request.path_params["id"]
        fans = (account for account, followed in self.following.items() if of in followed)
        return self._page(request, self._follows(fans), 40, 80)

    async def _followed(self, request: Request) -> Response:
        followed = self.following.get(request.path_params["id"], [])
        return self._page(request, self._follows(followed), 40, 80)

    def _follows(self, ids: Iterable[str]) -> list[Listed]:
        return [(1000 + n, self.accounts[key]) for n, key in enumerate(ids)]

    async def _own_statuses(self, request: Request) -> Response:
        of = request.path_params["id"]
        mine = [(int(s["id"]), s) for s in self.statuses.values() if s["account"]["id"] == of]
        return self._page(request, mine, 20, 40)

    async def _notified(self, request: Request) -> Response:
        told = [
            (int(n["id"]), n)
            for n in self.notifications
            if not n.get("status") or n["status"]["id"] in self.statuses
        ]
        return self._page(request, told, 40, 80)

    async def _status(self, request: Request) -> Response:
        status = self.statuses.get(request.path_params["id"])
        return JSONResponse(status) if status else self.refusal(404)

    async def _context(self, request: Request) -> Response:
        status = self.statuses.get(request.path_params["id"])
        if status is None:
            return self.refusal(404)
        above: list[Wire] = []
        parent = self.statuses.get(str(status["in_reply_to_id"]))
        while parent is not None:
            above.insert(0, parent)
            parent = self.statuses.get(str(parent["in_reply_to_id"]))
        below: list[Wire] = []
        open_keys = list(reversed(self._replies[status["id"]]))
        while open_keys:
            key = open_keys.pop()
            below.append(self.statuses[key])
            open_keys += reversed(self._replies[key])
        return JSONResponse({"ancestors": above, "descendants": below})

    def _page(self, request: Request, items: list[Listed], size: int, most: int) -> Response:
        """Cut a page out of a list: newest first, whichever way it was asked for."""
        asked = request.query_params
        limit = min(most, int(asked.get("limit", size)))
        lower = int(asked.get("min_id") or asked.get("since_id") or 0)
        upper = int(asked.get("max_id") or 0)
        items = sorted(items, key=lambda item: -item[0])
        found = [item for item in items if item[0] > lower and (not upper or item[0] < upper)]
        page = found[-limit:] if asked.get("min_id") else found[:limit]
        answer = JSONResponse([item for _, item in page])
        if page:
            base = (self.public_url or str(request.base_url)).rstrip("/") + request.url.path
            steps = [("prev", "min_id", page[0][0])]
            if len(page) == limit:
                steps.insert(0, ("next", "max_id", page[-1][0]))
            answer.headers["Link"] = ", ".join(
                f'<{base}?{urlencode({"limit": limit, name: edge})}>; rel="{relation}"'
                for relation, name, edge in steps
            )
        return answer


def main() -> None:
    """Serve a population file until stopped."""
    command(MastodonSandbox, __doc__, read=load)


if __name__ == "__main__":
    main()
