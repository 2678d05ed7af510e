"""A signed webhook as a `Wire`: for anything that has no room of its own.

The body is `{"object": ..., "events": [{"id", "op", "key", "fields"}]}`, signed as Standard
Webhooks says: `webhook-signature: v1,<base64 HMAC-SHA256 of "<id>.<timestamp>.<body>">`. An event's
id is a hash of its content: whoever receives it twice (a lost answer, a killed run) can tell.
Nothing can be read back, so nobody's edits there are seen. An answer may name rows:
`{"results": [{"key": ..., "status": "done" | "rejected" | "retry", "id": ..., "error": ...}]}`.
"""

import base64
import hashlib
import hmac
import logging
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec

from connectors.tap_base.auth import Auth
from connectors.tap_base.paging import Request
from connectors.target_base.http import WriteClient
from connectors.target_base.wire import (
    BatchRejectedError,
    Change,
    Field,
    Limits,
    Op,
    Outcome,
    Record,
    Status,
    Wire,
    WireError,
)

_encoder = msgspec.json.Encoder(order="deterministic", decimal_format="string", enc_hook=str)
_STATUS = {"done": Status.DONE, "rejected": Status.REJECTED, "retry": Status.RETRY}


class WebhookWire(Wire):
    """One endpoint."""

    readable = False

    def __init__(self, settings: Mapping[str, Any]) -> None:
        """Prepare; nothing is sent yet."""
        size = int(settings.get("batch_size", 100))
        self.limits = Limits(size, size, size)
        self.object = str(settings.get("object") or "contacts")
        self._secret = str(settings["secret"])
        self.client = WriteClient(
            {**settings, "base_url": settings["url"]}, logging.getLogger("target-webhook")
        )
        self.client._auth = Auth(how="check secret on both sides")

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        return self.client.requests

    def fields(self) -> dict[str, Field]:
        """The receiver does not say."""
        return {}

    def read(
        self, fields: Collection[str], *, ids: Sequence[str] = (), keys: Sequence[str] = ()
    ) -> list[Record]:
        """Nothing can be read."""
        return []

    def send(self, op: Op, changes: Sequence[Change]) -> list[Outcome]:
        """Send one signed request."""
        events = [_event(op, change) for change in changes]
        body = _encoder.encode({"object": self.object, "events": events})
        batch = hashlib.sha256(body).hexdigest()[:32]
        moment = str(int(self.client.clock.now().timestamp()))
        headers = {
            "Content-Type": "application/json",
            "webhook-id": batch,
            "webhook-timestamp": moment,
            "webhook-signature": signature(self._secret, batch, moment, body),
        }
        request = Request("", method="POST", headers=headers, label="webhook")
        answer = self.client.write(request, body)
        if answer.status >= 400:
            raise BatchRejectedError(f"the receiver answered {answer.status}")
        told = answer.body if isinstance(answer.body, Mapping) else {}
        results = {str(one.get("key")): one for one in told.get("results") or ()}
        return [_outcome(change, results.get(change.key, {}), batch) for change in changes]


def signature(secret: str, batch: str, moment: str, body: bytes) -> str:
    """Return the signature of a request, as Standard Webhooks writes it."""
    key = secret.removeprefix("whsec_").encode()
    if secret.startswith("whsec_"):
        key = base64.b64decode(key)
    digest = hmac.new(key, f"{batch}.{moment}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def _event(op: Op, change: Change) -> dict[str, Any]:
    about: dict[str, Any] = {"op": str(op), "key": change.key, "fields": dict(change.values)}
    if change.into:
        about["into"] = change.into
    return {"id": hashlib.sha256(_encoder.encode(about)).hexdigest()[:32], **about}


def _outcome(change: Change, told: Mapping[str, Any], batch: str) -> Outcome:
    status = _STATUS.get(str(told.get("status", "done")), Status.REJECTED)
    remote_id = str(told.get("id") or change.remote_id or change.key)
    return Outcome(change, status, remote_id, str(told.get("error") or ""), batch)


def connect(settings: Mapping[str, Any]) -> WebhookWire:
    """Open a wire: `url`, `secret`, `object`.

    Raises:
        WireError: A setting is missing.
    """
    for name in ("url", "secret"):
        if not settings.get(name):
            raise WireError(
                f"target-webhook: {name} is missing; set it in the destination's config"
            )
    return WebhookWire(settings)
