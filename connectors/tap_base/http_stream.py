"""The stream every live tap's streams inherit: a room declares what to ask, not how.

A stream names its path, paging style, keys and where its rows are. Everything else holds for
all: fetching ahead in threads, bookmarks that survive late and equal timestamps, look-back
windows, only changed rows emitted, deletions seen, rows that come along handed to their stream.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from importlib.resources import files
from typing import TYPE_CHECKING, Any, ClassVar, Generic, cast

from singer_sdk.helpers.conform import TypeConformanceLevel
from typing_extensions import TypeVar

from connectors.tap_base.errors import AnswerError
from connectors.tap_base.feed import Along, Entry, Feed
from connectors.tap_base.instants import instant
from connectors.tap_base.paging import Answer, Paging, dig
from connectors.tap_base.reader import Reader
from connectors.tap_base.shape import Shape
from connectors.tap_base.stream import Stream

if TYPE_CHECKING:
    from connectors.tap_base.http import Client
    from connectors.tap_base.http_tap import HttpTap


C_co = TypeVar("C_co", bound="Client", default="Client", covariant=True)


class HttpStream(Stream, Generic[C_co]):
    """A stream of one source's API; `HttpStream[AcmeClient]` where the room's client has more."""

    name: str
    primary_keys: Sequence[str] = ("id",)
    replication_key: str | None = None

    path: ClassVar[str] = ""
    params: ClassVar[Mapping[str, Any]] = {}
    records: ClassVar[str] = ""
    """Where in the body the rows are: a dotted path, "" where the body is the list."""
    paging: ClassVar[Paging] = Paging()
    newest_first: ClassVar[bool] = False
    """Whether the source shows the newest rows first: reading stops at the bookmark."""
    look_back: ClassVar[timedelta] = timedelta(hours=1)
    """How much before the bookmark is read again: late rows, and edits the API cannot filter."""
    deleted_path: ClassVar[str] = ""
    """Asked for a row that has gone from the look-back window; 404 there means deleted."""
    follows: ClassVar[str] = ""
    """The stream whose rows say what this one asks: see `feed_of`."""

    STATE_MSG_FREQUENCY = 1000
    # Rows that did not change are not emitted, so a version would declare them deleted.
    emit_activate_version_messages = False
    TYPE_CONFORMANCE_LEVEL = TypeConformanceLevel.NONE  # `Shape` has done it

    def __init__(
        self, tap: "HttpTap", schema: dict[str, Any] | None = None, name: str | None = None
    ) -> None:
        """Belong to a tap.

        Args:
            tap: The tap.
            schema: Where the source itself describes the stream; else the room's
                `schemas/<name>.json`.
            name: Where one class serves several streams.
        """
        self.name = name or self.name
        if schema is None:
            room = type(self).__module__.rpartition(".")[0]
            file = files(room).joinpath(f"schemas/{self.name}.json")
            schema = json.loads(file.read_text("utf-8"))
        if self.deleted_path:
            deleted = {"type": ["string", "null"], "format": "date-time"}
            schema["properties"]["_sdc_deleted_at"] = deleted
        super().__init__(tap, schema=schema, name=self.name)
        self.tap: HttpTap = tap
        self._shape = Shape(schema["properties"])
        self.reader = Reader(self)

    # What a room overrides

    def feeds(self) -> Iterable[Feed]:
        """Yield the lists that make up the stream."""
        yield Feed(self.path, self.params)

    def feed_of(self, record: Mapping[str, Any]) -> Feed | None:
        """Return what to ask because of a row of the stream this one follows, if anything."""
        return None

    def since(self, moment: datetime) -> Mapping[str, Any]:
        """Return parameters by which the source leaves out what is older."""
        return {}

    def combine(self, feeds: Sequence[Feed]) -> Sequence[Feed]:
        """Leave out what the answer to another of these questions tells as well."""
        return feeds

    def rows(self, answer: Answer, feed: Feed) -> Sequence[Any]:
        """Return a page's rows.

        Raises:
            AnswerError: They are not where they should be.
        """
        found = dig(answer.body, self.records)
        if isinstance(found, list):
            return found
        where = f"has no list at {self.records!r}" if self.records else "is not a list"
        raise AnswerError(f"the answer {where}", "check base_url", place=answer.request.place)

    def row(self, row: Any, feed: Feed) -> Mapping[str, Any] | None:
        """Turn a row of the source into a record's fields; None leaves it out."""
        return dict(row)

    def along(self, row: Any, feed: Feed) -> Iterable[Along]:
        """Yield rows of other streams that a row of the source carries within it."""
        return ()

    def gone(self, feed: Feed) -> Iterable[Along]:
        """Yield rows that follow from a `missing_ok` feed's absence."""
        return ()

    # How it is read

    @property
    def client(self) -> C_co:
        """The tap's client."""
        return cast("C_co", self.tap.client)

    def entry(self, row: Any, feed: Feed) -> Entry | None:
        """Make a record: the room's fields, opaque ids as text, times as UTC instants."""
        fields = self.row(row, feed)
        if fields is None:
            return None
        return self._shape.apply(dict(fields)), tuple(self.along(row, feed))

    def moment(self, record: Mapping[str, Any]) -> datetime | None:
        """Return the instant that a record's bookmark goes by."""
        return instant(record.get(self.replication_key)) if self.replication_key else None

    def get_records(self, context: Any) -> Iterable[dict[str, Any]]:
        """Yield what is new or changed since the bookmark."""
        return self.reader.records()

    def _increment_stream_state(self, latest_record: Any, *, context: Any = None) -> None:
        """Leave the bookmark to the reader: it moves with whole pages."""
