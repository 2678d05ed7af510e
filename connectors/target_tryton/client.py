"""Tryton's JSON-RPC: one endpoint per database, HTTP Basic, errors inside 200 answers.

Source: trytond 8.2, `trytond/protocols/jsonrpc.py`.
"""

from typing import Any

from connectors.tap_base.auth import Auth, basic
from connectors.tap_base.paging import Request
from connectors.target_base.http import WriteClient
from connectors.target_base.wire import (
    BatchRejectedError,
    DeniedError,
    LostAnswerError,
    UnavailableError,
    WireError,
)


class ConcurrencyError(WireError):
    """A record changed since its timestamp was read; nothing of the batch was written."""


class AskedError(BatchRejectedError):
    """The server wants a person to confirm a warning; the message is the warning's name."""


class TrytonClient(WriteClient):
    """Calls methods of models; basic authorisation saves the sign-in request."""

    def authentication(self) -> Auth:
        """User and password of the hub's own Tryton user."""
        return basic(
            str(self.config["username"]),
            str(self.config["password"]),
            how="check username and password of target-tryton",
        )

    def _request(self, call: str, params: list[Any]) -> Request:
        body = {"id": 1, "method": call, "params": params}
        return Request(f"{self.config['database']}/rpc/", method="POST", json=body, label=call)

    def question(self, model: str, method: str, *params: Any) -> Any:
        """Ask; `params` end with the context."""
        answer = self.ask(self._request(f"model.{model}.{method}", list(params)))
        if answer is None:
            raise UnavailableError(
                f"tryton: no database {self.config['database']} at {self.base_url}; check database"
            )
        return self._result(answer.body)

    def command(self, model: str, method: str, *params: Any) -> Any:
        """Write, once."""
        return self.call(f"model.{model}.{method}", *params)

    def call(self, name: str, *params: Any) -> Any:
        """Call anything that may change something, once."""
        return self._result(self.write(self._request(name, list(params))).body)

    def _result(self, body: Any) -> Any:
        if not isinstance(body, dict):
            raise LostAnswerError("tryton: the answer is not one of JSON-RPC")
        if "error" not in body:
            return body.get("result")
        name, words = _said(body["error"])
        if name == "ConcurrencyException":
            raise ConcurrencyError(words)
        if name == "UserWarning":
            raise AskedError(words)
        if name == "AccessError" or "not allowed to" in words:
            raise DeniedError(f"tryton: {words}")
        if name in {"RateLimitException", "OperationalError"}:
            raise LostAnswerError("tryton: the server is busy")
        raise BatchRejectedError(words)


def _said(error: Any) -> tuple[str, str]:
    """Return the exception's name and its words out of `[name, [words, ...]]`."""
    name = str(error[0]) if isinstance(error, list) and error else "error"
    detail = error[1] if isinstance(error, list) and len(error) > 1 else ""
    words = str(detail[0]) if isinstance(detail, list) and detail else str(detail)
    return name, words.strip() or f"the server refused it ({name.strip(chr(39))})"
