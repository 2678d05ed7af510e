"""A stand-in for a Tryton database's JSON-RPC, as trytond 8.2 answered on this tap's questions.

python -m connectors.tap_tryton.sandbox --data FILE --port 0
"""

import base64
import operator
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from connectors.sandbox.command import command
from connectors.sandbox.server import Sandbox

Row = dict[str, Any]
PARTS = ("year", "month", "day", "hour", "minute", "second", "microsecond")
COMPARE = {
    "=": operator.eq,
    ">": operator.gt,
    ">=": operator.ge,
    "<=": operator.le,
}


class TrytonSandbox(Sandbox):
    """Serves records by model; relations are nested in them, instants are ISO text."""

    def __init__(
        self,
        models: Mapping[str, Iterable[Mapping[str, Any]]],
        now: Callable[[], float] = time.time,
    ) -> None:
        """Take the records of each model."""
        self.models = {
            name: {row["id"]: dict(row) for row in rows} for name, rows in models.items()
        }
        self.unreadable: set[str] = set()
        """Models that our user may not read."""
        super().__init__(now)

    def authorised(self, request: Request) -> bool:
        """Tell whether a request is `admin`'s, whose password is the token."""
        pair = base64.b64decode(request.headers.get("authorization", "").partition(" ")[2])
        user, _, password = pair.decode().partition(":")
        return user == "admin" and password in self.tokens

    def refusal(self, status: int) -> Response:
        """Say no as Tryton does: in no words."""
        return PlainTextResponse("", status)

    def quota(self, left: int, reset: float) -> dict[str, str]:
        """Tell nothing: Tryton does not."""
        return {}

    def routes(self) -> Sequence[Route]:
        """Return the one endpoint."""
        return [Route("/{database}/rpc/", self._call, methods=["POST"])]

    async def _call(self, request: Request) -> Response:
        if request.path_params["database"] != "crm":
            return PlainTextResponse("Database 'x' doesn't exist!", 503)
        asked = await request.json()
        model, _, method = asked["method"].removeprefix("model.").rpartition(".")
        if model in self.unreadable:
            return JSONResponse({"id": asked["id"], "error": ["AccessError", ["No.", "", None]]})
        if model not in self.models:
            return JSONResponse({"id": asked["id"], "error": [f"'{model}'", ""]})
        answer = getattr(self, f"_{method}")(self.models[model], *asked["params"][:-1])
        return JSONResponse({"id": asked["id"], "result": answer})

    def _found(self, rows: Mapping[int, Row], domain: list[Any]) -> list[Row]:
        return [rows[key] for key in sorted(rows) if all(_holds(rows[key], c) for c in domain)]

    def _search_count(self, rows: Mapping[int, Row], domain: list[Any]) -> int:
        return len(self._found(rows, domain))

    def _search(
        self, rows: Mapping[int, Row], domain: list[Any], offset: int, limit: int, order: Any
    ) -> list[int]:
        return [row["id"] for row in self._found(rows, domain)[offset : offset + limit]]

    def _search_read(self, rows: Mapping[int, Row], *params: Any) -> list[Row]:
        domain, offset, limit, _, fields = params
        found = self._found(rows, domain)[offset : offset + limit]
        return [_read(row, fields) for row in found]


def _values(row: Mapping[str, Any], path: str) -> list[Any]:
    name, _, rest = path.partition(".")
    held = row.get(name)
    if not rest:
        return [held]
    parts = held if isinstance(held, list) else [held] if held else []
    return [value for part in parts for value in _values(part, rest)]


def _holds(row: Mapping[str, Any], clause: list[Any]) -> bool:
    if clause[0] == "OR":
        return any(_holds(row, inner) for inner in clause[1:])
    path, compare, wanted = clause
    if isinstance(wanted, dict):
        wanted = datetime(*(wanted[part] for part in PARTS)).replace(tzinfo=UTC).isoformat()
    values = [value for value in _values(row, path) if value is not None]
    return any(COMPARE[compare](value, wanted) for value in values)


def _read(row: Mapping[str, Any], fields: Sequence[str]) -> Row:
    made: Row = {"id": row["id"]}
    for name in {field.partition(".")[0] for field in fields}:
        inner = [f.partition(".")[2] for f in fields if f.startswith(f"{name}.")]
        held = row.get(name)
        if inner and isinstance(held, list):
            made[f"{name}."] = [_read(part, inner) for part in held]
        elif inner:
            made[f"{name}."] = _read(held, inner) if held else None
        else:
            made[name] = _typed(name, held)
    return made


def _typed(name: str, value: Any) -> Any:
    if value is not None and name in {"create_date", "write_date"}:
        at = datetime.fromisoformat(value)
        return {"__class__": "datetime", **{part: getattr(at, part) for part in PARTS}}
    if value is not None and name in {"start_date", "end_date"}:
        year, month, day = (int(part) for part in value.split("-"))
        return {"__class__": "date", "year": year, "month": month, "day": day}
    if value is not None and name == "amount":
        return {"__class__": "Decimal", "decimal": value}
    return int(value) if isinstance(value, bool) else value


def main() -> None:
    """Serve a JSON file with lists of records by model until stopped."""
    command(TrytonSandbox, __doc__)


if __name__ == "__main__":
    main()
