"""A stand-in for YouTube's Data API, held to the vendor's discovery document.

python -m connectors.tap_youtube.sandbox --data FILE --port 0
"""

import base64
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.sandbox.command import command
from connectors.sandbox.server import Sandbox

Wire = dict[str, Any]


class YouTubeSandbox(Sandbox):
    """Serves channels, videos and comments given as the API's own resources."""

    def __init__(
        self,
        channels: Iterable[Mapping[str, Any]],
        videos: Iterable[Mapping[str, Any]],
        comments: Iterable[Mapping[str, Any]],
        now: Callable[[], float] = time.time,
    ) -> None:
        """Take the resources; a comment without `parentId` opens a thread."""
        self.channels = {channel["id"]: dict(channel) for channel in channels}
        self.videos = {video["id"]: dict(video) for video in videos}
        self.comments = {comment["id"]: dict(comment) for comment in comments}
        self.quota_spent = False
        super().__init__(now)

    def authorised(self, request: Request) -> bool:
        """Tell whether a request carries the key or a token."""
        return request.query_params.get("key") in self.tokens or super().authorised(request)

    def refusal(self, status: int) -> Response:
        """Say no as Google does; a bad key is a bad request there."""
        reason = {401: "badRequest", 404: "notFound", 403: "quotaExceeded"}.get(status, "error")
        status = 400 if status == 401 else status
        errors = [{"message": "No.", "domain": "youtube", "reason": reason}]
        return JSONResponse({"error": {"code": status, "message": "No.", "errors": errors}}, status)

    def quota(self, left: int, reset: float) -> dict[str, str]:
        """Tell nothing: Google does not."""
        return {}

    def routes(self) -> Sequence[Route]:
        """Return the endpoints the tap asks."""
        api = "/youtube/v3"
        return [
            Route(f"{api}/channels", self._listed(self._channels)),
            Route(f"{api}/playlistItems", self._listed(self._uploads)),
            Route(f"{api}/videos", self._listed(self._videos)),
            Route(f"{api}/commentThreads", self._listed(self._threads)),
            Route(f"{api}/comments", self._listed(self._replies)),
        ]

    def _listed(self, items: Callable[[Mapping[str, str]], tuple[str, list[Wire] | None]]) -> Any:
        """Make an endpoint of a list: pages by an opaque token."""

        async def endpoint(request: Request) -> Response:
            if self.quota_spent:
                return self.refusal(403)
            asked = request.query_params
            kind, found = items(asked)
            if found is None:
                return self.refusal(404)
            size = int(asked.get("maxResults", 5))
            start = int(base64.b64decode(asked.get("pageToken", "")) or 0)
            told: Wire = {"kind": f"youtube#{kind}ListResponse", "etag": "e"}
            told["items"] = found[start : start + size] if "maxResults" in asked else found
            told["pageInfo"] = {"totalResults": len(found), "resultsPerPage": size}
            if "maxResults" in asked and len(found) > start + size:
                token = base64.b64encode(str(start + size).encode()).decode()
                told["nextPageToken"] = token
            return JSONResponse(told)

        return endpoint

    def _channels(self, asked: Mapping[str, str]) -> tuple[str, list[Wire] | None]:
        ids = asked["id"].split(",")
        return "channel", [self.channels[key] for key in ids if key in self.channels]

    def _uploads(self, asked: Mapping[str, str]) -> tuple[str, list[Wire] | None]:
        channel = f"UC{asked['playlistId'][2:]}"
        if channel not in self.channels:
            return "playlistItem", None
        found = [v for v in self._newest(self.videos) if v["snippet"]["channelId"] == channel]
        return "playlistItem", [
            {
                "kind": "youtube#playlistItem",
                "id": f"PL{video['id']}",
                "contentDetails": {"videoId": video["id"]},
            }
            for video in found
        ]

    def _videos(self, asked: Mapping[str, str]) -> tuple[str, list[Wire] | None]:
        ids = asked["id"].split(",")
        return "video", [self.videos[key] for key in ids if key in self.videos]

    def _threads(self, asked: Mapping[str, str]) -> tuple[str, list[Wire] | None]:
        channel = asked["allThreadsRelatedToChannelId"]
        ours = {key for key, v in self.videos.items() if v["snippet"]["channelId"] == channel}
        opened = [
            comment
            for comment in self._newest(self.comments)
            if "parentId" not in comment["snippet"] and comment["snippet"]["videoId"] in ours
        ]
        return "commentThread", [self._as_thread(comment) for comment in opened]

    def _as_thread(self, comment: Wire) -> Wire:
        answers = self._answers(comment["id"])
        snippet = {
            "videoId": comment["snippet"]["videoId"],
            "topLevelComment": comment,
            "totalReplyCount": len(answers),
            "canReply": True,
            "isPublic": True,
        }
        return {"kind": "youtube#commentThread", "id": comment["id"], "snippet": snippet}

    def _replies(self, asked: Mapping[str, str]) -> tuple[str, list[Wire] | None]:
        return "comment", self._answers(asked["parentId"])

    def _answers(self, parent: str) -> list[Wire]:
        comments = self._newest(self.comments)
        return [c for c in comments if c["snippet"].get("parentId") == parent]

    @staticmethod
    def _newest(resources: Mapping[str, Wire]) -> list[Wire]:
        return sorted(
            resources.values(), key=lambda made: made["snippet"]["publishedAt"], reverse=True
        )


def main() -> None:
    """Serve a JSON file with `channels`, `videos` and `comments` until stopped."""
    command(
        lambda whole: YouTubeSandbox(whole["channels"], whole["videos"], whole["comments"]), __doc__
    )


if __name__ == "__main__":
    main()
