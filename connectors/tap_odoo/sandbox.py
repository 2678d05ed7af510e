"""A stand-in for an Odoo database's JSON-RPC, as Odoo 14 answered on this tap's questions.

python -m connectors.tap_odoo.sandbox --data FILE --port 0
"""

import operator
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.sandbox.command import command
from connectors.sandbox.server import Sandbox

Row = dict[str, Any]
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    ">": operator.gt,
    ">=": operator.ge,
    "<=": operator.le,
    "not in": lambda value, wanted: value not in wanted,
}
USER = 2


class OdooSandbox(Sandbox):
    """Serves records by model, each with the fields and types given for it."""

    def __init__(
        self,
        kinds: Mapping[str, Mapping[str, str]],
        models: Mapping[str, Iterable[Mapping[str, Any]]],
        now: Callable[[], float] = time.time,
    ) -> None:
        """Take field types and records of each installed model."""
        self.kinds = kinds
        self.models = {
            name: {row["id"]: dict(row) for row in rows} for name, rows in models.items()
        }
        self.hidden: set[int] = set()
        """Ids of messages that our user may not see: they are missing from pages."""
        self.unreadable: set[str] = set()
        """Models that our user may not read."""
        super().__init__(now)

    def authorised(self, request: Request) -> bool:
        """Let every request in: the key is in the call."""
        return True

    def quota(self, left: int, reset: float) -> dict[str, str]:
        """Tell nothing: Odoo does not."""
        return {}

    def routes(self) -> list[Route]:
        """Return the one endpoint."""
        return [Route("/jsonrpc", self._call, methods=["POST"])]

    async def _call(self, request: Request) -> Response:
        params = (await request.json())["params"]
        database, user, key, *rest = params["args"]
        if database != "crm":
            said = f'FATAL:  database "{database}" does not exist'
            return _refused("psycopg2.OperationalError", said)
        if params["service"] == "common":
            return _result(USER if user == "admin" and key in self.tokens else False)
        if user != USER or key not in self.tokens:
            return _refused("odoo.exceptions.AccessDenied", "Access Denied")
        model, method, args, named = rest
        if model not in self.models:
            return _refused("odoo.exceptions.UserError", f"Object {model} doesn't exist")
        if model in self.unreadable and method != "fields_get":
            return _refused("odoo.exceptions.AccessError", "You are not allowed to")
        return _result(getattr(self, f"_{method}")(model, *args, **named))

    def _fields_get(self, model: str, names: list[str], **named: Any) -> dict[str, Row]:
        known = self.kinds[model]
        return {name: {"type": known[name]} for name in names if name in known}

    def _found(self, model: str, domain: list[Any], named: Mapping[str, Any]) -> list[Row]:
        rows, everything = self.models[model], named["context"].get("active_test") is False
        found = [
            rows[key]
            for key in sorted(rows)
            if (everything or rows[key].get("active", True))
            and all(COMPARE[how](rows[key].get(name), wanted) for name, how, wanted in domain)
        ]
        cut = found[: named.get("limit")]
        return [row for row in cut if model != "mail.message" or row["id"] not in self.hidden]

    def _search_count(self, model: str, domain: list[Any], **named: Any) -> int:
        return len(self._found(model, domain, named))

    def _search(self, model: str, domain: list[Any], **named: Any) -> list[int]:
        return [row["id"] for row in self._found(model, domain, named)]

    def _search_read(self, model: str, domain: list[Any], **named: Any) -> list[Row]:
        fields = ["id", *named["fields"]]
        found = self._found(model, domain, named)
        return [{name: row.get(name, False) for name in fields} for row in found]


def _result(value: Any) -> Response:
    return JSONResponse({"jsonrpc": "2.0", "id": 1, "result": value})


def _refused(kind: str, words: str) -> Response:
    data = {"name": kind, "debug": "Traceback", "message": words, "arguments": [words]}
    error = {"code": 200, "message": "Odoo Server Error", "data": data}
    return JSONResponse({"jsonrpc": "2.0", "id": 1, "error": error})


def main() -> None:
    """Serve a JSON file with `kinds` and `models` until stopped."""
    command(lambda whole: OdooSandbox(whole["kinds"], whole["models"]), __doc__)


if __name__ == "__main__":
    main()
