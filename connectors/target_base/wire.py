"""The protocol between delivery and a room: what a CRM's wire can be asked, and what it may answer.

A room describes its vendor's wire as a `Wire`. It sends what it is given and says what became of
each row; it decides nothing: batching, bisecting, retrying and reconciling live in `delivery.py`,
what is to be written lives in the room `activation/`.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Value = Any
"""A JSON value, a `Decimal`, a `date` or a `datetime`; lists hold many-valued fields."""


class Op(StrEnum):
    """What is to happen to one record of the CRM."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    MERGE = "merge"


class Status(StrEnum):
    """What became of one row, as far as one request can tell."""

    DONE = "done"
    REJECTED = "rejected"  # the CRM looked at the row and refused it
    RETRY = "retry"  # the CRM says: this row, later
    GONE = "gone"  # the record was deleted or merged away by somebody
    MOVED = "moved"  # the record changed since we read it (compare-and-set)
    EXISTS = "exists"  # a create met a record that already holds this key
    UNKNOWN = "unknown"  # the answer was lost and the CRM could not be asked


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a CRM object, as the CRM describes it."""

    kind: str = "text"
    writable: bool = True
    choices: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """What stands in the CRM now."""

    remote_id: str
    key: str | None
    values: Mapping[str, Value]
    stamp: str | None = None
    asked_id: str | None = None  # where a merge moved it: the id that was asked for
    modified: str | None = None  # when it last changed, ISO 8601, as the CRM says


@dataclass(frozen=True, slots=True)
class Change:
    """One row to send. `key` is ours, `remote_id` the CRM's own, once known."""

    op: Op
    key: str
    values: Mapping[str, Value] = field(default_factory=dict)
    remote_id: str | None = None
    stamp: str | None = None
    into: str | None = None  # for a merge: the remote id that survives


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one change; `error` holds the CRM's own words."""

    change: Change
    status: Status
    remote_id: str | None = None
    error: str = ""
    request_id: str = ""
    stamp: str | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """How many rows one request may carry, per kind of request."""

    write: int = 100
    read: int = 100
    delete: int = 100


class WireError(Exception):
    """Something a whole request met. The message is one sentence and holds no personal value."""


class BatchRejectedError(WireError):
    """The CRM refused a batch as a whole and wrote nothing of it.

    Args:
        message: The CRM's own words.
        rows: Where the CRM names the bad rows: position in the batch -> its words.
    """

    def __init__(self, message: str, rows: Mapping[int, str] | None = None) -> None:
        super().__init__(message)
        self.rows = dict(rows or {})


class LostAnswerError(WireError):
    """The request may or may not have been carried out: ask before sending again."""


class DeniedError(WireError):
    """The credentials do not allow this: no row of the run can succeed."""


class UnavailableError(WireError):
    """The CRM could not be reached, or asked us to wait longer than we may."""


class Wire(ABC):
    """A CRM's wire for one object (contacts, tasks, ...).

    Attributes:
        limits: Rows per request.
        can_merge: Whether the CRM has a merge call.
        compare_and_set: Whether `Change.stamp` is honoured by the CRM itself.
        readable: Whether `read` can tell what stands there. Where it cannot, a lost request is sent
            again under the same id, and nobody's edits can be seen.
        key_field: The CRM's field that holds our key, where it is a field at all.
        requests: How many requests went out so far, sign-in and retries included.
        session: What signing in gave and is no secret; whoever keeps it spares the next run the
            request, and gives it back before the first one.
        quota_left: What the CRM last said about the calls that are left, if it says so.
    """

    limits: Limits = Limits()
    can_merge: bool = False
    compare_and_set: bool = False
    readable: bool = True
    key_field: str | None = None
    session: str = ""

    @property
    @abstractmethod
    def requests(self) -> int:
        """Requests sent so far."""

    @property
    def quota_left(self) -> int | None:
        """Calls left, where the CRM tells."""
        return None

    @abstractmethod
    def fields(self) -> dict[str, Field]:
        """Describe the object's fields, as these credentials may use them.

        An empty answer means that the CRM does not say: nothing is checked beforehand.
        """

    @abstractmethod
    def read(
        self, fields: Collection[str], *, ids: Sequence[str] = (), keys: Sequence[str] = ()
    ) -> list[Record]:
        """Read records by the CRM's ids or by our keys, at most `limits.read`; order is free.

        Records that do not exist (any more) are left out; a record that was merged into another
        comes back under the id of the survivor, with `asked_id` naming the one asked for. `key`
        of each record is the key as *we* spelled it, however the CRM reformatted it.
        """

    @abstractmethod
    def send(self, op: Op, changes: Sequence[Change]) -> list[Outcome]:
        """Send one request (or one job) of one kind; one outcome for every change.

        Raises:
            BatchRejectedError: The CRM refused everything because of some rows.
            LostAnswerError: The answer did not arrive.
            DeniedError: The credentials do not allow it.
            UnavailableError: Nothing was sent.
        """

    def close(self) -> None:
        """Give back what is held, where a room holds something."""
        return
