"""Odoo's JSON-RPC: `execute_kw` on one endpoint, errors inside 200 answers.

Source: Odoo 14 external API; errors carry the server's exception class in `data.name`.
"""

from typing import Any

from connectors.tap_base.paging import Request
from connectors.target_base.http import WriteClient
from connectors.target_base.wire import (
    BatchRejectedError,
    DeniedError,
    LostAnswerError,
    UnavailableError,
    WireError,
)

_BUSY = ("OperationalError", "SerializationFailure", "LockNotAvailable")
_DENIED = ("AccessError", "AccessDenied")


class OdooClient(WriteClient):
    """Calls methods of models as one user."""

    _uid: int | None = None

    @property
    def session(self) -> str:
        """Who we are there: server, database and user with the id that signing in gave."""
        return f"{self._who}#{self._uid}" if self._uid else ""

    @session.setter
    def session(self, known: str) -> None:
        who, _, uid = known.rpartition("#")
        self._uid = int(uid) if who == self._who else None

    @property
    def _who(self) -> str:
        return f"{self.base_url} {self.config['database']} {self.config['username']}"

    def _request(self, service: str, method: str, args: list[Any], label: str) -> Request:
        params = {"service": service, "method": method, "args": args}
        body = {"jsonrpc": "2.0", "method": "call", "id": 1, "params": params}
        return Request("jsonrpc", method="POST", json=body, label=label)

    @property
    def uid(self) -> int:
        """The user's id: one request, unless it is remembered."""
        if self._uid is None:
            names = ("database", "username", "password")
            args = [str(self.config[name]) for name in names]
            answer = self.ask(self._request("common", "login", args, "common.login"))
            found = self._result(answer.body if answer else None)
            if not found:
                raise DeniedError("odoo: username or password is wrong; check them")
            self._uid = int(found)
        return self._uid

    def _call(self, model: str, method: str, args: list[Any], named: dict[str, Any]) -> Request:
        head = [str(self.config["database"]), self.uid, str(self.config["password"])]
        return self._request(
            "object", "execute_kw", [*head, model, method, args, named], f"{model}.{method}"
        )

    def question(self, model: str, method: str, *args: Any, **named: Any) -> Any:
        """Ask."""
        answer = self.ask(self._call(model, method, list(args), named))
        if answer is None:
            raise UnavailableError(f"odoo: no JSON-RPC at {self.base_url}; check base_url")
        return self._result(answer.body)

    def command(self, model: str, method: str, *args: Any, **named: Any) -> Any:
        """Write, once."""
        return self._result(self.write(self._call(model, method, list(args), named)).body)

    def _result(self, body: Any) -> Any:
        if not isinstance(body, dict):
            raise LostAnswerError("odoo: the answer is not one of JSON-RPC")
        if "error" not in body:
            return body.get("result")
        data = body["error"].get("data") or {}
        name = str(data.get("name", "")).rpartition(".")[2]
        words = str(data.get("message") or body["error"].get("message") or name)
        if name in _DENIED:
            self._uid = None
            raise DeniedError(f"odoo: {words.splitlines()[0]}")
        if name in _BUSY or "could not serialize" in words:
            raise LostAnswerError("odoo: the server is busy")
        if name == "KeyError" and "Traceback" not in words:
            raise WireError(f"odoo: unknown model or database ({words}); check object and database")
        raise BatchRejectedError(words)
