"""The application with one endpoint more that does nothing: what its framework costs."""

import os
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from serving.api.app import create_app


async def _nothing(request: Request) -> Response:
    return Response(b"{}", media_type="application/json")


app = create_app(Path(os.environ["TESSERA_BENCH_HOME"]))
# First, so that its path is compared with no other.
app.router.routes.insert(0, Route("/nothing", _nothing))
