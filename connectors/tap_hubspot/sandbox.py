"""A stand-in for HubSpot's CRM v3, held to the vendor's OpenAPI files: search, lists, links.

python -m connectors.tap_hubspot.sandbox --data FILE --port 0
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.sandbox.command import command
from connectors.sandbox.server import Sandbox

Wire = dict[str, Any]
CAP = 10_000
TOKEN_INFO = "/oauth/v2/private-apps/get/access-token-info"  # noqa: S105


class HubspotSandbox(Sandbox):
    """Serves objects by type, given as `{id, properties, createdAt, updatedAt, links}`."""

    open_paths = frozenset({"/oauth/v1/token"})

    def __init__(
        self,
        objects: Mapping[str, Iterable[Mapping[str, Any]]],
        owners: Iterable[Mapping[str, Any]] = (),
        now: Callable[[], float] = time.time,
    ) -> None:
        """Take the objects; `links` names ids by type of object."""
        self.objects = {t: {o["id"]: dict(o) for o in held} for t, held in objects.items()}
        self.owners = [dict(owner) for owner in owners]
        self.scopes = ["crm.objects.contacts.read"]
        super().__init__(now)

    def write(self, type_: str, id_: str, **properties: str) -> None:
        """Change a record, or archive it with `archived="true"`."""
        moment = f"{datetime.fromtimestamp(self.now(), UTC):%Y-%m-%dT%H:%M:%S.000Z}"
        one = self.objects[type_].setdefault(id_, {"id": id_, "createdAt": moment})
        one["updatedAt"] = moment
        if properties.pop("archived", ""):
            one["archivedAt"] = moment
        one["properties"] = {**one.get("properties", {}), **properties}
        one["properties"]["lastmodifieddate"] = one["properties"]["hs_lastmodifieddate"] = moment

    def quota(self, left: int, reset: float) -> dict[str, str]:
        """Tell the quota as HubSpot does: what is left, and the window's length."""
        return {
            "X-HubSpot-RateLimit-Remaining": str(left),
            "X-HubSpot-RateLimit-Max": str(self.limit),
            "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
        }

    def refusal(self, status: int) -> Response:
        """Say no as HubSpot does."""
        category = {401: "INVALID_AUTHENTICATION", 429: "RATE_LIMITS"}.get(status, "NOT_FOUND")
        body = {"status": "error", "message": "No.", "category": category, "correlationId": "c"}
        return JSONResponse(body, status)

    def routes(self) -> Sequence[Route]:
        """Return the endpoints the tap asks."""
        root = "/crm/v3/objects/{type}"
        links = "/crm/v4/associations/{type}/{to}/batch/read"
        return [
            Route("/oauth/v1/token", self._token, methods=["POST"]),
            Route(TOKEN_INFO, self._info, methods=["POST"]),
            Route("/account-info/v3/details", self._info),
            Route("/crm/v3/owners", self._owners),
            Route(f"{root}/search", self._search, methods=["POST"]),
            Route(root, self._list),
            Route(links, self._links, methods=["POST"]),
        ]

    async def _token(self, request: Request) -> Response:
        if b"sandbox-refresh" not in await request.body():
            return self.refusal(401)
        return JSONResponse({"access_token": "sandbox-token", "expires_in": 1800})

    async def _info(self, request: Request) -> Response:
        return JSONResponse({"scopes": self.scopes})

    async def _owners(self, request: Request) -> Response:
        gone = request.query_params.get("archived") == "true"
        return JSONResponse({"results": [o for o in self.owners if o["archived"] == gone]})

    async def _search(self, request: Request) -> Response:
        held, asked = self.objects[request.path_params["type"]], await request.json()
        start, size = int(asked["after"]), asked["limit"]
        if start + size > CAP or size > 200 or asked["sorts"] != ["hs_object_id"]:
            return self.refusal(400)
        filters = [one for group in asked["filterGroups"] for one in group["filters"]]
        found = [
            one
            for one in sorted(held.values(), key=lambda one: int(one["id"]))
            if "archivedAt" not in one and all(_passes(one, each) for each in filters)
        ]
        shown = [_shown(one, asked["properties"]) for one in found[start : start + size]]
        body: Wire = {"total": len(found), "results": shown}
        if len(found) > start + size:
            body["paging"] = {"next": {"after": str(start + size)}}
        return JSONResponse(body)

    async def _list(self, request: Request) -> Response:
        held, asked = self.objects[request.path_params["type"]], request.query_params
        gone = asked.get("archived") == "true"
        found = [one for one in held.values() if ("archivedAt" in one) == gone]
        start, size = int(asked.get("after", 0)), int(asked.get("limit", 10))
        names = asked.get("properties", "").split(",")
        body: Wire = {"results": [_shown(one, names) for one in found[start : start + size]]}
        if len(found) > start + size:
            body["paging"] = {"next": {"after": str(start + size)}}
        return JSONResponse(body)

    async def _links(self, request: Request) -> Response:
        held, to = self.objects[request.path_params["type"]], request.path_params["to"]
        results, errors = [], []
        for one in (await request.json())["inputs"]:
            ends = held[one["id"]].get("links", {}).get(to)
            if ends:
                told = [{"toObjectId": int(end), "associationTypes": []} for end in ends]
                results.append({"from": {"id": one["id"]}, "to": told})
            else:
                errors.append({"status": "error", "category": "OBJECT_NOT_FOUND"})
        return JSONResponse(
            {"status": "COMPLETE", "results": results, "errors": errors}, 207 if errors else 200
        )


def _passes(one: Wire, each: Mapping[str, str]) -> bool:
    if each["propertyName"] == "hs_object_id":
        return int(one["id"]) > int(each["value"])
    told = datetime.fromisoformat(one["properties"][each["propertyName"]])
    return told.timestamp() * 1000 >= int(each["value"])


def _shown(one: Wire, names: Sequence[str]) -> Wire:
    kept = {name: value for name, value in one["properties"].items() if name in names}
    times = {name: one[name] for name in ("createdAt", "updatedAt", "archivedAt") if name in one}
    return {"id": one["id"], "properties": kept, **times, "archived": "archivedAt" in one}


def main() -> None:
    """Serve a JSON file of `{objects, owners}` until stopped."""
    command(lambda whole: HubspotSandbox(whole["objects"], whole.get("owners", ())), __doc__)


if __name__ == "__main__":
    main()
