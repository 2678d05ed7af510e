"""Salesforce's wire: OAuth 2 without a person, SOQL over REST, Bulk API 2.0 for long answers.

Source: Salesforce's REST API and Bulk API 2.0 developer guides, and for the JWT bearer flow
https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_jwt_flow.htm
"""

import csv
import io
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import jwt

from connectors.tap_base.auth import Auth, TokenAuth
from connectors.tap_base.errors import AnswerError, AuthorisationError, QuotaError, UnavailableError
from connectors.tap_base.http import Client
from connectors.tap_base.paging import Request

VERSION = "62.0"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
JOB_SECONDS = 3600.0

csv.field_size_limit(1 << 22)  # a long text area holds 131,072 characters, Python's limit is that


class SalesforceClient(Client):
    """Asks one org."""

    @property
    def api(self) -> str:
        """Path of the REST API's version."""
        return f"/services/data/v{self.config.get('api_version', VERSION)}"

    def authentication(self) -> Auth:
        """Sign an assertion for a user where a key is configured, else use the app's own user."""
        config = self.config
        signed = bool(config.get("private_key"))
        how = (
            "check client_id, username and private_key, and that an administrator has "
            "pre-authorised the user for the connected app"
            if signed
            else "check the connected app's secret and that the client credentials flow has a user"
        )
        return TokenAuth(
            self.post_form,
            url=str(config.get("token_url") or f"{self.base_url}/services/oauth2/token"),
            form=self._assertion if signed else self._credentials,
            identity=f"{config['client_id']} {config.get('username', '')}",
            clock=self.clock,
            how=how,
        )

    def _credentials(self) -> Mapping[str, str]:
        names = ("client_id", "client_secret")
        given = {name: str(self.config.get(name, "")) for name in names}
        return {"grant_type": "client_credentials", **given}

    def _assertion(self) -> Mapping[str, str]:
        claims = {
            "iss": self.config["client_id"],
            "sub": self.config["username"],
            "aud": self.config.get("audience", "https://login.salesforce.com"),
            "exp": self.clock.now() + timedelta(minutes=3),
        }
        try:
            signed = jwt.encode(claims, str(self.config["private_key"]), algorithm="RS256")
        except (ValueError, TypeError, jwt.PyJWTError):
            problem = "private_key is no RSA key in PEM form"
            raise AuthorisationError(problem, "set the key of the app's certificate") from None
        return {"grant_type": JWT_BEARER, "assertion": signed}

    def decode(self, content: bytes, headers: Mapping[str, str]) -> Any:
        """Read a bulk result's CSV as rows; of JSON keep every digit of amounts."""
        if "csv" in headers.get("content-type", ""):
            return {"records": list(csv.DictReader(io.StringIO(content.decode("utf-8"))))}
        return json.loads(content, parse_float=str)

    def explain(self, status: int, content: bytes) -> None:
        """Tell the org's spent requests, which come as 403, from a missing right."""
        if status == 403 and b"REQUEST_LIMIT_EXCEEDED" in content:
            raise QuotaError("the org's API requests of 24 hours are spent", "run again later")

    def bulk(self, soql: str, label: str) -> str:
        """Run a query as a bulk job, deleted rows included.

        Args:
            soql: The query; it may neither count nor group.
            label: What errors call it.

        Returns:
            The path of its results.

        Raises:
            TapError: The job fails, or does not end.
        """
        asked = {"operation": "queryAll", "query": soql}
        path = f"{self.api}/jobs/query"
        job = self.send(Request(path, method="POST", json=asked, label=label)).body["id"]
        pause, started = 0.5, self.clock.monotonic()
        while True:
            told = self.send(Request(f"{path}/{job}", label=f"{path}/{{id}}")).body
            if told["state"] == "JobComplete":
                return f"{path}/{job}/results"
            if told["state"] in {"Failed", "Aborted"}:
                fix = "look at it under Setup > Bulk Data Load Jobs, then run again"
                raise AnswerError(f"the bulk job ended as {told['state']}", fix, place=label)
            if self.clock.monotonic() - started > JOB_SECONDS:
                raise UnavailableError("the bulk job takes longer than an hour", "run again later")
            self.clock.sleep(pause)
            pause = min(pause * 1.5, 15.0)
