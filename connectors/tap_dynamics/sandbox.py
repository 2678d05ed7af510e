"""A stand-in for Dataverse's Web API, after its public reference: pages, change tracking.

python -m connectors.tap_dynamics.sandbox --data FILE --port 0
"""

import re
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.sandbox.command import command
from connectors.sandbox.server import Sandbox

Row = dict[str, Any]
API = "/api/data/v9.2"
SECRET = "sandbox-secret"  # noqa: S105
KEYS = {
    "contacts": "contactid",
    "accounts": "accountid",
    "leads": "leadid",
    "opportunities": "opportunityid",
    "incidents": "incidentid",
}


class DynamicsSandbox(Sandbox):
    """Serves rows by table and remembers in which order they changed."""

    open_paths = frozenset({"/token"})

    def __init__(
        self,
        tables: Mapping[str, Iterable[Mapping[str, Any]]],
        now: Callable[[], float] = time.time,
    ) -> None:
        """Take the rows of each table."""
        self.tables: dict[str, dict[str, Row]] = {name: {} for name in tables}
        self.changes: dict[str, dict[str, int]] = {name: {} for name in tables}
        self.version = 1
        self.untracked: set[str] = set()
        """Tables without change tracking."""
        self.oldest = 0
        """The oldest version that a change token may name."""
        for name, rows in tables.items():
            for row in rows:
                self.write(name, row)
        super().__init__(now)

    def write(self, table: str, row: Mapping[str, Any]) -> None:
        """Create or change a row."""
        self.version += 1
        key = row[KEYS[table]]
        self.tables[table][key] = {**self.tables[table].get(key, {}), **row}
        self.changes[table][key] = self.version

    def delete(self, table: str, key: str) -> None:
        """Delete a row."""
        self.version += 1
        del self.tables[table][key]
        self.changes[table][key] = self.version

    def quota(self, left: int, reset: float) -> dict[str, str]:
        """Tell the service protection limits as Dataverse does."""
        return {"x-ms-ratelimit-burst-remaining-xrm-requests": str(left)}

    def refusal(self, status: int) -> Response:
        """Say no as Dataverse does."""
        return _refused(status, "0x80060888" if status == 400 else "0x80072560")

    def routes(self) -> list[Route]:
        """Return the endpoints the tap asks."""
        return [
            Route("/token", self._token, methods=["POST"]),
            Route(f"{API}/WhoAmI", self._who),
            Route(f"{API}/{{table}}", self._list),
        ]

    async def _token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        if form["client_secret"] != SECRET or not form["scope"].endswith("/.default"):
            return JSONResponse({"error": "invalid_client"}, 401)
        return JSONResponse({"access_token": "sandbox-token", "expires_in": 3599})

    async def _who(self, request: Request) -> Response:
        return JSONResponse({"UserId": "0"})

    async def _list(self, request: Request) -> Response:
        table, asked = request.path_params["table"], dict(request.query_params)
        prefer = request.headers.get("prefer", "")
        if table in self.untracked and "odata.track-changes" in prefer:
            return _refused(400, "0x80072491")
        if table not in self.tables or "$skip" in asked:
            return _refused(404 if "$skip" not in asked else 400, "0x80060888")
        base = str(request.base_url).rstrip("/") + f"{API}/{table}?$select={asked['$select']}"
        size = int((re.search(r"odata\.maxpagesize=(\d+)", prefer) or [0, 5000])[1])
        after, page, upto = 0, 1, self.version
        if token := asked.get("$deltatoken"):
            after = int(token)
            if after < self.oldest:
                return _refused(400, "0x80044352")
        if token := asked.get("$skiptoken"):
            after, page, upto = (int(part) for part in token.split("-"))
        changed = self.changes[table]
        keys = sorted(key for key in changed if changed[key] > after)
        keys = [key for key in keys if after or key in self.tables[table]]
        shown = keys[(page - 1) * size : page * size]
        made = [self._row(table, key, asked["$select"].split(",")) for key in shown]
        body: Row = {"@odata.context": f"$metadata#{table}", "value": made}
        if len(keys) > page * size:
            body["@odata.nextLink"] = f"{base}&$skiptoken={after}-{page + 1}-{upto}"
        elif "odata.track-changes" in prefer:
            body["@odata.deltaLink"] = f"{base}&$deltatoken={upto}"
        return JSONResponse(body)

    def _row(self, table: str, key: str, columns: list[str]) -> Row:
        row = self.tables[table].get(key)
        if row is None:
            return {
                "@odata.context": f"$metadata#{table}/$deletedEntity",
                "id": key,
                "reason": "deleted",
            }
        made = {"@odata.etag": f'W/"{self.changes[table][key]}"'}
        for name, value in row.items():
            if name.partition("@")[0] in columns:
                made[name] = value
        return made


def _refused(status: int, code: str) -> Response:
    return JSONResponse({"error": {"code": code, "message": "No."}}, status)


def main() -> None:
    """Serve a JSON file with lists of rows by table until stopped."""
    command(DynamicsSandbox, __doc__)


if __name__ == "__main__":
    main()
