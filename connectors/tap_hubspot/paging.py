"""Searches end at 10,000 results: the next window begins after the last record's id."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from connectors.tap_base.paging import Answer, Cursor, Request

CAP = 10_000
"""Asking for anything beyond answers 400."""
PAGE = 200
LISTED = 100


@dataclass(frozen=True)
class Windows(Cursor):
    """Searches ordered by id, in windows of `CAP`; lists (GET) page by their cursor.

    Ids are unique and never change, so neither equal timestamps nor edits meanwhile can shift a
    window. `modified` names the property that a bookmark goes by; it comes as the parameter
    `since` and goes into the search's filter.
    """

    param: str = "after"
    at: str = "paging.next.after"
    total_at: str = "total"

    def first(self, request: Request) -> Request:  # noqa: D102
        if request.method == "GET":
            return replace(request, params={**request.params, "limit": LISTED})
        params = dict(request.params)
        since, modified = params.pop("since", None), params.pop("modified", None)
        filters = [{"propertyName": modified, "operator": "GTE", "value": since}] if since else []
        asked = {**request.json, "filterGroups": [{"filters": filters}] if filters else []}
        asked |= {"sorts": ["hs_object_id"], "limit": PAGE, "after": "0"}
        return replace(request, params=params, json=asked)

    def next(self, answer: Answer, rows: Sequence[Any]) -> Request | None:  # noqa: D102
        following = super().next(answer, rows)
        asked = following.json if following is not None else None
        if following is None or asked is None or int(asked["after"]) + PAGE <= CAP:
            return following
        groups = asked["filterGroups"] or [{"filters": []}]
        kept = [f for f in groups[0]["filters"] if f["propertyName"] != "hs_object_id"]
        beyond = {"propertyName": "hs_object_id", "operator": "GT", "value": rows[-1]["id"]}
        window = {**asked, "filterGroups": [{"filters": [*kept, beyond]}], "after": "0"}
        return replace(following, json=window)
