"""A receiver of signed webhooks that checks signatures and keeps each event once."""

import json
from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from connectors.target_base.sandbox import CrmSandbox, Trouble
from connectors.target_webhook.wire import signature


class WebhookSandbox(CrmSandbox):
    """One endpoint, `/hook`."""

    def __init__(self, secret: str, trouble: Trouble | None = None) -> None:
        """Listen for requests signed with this secret."""
        self.secret = secret
        self.events: dict[str, dict[str, Any]] = {}
        self.received = 0
        super().__init__(trouble)

    def routes(self) -> Sequence[BaseRoute]:
        """The one route."""
        return [Route("/hook", self._hook, methods=["POST"])]

    def authorised(self, request: Request) -> bool:
        """The signature is the credential."""
        return True

    async def _hook(self, request: Request) -> Response:
        body, head = await request.body(), request.headers
        wanted = signature(self.secret, head["webhook-id"], head["webhook-timestamp"], body)
        if head["webhook-signature"] != wanted:
            return JSONResponse({"error": "bad signature"}, 401)
        for event in json.loads(body)["events"]:
            self.received += 1
            self.events[event["id"]] = event
        return JSONResponse({"received": True})
