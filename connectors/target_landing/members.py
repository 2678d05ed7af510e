"""What records are expected to consist of, and where the values of it were found."""

from dataclasses import dataclass
from typing import Literal

from connectors.target_landing.tokens import Places, Truths

Kind = Literal["text", "number", "boolean", "texts", "object", "any"]


@dataclass(frozen=True, slots=True)
class Member:
    """A member that objects are expected to have.

    Attributes:
        key: its name as it is written, up to the value.
        kind: a string, a number, true or false, an array of strings, an object of `members`, or
            anything but true and false.
        required: whether it may not be left out.
        nullable: whether it may be null.
        members: those of an object, in their order.
        place: of its cells among those that are asked for; None if nobody does.
    """

    key: bytes
    kind: Kind
    required: bool = False
    nullable: bool = True
    members: "tuple[Member, ...]" = ()
    place: int | None = None


@dataclass(slots=True)
class Cells:
    """Where the values of one member lie.

    Attributes:
        begins: first byte of each, inside the quotes of a string.
        ends: the byte behind each.
        after: the byte behind each, outside the quotes.
        strings: number of each, if it is a string.
        then: number of the next string.
        doubtful: nested values of which only the decoder knows whether they are what was expected;
            None if there are none.
        absent: lines where it is null or left out; None if it is there on all.
    """

    begins: Places
    ends: Places
    after: Places
    strings: Places
    then: Places
    doubtful: Truths | None = None
    absent: Truths | None = None
