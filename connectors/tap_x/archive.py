"""The data archive that X gives each user: `tweets.js`, JSON behind a JavaScript assignment."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from connectors.tap_base.errors import TapError
from connectors.tap_base.feed import Feed
from connectors.tap_base.http_stream import HttpStream
from connectors.tap_x.client import XClient

PARTS = re.compile(r"tweets?(-part\d+)?\.js")
WHEN = "%a %b %d %H:%M:%S %z %Y"


def assigned(file: Path) -> tuple[list[dict[str, Any]], str]:
    """Read the list that a file of an archive assigns.

    Args:
        file: Such as `tweets.js`.

    Returns:
        The list and a hash of the file.

    Raises:
        TapError: It is not a file of an archive.
    """
    try:
        content = file.read_bytes()
        head, _, text = content.decode("utf-8-sig").partition("=")
        if not head.strip().startswith("window.YTD."):
            raise ValueError
        return json.loads(text.strip().rstrip(";")), hashlib.sha256(content).hexdigest()[:16]
    except (OSError, ValueError):
        fix = "set archive_path to the archive's data folder or its tweets.js, unpacked"
        raise TapError(f"{file.name} is no file of an X archive", fix) from None


class ArchivePosts(HttpStream[XClient]):
    """Our own posts from the archive: all there ever were, at no cost. Unchanged files are skipped.

    `account.js` beside them says whose they are.
    """

    name = "archive_posts"

    def feeds(self) -> Iterable[Feed]:
        """Ask nothing: the archive is a file."""
        return ()

    def get_records(self, context: Any) -> Iterator[dict[str, Any]]:
        """Yield the posts of files that are new or have changed."""
        path = Path(str(self.config["archive_path"])).expanduser()
        folder = path if path.is_dir() else path.parent
        files = [path]
        if path.is_dir():
            files = sorted(file for file in path.iterdir() if PARTS.fullmatch(file.name))
        if not files:
            raise TapError("archive_path holds no tweets.js", "set it to the archive's data folder")
        account = folder / "account.js"
        whose = assigned(account)[0][0]["account"]["accountId"] if account.exists() else None
        read: dict[str, str] = self.stream_state.setdefault("files", {})
        for file in files:
            tweets, digest = assigned(file)
            if read.get(file.name) != digest:
                for tweet in tweets:
                    yield self._shape.apply(archived(tweet.get("tweet", tweet), whose))
                read[file.name] = digest
        self.tap.settled(self.name)


def archived(tweet: Mapping[str, Any], author: str | None) -> dict[str, Any]:
    """Turn a post as the archive writes it into a record."""
    return {
        "id": tweet["id_str"],
        "text": tweet.get("full_text") or tweet.get("text"),
        "author_id": author,
        "created_at": datetime.strptime(tweet["created_at"], WHEN),
        "lang": tweet.get("lang"),
        "in_reply_to_status_id": tweet.get("in_reply_to_status_id_str"),
        "in_reply_to_user_id": tweet.get("in_reply_to_user_id_str"),
        "entities": tweet.get("entities"),
        "like_count": int(tweet.get("favorite_count") or 0),
        "retweet_count": int(tweet.get("retweet_count") or 0),
    }
