"""Salesforce's REST host: OAuth 2, JSON and CSV.

Source: Salesforce REST API v62; errors are lists of `{errorCode, message}`.
"""

from collections.abc import Mapping
from typing import Any

from connectors.tap_base.auth import Auth, TokenAuth, bearer
from connectors.tap_base.paging import Request
from connectors.target_base.http import WriteClient
from connectors.target_base.wire import BatchRejectedError, DeniedError, WireError

VERSION = "v62.0"
_HOW = "check the connected app of target-salesforce and its scopes (api, refresh_token)"
_DENIED = {"INSUFFICIENT_ACCESS", "API_DISABLED_FOR_ORG", "INVALID_SESSION_ID"}


class SalesforceClient(WriteClient):
    """One org."""

    def authentication(self) -> Auth:
        """A given session, else a refresh token, else the client's own grant."""
        config = self.config
        if token := config.get("access_token"):
            return bearer(str(token), how=_HOW)
        if not config.get("client_id"):
            raise WireError("target-salesforce: no credentials; set client_id and client_secret")

        def form() -> Mapping[str, str]:
            names = ("client_id", "client_secret", "refresh_token")
            given = {name: str(config[name]) for name in names if config.get(name)}
            grant = "refresh_token" if "refresh_token" in given else "client_credentials"
            return {"grant_type": grant, **given}

        url = f"{self.base_url}/services/oauth2/token"
        return TokenAuth(self.post_form, url=url, form=form, clock=self.clock, how=_HOW)

    def decode(self, content: bytes, headers: Mapping[str, str]) -> Any:
        """JSON, or the text of a CSV."""
        if "csv" in headers.get("content-type", ""):
            return content.decode("utf-8")
        return super().decode(content, headers)

    def question(self, path: str, **params: Any) -> Any:
        """Ask; None where the thing is not there."""
        answer = self.ask(Request(f"services/data/{VERSION}/{path}", params))
        return answer.body if answer else None

    def command(
        self, method: str, path: str, body: Any = None, *, csv: str | None = None, **params: Any
    ) -> Any:
        """Write, once."""
        headers = {"Content-Type": "text/csv; charset=UTF-8"} if csv is not None else {}
        request = Request(
            f"services/data/{VERSION}/{path}", params, method=method, json=body, headers=headers
        )
        answer = self.write(request, csv.encode() if csv is not None else None)
        if answer.status < 400:
            return answer.body
        first = answer.body[0] if isinstance(answer.body, list) and answer.body else {}
        code, words = str(first.get("errorCode", answer.status)), str(first.get("message", ""))
        if code in _DENIED:
            raise DeniedError(f"salesforce: {code}; {_HOW}")
        raise BatchRejectedError(f"{code}: {words}")
