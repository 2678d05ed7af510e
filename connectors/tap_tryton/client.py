"""Tryton's JSON-RPC: one endpoint per database, HTTP Basic, errors inside 200 answers.

Source: trytond 8.2, `trytond/protocols/jsonrpc.py`.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from connectors.tap_base.auth import Auth, basic
from connectors.tap_base.errors import AnswerError, AuthorisationError, TransientError
from connectors.tap_base.http import Client
from connectors.tap_base.instants import written
from connectors.tap_base.paging import Answer, Request

PARTS = ("year", "month", "day", "hour", "minute", "second", "microsecond")
EVERYTHING = {"active_test": False}
"""The context in which archived records are seen too."""


class TrytonClient(Client):
    """Calls reading methods of models."""

    def authentication(self) -> Auth:
        """Authorise each request: no session to keep."""
        user, password = str(self.config["username"]), str(self.config["password"])
        return basic(user, password, how="check username and password in the configuration")

    def decode(self, content: bytes, headers: Mapping[str, str]) -> Any:
        """Read times as text and decimals as their exact digits."""
        body = json.loads(content, object_hook=plain)
        if isinstance(body, dict) and _kind(body) in {"RateLimitException", "OperationalError"}:
            raise TransientError("the server is busy")
        return body

    def error_in(self, answer: Answer) -> str | None:
        """Name the exception; its words may hold data.

        Raises:
            AuthorisationError: Our user may not read the model.
        """
        kind = _kind(answer.body) if isinstance(answer.body, dict) else "no answer of JSON-RPC"
        if kind == "AccessError":
            fix = "let the user's groups read the model, or deselect the stream"
            raise AuthorisationError("our user may not read this", fix, place=answer.request.place)
        return kind

    def explain(self, status: int, content: bytes) -> None:
        """Tell a database that is not there from a server that is down."""
        if status == 503 and b"Database" in content:
            raise AnswerError("the server has no such database", "correct database")

    def request(self, model: str, method: str, *params: Any) -> Request:
        """Make the question; every call ends with the context."""
        call = f"model.{model}.{method}"
        body = {"id": 1, "method": call, "params": [*params, EVERYTHING]}
        return Request(f"{self.config['database']}/rpc/", method="POST", json=body, label=call)

    def ask(self, model: str, method: str, *params: Any) -> Any:
        """Ask for one thing."""
        return self.send(self.request(model, method, *params)).body["result"]


def _kind(body: Mapping[str, Any]) -> str | None:
    error = body.get("error")
    return str(error[0]).strip("'") if isinstance(error, list) and error else None


def plain(value: dict[str, Any]) -> Any:
    """Turn Tryton's typed objects into text."""
    kind = value.get("__class__")
    if kind == "datetime":
        return written(datetime(*(value[part] for part in PARTS)).replace(tzinfo=UTC))
    if kind == "date":
        return f"{value['year']:04}-{value['month']:02}-{value['day']:02}"
    if kind == "Decimal":
        return str(value["decimal"])
    return value


def spelled(moment: datetime) -> dict[str, Any]:
    """Write an instant as a domain wants it."""
    utc = moment.astimezone(UTC)
    return {"__class__": "datetime", **{part: getattr(utc, part) for part in PARTS}}
