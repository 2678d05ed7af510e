"""A stand-in for a Discourse forum, held to its OpenAPI file and to recorded answers.

python -m connectors.tap_discourse.sandbox --data FILE --port 0
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.sandbox.command import command
from connectors.sandbox.server import Sandbox

Wire = dict[str, Any]
WINDOW = 50
TOPICS_A_PAGE = 30


class DiscourseSandbox(Sandbox):
    """Serves users, topics, posts and likes given in the wire's own shape."""

    limit, window = 60, 60.0

    def __init__(
        self,
        users: Iterable[Mapping[str, Any]],
        topics: Iterable[Mapping[str, Any]],
        posts: Iterable[Mapping[str, Any]],
        likes: Mapping[int, Sequence[int]],
        now: Callable[[], float] = time.time,
    ) -> None:
        """Take the forum's content; `likes` says which users like a post."""
        self.users = {int(user["id"]): dict(user) for user in users}
        self.topics = {int(topic["id"]): dict(topic) for topic in topics}
        self.posts = {int(post["id"]): dict(post) for post in posts}
        self.likes = {post: list(fans) for post, fans in likes.items()}
        super().__init__(now)

    def authorised(self, request: Request) -> bool:
        """Tell whether a request carries the key, in somebody's name."""
        given = request.headers
        return given.get("api-key") in self.tokens and "api-username" in given

    def refusal(self, status: int) -> Response:
        """Say no as Discourse does: a bad key is 403 there."""
        words = {401: "invalid_access", 429: "rate_limit", 404: "not_found"}
        kind = words.get(status, "error")
        errors = {"errors": ["You cannot do that."], "error_type": kind}
        headers = {"Retry-After": "10"} if status == 429 else None
        return JSONResponse(errors, 403 if status == 401 else status, headers=headers)

    def quota(self, left: int, reset: float) -> dict[str, str]:
        """Tell nothing before the limit is reached."""
        return {}

    def routes(self) -> Sequence[Route]:
        """Return the endpoints the tap asks."""
        return [
            Route("/admin/users/list/active.json", self._users),
            Route("/latest.json", self._latest),
            Route("/latest", self._latest),
            Route("/posts.json", self._posts),
            Route("/posts/{id:int}.json", self._post),
            Route("/post_action_users.json", self._likes),
        ]

    async def _users(self, request: Request) -> Response:
        page, size = int(request.query_params.get("page", 1)), 100
        listed = sorted(self.users.values(), key=lambda user: user["created_at"])
        return JSONResponse(listed[(page - 1) * size : page * size])

    async def _latest(self, request: Request) -> Response:
        page = int(request.query_params.get("page", 0))
        listed = sorted(self.topics.values(), key=lambda topic: topic["bumped_at"], reverse=True)
        found = listed[page * TOPICS_A_PAGE : (page + 1) * TOPICS_A_PAGE]
        told: Wire = {"can_create_topic": True, "per_page": TOPICS_A_PAGE, "topics": found}
        if len(listed) > (page + 1) * TOPICS_A_PAGE:
            told["more_topics_url"] = f"/latest?no_definitions=true&order=activity&page={page + 1}"
        return JSONResponse({"users": [], "primary_groups": [], "topic_list": told})

    async def _posts(self, request: Request) -> Response:
        upper = int(request.query_params.get("before") or max(self.posts, default=0))
        window = range(upper, max(0, upper - WINDOW), -1)
        found = [self.posts[number] for number in window if number in self.posts]
        return JSONResponse({"latest_posts": found})

    async def _post(self, request: Request) -> Response:
        post = self.posts.get(request.path_params["id"])
        return JSONResponse(post) if post else self.refusal(404)

    async def _likes(self, request: Request) -> Response:
        fans = self.likes.get(int(request.query_params["id"]), [])
        told = [
            {key: self.users[fan][key] for key in ("id", "username", "avatar_template")}
            for fan in fans
        ]
        return JSONResponse({"post_action_users": told})


def populated(whole: dict[str, Any]) -> DiscourseSandbox:
    """A stand-in of a file's forum; JSON has the keys of `likes` as text."""
    likes = {int(post): fans for post, fans in whole.get("likes", {}).items()}
    return DiscourseSandbox(whole["users"], whole["topics"], whole["posts"], likes)


def main() -> None:
    """Serve a JSON file with `users`, `topics`, `posts` and `likes` until stopped."""
    command(populated, __doc__)


if __name__ == "__main__":
    main()
