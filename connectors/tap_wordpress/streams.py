"""What is read from WordPress: pages by number, totals told in headers."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from connectors.tap_base.feed import Feed
from connectors.tap_base.http_stream import HttpStream
from connectors.tap_base.instants import written
from connectors.tap_base.paging import Numbered, dig
from connectors.tap_wordpress.client import API, WordPressClient

# `trash` is listed on purpose: a post that goes there is a post that was deleted.
ANY_STATUS = "publish,future,draft,pending,private,trash"
RENDERED = ("title", "content", "excerpt")


class WordPressStream(HttpStream):
    """A stream of one site."""

    paging = Numbered("page", size=100, size_param="per_page", total_header="x-wp-total")
    statuses = ""

    def feeds(self) -> Iterable[Feed]:  # noqa: D102
        client = self.client
        assert isinstance(client, WordPressClient)  # noqa: S101 - the tap names it
        seen = {"context": "edit", "status": self.statuses} if client.is_known else {}
        yield Feed(self.path, {**self.params, **{k: v for k, v in seen.items() if v}})

    def row(self, row: Any, feed: Feed) -> Mapping[str, Any] | None:
        """Take the text itself where we may see it; rights and page passwords stay there."""
        declared = self.schema["properties"]
        fields = {name: value for name, value in row.items() if name in declared}
        for name in RENDERED:
            if isinstance(fields.get(name), Mapping):
                fields[name] = dig(row, f"{name}.raw") or dig(row, f"{name}.rendered")
        if fields.get("status") == "trash":
            fields["_sdc_deleted_at"] = fields.get("modified_gmt") or fields.get("date_gmt")
        return fields


class Posts(WordPressStream):
    """Posts, in every state that we may see; found again when they change."""

    name = "posts"
    path = f"{API}/posts"
    params = {"orderby": "modified", "order": "asc"}  # noqa: RUF012
    statuses = ANY_STATUS
    replication_key = "modified_gmt"
    look_back = timedelta(minutes=5)

    def since(self, moment: datetime) -> Mapping[str, Any]:  # noqa: D102
        return {"modified_after": written(moment)}


class Comments(WordPressStream):
    """Comments. The API cannot tell which were edited: the last weeks are read again."""

    name = "comments"
    path = f"{API}/comments"
    params = {"orderby": "date_gmt", "order": "asc"}  # noqa: RUF012
    statuses = "all"
    replication_key = "date_gmt"
    look_back = timedelta(days=14)
    deleted_path = f"{API}/comments/{{id}}"

    def since(self, moment: datetime) -> Mapping[str, Any]:  # noqa: D102
        return {"after": written(moment)}


class Users(WordPressStream):
    """Users of the site: authors for the public, everyone for a user who may list them."""

    name = "users"
    path = f"{API}/users"
    params = {"orderby": "id", "order": "asc"}  # noqa: RUF012
