"""What a server shares among its requests: sidecar, history, guard, the audience's views."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from serving import catalog, generations
from serving.api.guard import Guard, RefusedError
from serving.api.views import Views
from serving.history import History, Row
from serving.lookup.reader import Merged, Reader
from serving.lookup.state import SidecarError
from serving.tokens import Token

_HERE = Path(__file__).parent
TIMELINE = (_HERE / "timeline.sql").read_text()
EVIDENCE = (_HERE / "evidence.sql").read_text()
_MISSING = "no generation is ready for lookups yet; run `tessera run`"


class Desk:
    """Answers about customers. Lookups run on the event loop: they take microseconds."""

    def __init__(self, home: Path) -> None:
        """Opens what is there; what is missing is looked for again with each request."""
        self.home = home
        self.guard = Guard(home)
        self.history = History(home)
        self._reader: Reader | None = None
        self._views: tuple[str, Views] = ("", Views({}))
        self._look_again = 0.0

    def reader(self) -> Reader:
        """The sidecar.

        Raises:
            RefusedError: 503 while there is none.
        """
        if self._reader is None:
            if time.monotonic() < self._look_again:
                raise RefusedError(503, _MISSING, {"retry-after": "5"})
            try:
                self._reader = Reader(self.home, _in_a_moment)
            except SidecarError:
                self._look_again = time.monotonic() + 1
                raise RefusedError(503, _MISSING, {"retry-after": "5"}) from None
        return self._reader

    def views(self, generation: str) -> Views:
        """What each audience sees of a generation."""
        if self._views[0] != generation:
            described = catalog.load(generations.folder(self.home, generation))
            self._views = (generation, Views(described))
        return self._views[1]

    def document(self, customer_id: str) -> tuple[bytes, str]:
        """A customer's document and its generation.

        Raises:
            RefusedError: 404, or 308 to the customer it was merged into.
        """
        found = self.reader().customer(customer_id)
        if found is None:
            raise RefusedError(404, "no customer has this id")
        document, generation = found
        if isinstance(document, Merged):
            raise MergedError(document.customer_id)
        return document, generation

    def page(
        self, generation: str, customer_id: str, count: int, before: tuple[str | None, str]
    ) -> list[Row]:
        """Entries of a timeline; blocks for some milliseconds."""
        values = {
            "customer_id": customer_id,
            "count": count,
            "before": before[0],
            "before_id": before[1],
        }
        return self.history.ask(generation, "history.duckdb", TIMELINE, values)

    def evidence(self, generation: str, customer_id: str) -> list[Row]:
        """Edges that tie a customer's records; blocks for some milliseconds."""
        return self.history.ask(generation, "hub.duckdb", EVIDENCE, {"customer_id": customer_id})

    def note(self, token: Token, what: str, documents: list[bytes], generation: str) -> None:
        """Audits that somebody read some customers' documents."""
        read = [id_of(document) for document in documents]
        self.guard.note(token, what, read, generation)

    def close(self) -> None:
        """Lets go of all files."""
        self.history.close()
        if self._reader is not None:
            self._reader.close()


def _in_a_moment(end: Callable[[], None]) -> None:
    # Readers hold back the wiping of what was erased: no longer than this.
    asyncio.get_running_loop().call_later(0.02, end)


class MergedError(Exception):
    """The customer was merged into another.

    Attributes:
        customer_id: The one that it became.
    """

    def __init__(self, customer_id: str) -> None:
        """Into this one."""
        super().__init__("merged")
        self.customer_id = customer_id


class _Id(msgspec.Struct):
    customer_id: str


class _Customer(msgspec.Struct):
    customer: _Id


_decode = msgspec.json.Decoder(_Customer).decode
_FIRST = b'{"customer":{"customer_id":"'


def id_of(document: bytes) -> str:
    """The customer id in a document: its first value, where nothing in it is escaped."""
    if document.startswith(_FIRST):
        found = document[len(_FIRST) : document.index(b'"', len(_FIRST))]
        if b"\\" not in found:
            return found.decode()
    return _decode(document).customer.customer_id
