"""Odoo's JSON-RPC: `execute_kw` on one endpoint, errors inside 200 answers.

Source: https://www.odoo.com/documentation/14.0/developer/misc/api/odoo.html; Odoo announces the
end of this endpoint for version 22. Errors carry the server's exception class in `data.name`.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from connectors.tap_base.errors import AnswerError, AuthorisationError, MissingError, TransientError
from connectors.tap_base.http import Client
from connectors.tap_base.paging import Answer, Request

BUSY = {"OperationalError", "SerializationFailure", "LockNotAvailable"}
MISSING = "does not exist"
"""How PostgreSQL says that there is no such database."""
EVERYTHING = {"active_test": False}
"""The context in which archived records are seen too."""


class OdooClient(Client):
    """Calls reading methods of models as one user; the key is added when a call is sent."""

    _uid: int | None = None

    def decode(self, content: bytes, headers: Mapping[str, str]) -> Any:
        """Keep every digit of amounts: numbers with a point are read as text."""
        body = json.loads(content, parse_float=str)
        kind, words = _error(body) if isinstance(body, dict) else (None, "")
        if kind in BUSY and MISSING not in words:
            raise TransientError("the server is busy")
        return body

    def error_in(self, answer: Answer) -> str | None:
        """Name the exception; its words may hold data.

        Raises:
            AuthorisationError: Our key is refused, or may not read the model.
            AnswerError: There is no such database.
            MissingError: The model's module is not installed.
        """
        if not isinstance(answer.body, dict):
            return "no answer of JSON-RPC"
        kind, words = _error(answer.body)
        place = answer.request.place
        if kind == "AccessDenied":
            raise AuthorisationError("the source refuses our key", self.how, place=place)
        if kind == "AccessError":
            fix = "let the user's groups read the model, or deselect the stream"
            raise AuthorisationError("our user may not read this", fix, place=place)
        if MISSING in words:
            raise AnswerError("the server has no such database", "check database", place=place)
        if words.startswith("Object ") or kind == "KeyError":
            raise MissingError("there is no such model", "install its module", place=place)
        return kind

    @property
    def how(self) -> str:
        """How to get a key."""
        return f"make an API key at {self.base_url}/web under Preferences, Account Security"

    @property
    def uid(self) -> int:
        """The user's number: one request per run."""
        with self._lock:
            if self._uid is None:
                names = ("database", "username", "api_key")
                args = [str(self.config[name]) for name in names]
                found = super().send(_wire("common", "login", args, "common.login")).body["result"]
                if not found:
                    raise AuthorisationError("the source refuses our user or key", self.how)
                self._uid = int(found)
            return self._uid

    def send(self, request: Request) -> Answer:
        """Send a call that `request` made; the answer's request has no key in it."""
        who = [str(self.config["database"]), self.uid, str(self.config["api_key"])]
        call = request.json
        args = [*who, call["model"], call["method"], call["args"], call["named"]]
        answer = super().send(_wire("object", "execute_kw", args, request.label))
        return replace(answer, request=request)

    def request(self, model: str, method: str, *args: Any, **named: Any) -> Request:
        """Make the question."""
        named = {**named, "context": EVERYTHING}
        call = {"model": model, "method": method, "args": list(args), "named": named}
        return Request("jsonrpc", method="POST", json=call, label=f"{model}.{method}")

    def ask(self, model: str, method: str, *args: Any, **named: Any) -> Any:
        """Ask for one thing."""
        return self.send(self.request(model, method, *args, **named)).body["result"]


def _wire(service: str, method: str, args: list[Any], label: str) -> Request:
    params = {"service": service, "method": method, "args": args}
    body = {"jsonrpc": "2.0", "method": "call", "id": 1, "params": params}
    return Request("jsonrpc", method="POST", json=body, label=label)


def _error(body: Mapping[str, Any]) -> tuple[str | None, str]:
    if not isinstance(error := body.get("error"), dict):
        return None, ""
    data = error.get("data") or {}
    name = str(data.get("name") or "an error object")
    return name.rpartition(".")[2], str(data.get("message") or "")
