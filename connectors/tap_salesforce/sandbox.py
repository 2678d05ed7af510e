"""A stand-in for a Salesforce org: describes, SOQL in small, Bulk API 2.0 queries, OAuth 2.

python -m connectors.tap_salesforce.sandbox --data FILE --port 0
"""

import csv
import io
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import jwt
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.sandbox.command import command
from connectors.sandbox.server import Sandbox

Row = dict[str, Any]
SECRET = "sandbox-secret"  # noqa: S105
SOQL = re.compile(r"SELECT (?P<names>\S+) FROM (?P<of>\w+)(?: WHERE (?P<key>\w+) >= (?P<at>\S+))?")


class SalesforceSandbox(Sandbox):
    """Serves rows by object; rows with `IsDeleted` lie in the recycle bin."""

    open_paths = frozenset({"/services/oauth2/token"})
    page = 200
    """Rows of one REST answer; a real org decides by their width."""

    def __init__(
        self,
        describes: Mapping[str, Mapping[str, Any]],
        rows: Mapping[str, Iterable[Mapping[str, Any]]],
        now: Callable[[], float] = time.time,
    ) -> None:
        """Take describes and rows by object's API name."""
        self.describes = describes
        self.objects = {n: {row["Id"]: dict(row) for row in held} for n, held in rows.items()}
        self.public_key = ""
        """PEM of the connected app's certificate."""
        self.jobs: dict[str, Row] = {}
        self.spent = False
        super().__init__(now)

    def write(self, object_: str, id_: str, **values: Any) -> None:
        """Create or change a row; `IsDeleted=True` throws it into the bin."""
        stamp = f"{datetime.fromtimestamp(self.now(), UTC):%Y-%m-%dT%H:%M:%S.000+0000}"
        old = self.objects[object_].get(id_, {"Id": id_, "IsDeleted": False})
        self.objects[object_][id_] = {**old, **values, "SystemModstamp": stamp}

    def quota(self, left: int, reset: float) -> dict[str, str]:
        """Tell the org's requests of 24 hours."""
        return {"Sforce-Limit-Info": f"api-usage={self.limit - left}/{self.limit}"}

    def refusal(self, status: int) -> Response:
        """Say no as Salesforce does: a list of errors."""
        code = {401: "INVALID_SESSION_ID", 403: "REQUEST_LIMIT_EXCEEDED", 400: "MALFORMED_QUERY"}
        return JSONResponse(
            [{"message": "No.", "errorCode": code.get(status, "NOT_FOUND")}], status
        )

    def routes(self) -> Sequence[Route]:
        """Return the endpoints the tap asks."""
        api = "/services/data/v{version}"
        return [
            Route("/services/oauth2/token", self._token, methods=["POST"]),
            Route(f"{api}/limits", self._limits),
            Route(f"{api}/sobjects/{{object}}/describe", self._describe),
            Route(f"{api}/queryAll", self._query),
            Route(f"{api}/query/{{locator}}", self._more),
            Route(f"{api}/jobs/query", self._job, methods=["POST"]),
            Route(f"{api}/jobs/query/{{job}}", self._state),
            Route(f"{api}/jobs/query/{{job}}/results", self._results),
        ]

    async def _token(self, request: Request) -> Response:
        form = {name: held[0] for name, held in parse_qs((await request.body()).decode()).items()}
        good = form.get("client_secret") == SECRET
        if "assertion" in form:
            audience = "https://login.salesforce.com"
            try:
                jwt.decode(
                    form["assertion"],
                    self.public_key,
                    ["RS256"],
                    audience=audience,
                    options={"require": ["iss", "sub", "exp"], "verify_exp": False},
                )
                good = True
            except jwt.PyJWTError:
                good = False
        if not good:
            return JSONResponse({"error": "invalid_grant", "error_description": "No."}, 400)
        return JSONResponse({"access_token": "sandbox-token", "instance_url": "", "id": ""})

    async def _limits(self, request: Request) -> Response:
        return JSONResponse({"DailyApiRequests": {"Max": self.limit, "Remaining": self.limit}})

    async def _describe(self, request: Request) -> Response:
        described = self.describes.get(request.path_params["object"])
        return JSONResponse(described) if described else self.refusal(404)

    async def _query(self, request: Request) -> Response:
        if self.spent:
            return self.refusal(403)
        found = self._found(request.query_params["q"])
        return self._shown(found, 0, request) if found is not None else self.refusal(400)

    async def _more(self, request: Request) -> Response:
        job, _, start = request.path_params["locator"].partition("-")
        return self._shown(self.jobs[job]["rows"], int(start), request)

    def _shown(self, found: list[Row], start: int, request: Request) -> Response:
        counted = request.query_params.get("q", "").startswith("SELECT COUNT()")
        shown = [] if counted else found[start : start + self.page]
        rows = [{"attributes": {"type": "x", "url": "x"}, **row} for row in shown]
        body: Row = {"totalSize": len(found), "done": True, "records": rows}
        if not counted and len(found) > start + self.page:
            job = f"01g{len(self.jobs)}"
            self.jobs[job] = {"rows": found}
            api = f"/services/data/v{request.path_params['version']}"
            body |= {"done": False, "nextRecordsUrl": f"{api}/query/{job}-{start + self.page}"}
        return JSONResponse(body)

    def _found(self, soql: str) -> list[Row] | None:
        asked = SOQL.fullmatch(soql)
        if asked is None or asked["of"] not in self.objects:
            return None
        names = asked["names"].split(",")
        known = {field["name"] for field in self.describes[asked["of"]]["fields"]}
        if names != ["COUNT()"] and not known >= set(names):
            return None
        rows = list(self.objects[asked["of"]].values())
        if asked["at"]:
            since = datetime.fromisoformat(asked["at"])
            rows = [row for row in rows if datetime.fromisoformat(row[asked["key"]]) >= since]
        return [{name: row.get(name) for name in names} for row in rows]

    async def _job(self, request: Request) -> Response:
        asked = await request.json()
        rows = self._found(asked["query"])
        if rows is None or asked["operation"] != "queryAll" or "COUNT()" in asked["query"]:
            return self.refusal(400)
        job = f"750{len(self.jobs)}"
        self.jobs[job] = {"rows": rows, "state": "InProgress"}
        return JSONResponse({"id": job, "operation": "queryAll", "state": "UploadComplete"})

    async def _state(self, request: Request) -> Response:
        job = self.jobs[request.path_params["job"]]
        state, job["state"] = job["state"], "JobComplete"
        return JSONResponse({"id": request.path_params["job"], "state": state})

    async def _results(self, request: Request) -> Response:
        rows = self.jobs[request.path_params["job"]]["rows"]
        asked = request.query_params
        start, size = int(asked.get("locator", 0)), int(asked["maxRecords"])
        out = io.StringIO()
        table = csv.DictWriter(out, list(rows[0]))
        table.writeheader()
        for row in rows[start : start + size]:
            table.writerow(
                {n: str(v).lower() if isinstance(v, bool) else v for n, v in row.items()}
            )
        more = str(start + size) if len(rows) > start + size else "null"
        return Response(out.getvalue(), 200, {"Sforce-Locator": more}, media_type="text/csv")


def main() -> None:
    """Serve a JSON file of `{describes, rows}` until stopped."""
    command(lambda whole: SalesforceSandbox(whole["describes"], whole["rows"]), __doc__)


if __name__ == "__main__":
    main()
