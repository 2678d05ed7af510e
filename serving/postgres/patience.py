"""A server that hangs: who waits for it gives up, and says so.

The kernel of a machine whose server hangs still answers for it, so that no timeout of the network
ever ends the wait; and a timeout of statements is kept by the server, which hangs.
"""

import time
from collections.abc import Generator
from typing import Any, TypeVar

import psycopg

_Result = TypeVar("_Result")


class PatientConnection(psycopg.Connection[Any]):
    """A connection that is closed when a single answer takes too long.

    Attributes:
        patience: seconds for one answer; each piece of a COPY has its own.
        given_up: whether one took longer.
    """

    patience: float | None = None
    given_up = False

    def wait(
        self,
        gen: Generator[Any, Any, _Result],
        interval: float = 0.1,
        timeout: float | None = None,
    ) -> _Result:
        """Waits for the server.

        Raises:
            psycopg.OperationalError: it took too long; the connection is closed.
        """
        if timeout is not None or self.patience is None:
            return super().wait(gen, interval, timeout)
        began = time.monotonic()
        try:
            return super().wait(gen, interval, self.patience)
        except psycopg.OperationalError:
            if time.monotonic() - began >= self.patience:
                self.given_up = True
                self.pgconn.finish()
            raise
