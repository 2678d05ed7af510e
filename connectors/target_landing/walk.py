"""Reading the members of JSON objects on all lines in step, each where it is expected.

Nothing is believed: between values every byte is compared, and what differs from what was expected
raises `MisfitError`. Values themselves are cut out, to be checked by who asked for them.
"""

from collections.abc import Callable

import numpy as np

from connectors.target_landing.errors import MisfitError
from connectors.target_landing.members import Cells, Member
from connectors.target_landing.tokens import (
    CLOSE,
    LIST,
    NULL,
    OPEN,
    QUOTE,
    UNLIST,
    Places,
    Tokens,
    Truths,
)

_NULL, _TRUE, _FALSE = b"null", b"true", b"false"
_CASE = CLOSE ^ UNLIST  # the bit by which both closing brackets differ
_BEGINNINGS = {"text": b'"', "texts": b"[", "object": b"{"}


class Walk:
    """One pass over all lines of a text.

    Args:
        tokens: of the text.
        comma: what stands between members.
        found: gets the cells of every member with a place.
    """

    def __init__(self, tokens: Tokens, comma: bytes, found: Callable[[int, Cells], None]) -> None:
        self._tokens = tokens
        self._comma = comma
        self._found = found

    def objects(
        self, members: tuple[Member, ...], at: Places, string: Places
    ) -> tuple[Places, Places]:
        """Read whole objects.

        Args:
            members: those expected, in their order.
            at: place of each object's opening brace.
            string: number of the first string behind it.

        Returns:
            The places behind the objects, and the numbers of the strings that come next.

        Raises:
            MisfitError: something else stands there.
        """
        tokens = self._tokens
        if not (tokens.data[at] == OPEN).all():
            raise MisfitError
        at = at + 1
        if not ((tokens.opens[string] == at) | (tokens.data[at] == CLOSE)).all():
            raise MisfitError
        return self._members(members, at, string, True)

    def rest(
        self, members: tuple[Member, ...], at: Places, string: Places
    ) -> tuple[Places, Places]:
        """Read the members that are left of objects, and the closing brace.

        Args:
            members: those expected.
            at: places behind the value of the member before.
            string: number of the first string behind it.
        """
        return self._members(members, at, string, False)

    def _members(
        self, members: tuple[Member, ...], at: Places, string: Places, at_key: bool
    ) -> tuple[Places, Places]:
        """Read members, from keys (or closing braces) or from behind the values before them."""
        for member in members:
            text = member.key if at_key else self._comma + member.key
            beginning = _BEGINNINGS.get(member.kind, b"")
            if self._tokens.all_have(text + beginning, at) and (
                beginning or not (self._tokens.data[at + len(text)] == NULL).any()
            ):
                cells = self._value(member, at + len(text), string + 1)
                at, at_key = cells.after, False
            else:
                at = at if at_key else self._next(at, string)
                here = self._tokens.has(member.key, at)
                cells = self._some(member, at, string, here)
                at, at_key = cells.after, False
                if not here.all():
                    rows = np.flatnonzero(here)
                    at[rows] = self._next(at[rows], cells.then[rows])
                    at_key = True
            string = cells.then
            if member.place is not None:
                self._found(member.place, cells)
        if not self._tokens.all_have(b"}", at):
            raise MisfitError
        return at + 1, string

    def _next(self, at: Places, string: Places) -> Places:
        """From behind a value to the next key, or to the closing brace."""
        tokens, comma = self._tokens, self._comma
        more = tokens.has(comma, at)
        there = np.where(more, at + len(comma), at)
        if not np.where(more, tokens.opens[string] == there, tokens.data[at] == CLOSE).all():
            raise MisfitError
        return there

    def _some(self, member: Member, at: Places, string: Places, here: Truths) -> Cells:
        """The cells of a member that is null or left out on some lines."""
        starts = at + len(member.key)
        null = here & (self._tokens.data[starts] == NULL)
        if (member.required and not here.all()) or (
            null.any() and not (member.nullable and self._tokens.all_have(_NULL, starts[null]))
        ):
            raise MisfitError
        absent = null | ~here
        after = np.where(null, starts + len(_NULL), at)
        out = Cells(at.copy(), at.copy(), after, string.copy(), string + null, absent=absent)
        rows = np.flatnonzero(~absent)
        if len(rows):
            cells = self._value(member, starts[rows], string[rows] + 1)
            if cells.doubtful is not None:
                out.doubtful = np.zeros(len(at), np.bool_)
                out.doubtful[rows] = cells.doubtful
            for name in ("begins", "ends", "after", "strings", "then"):
                getattr(out, name)[rows] = getattr(cells, name)
        return out

    def _value(self, member: Member, starts: Places, string: Places) -> Cells:
        tokens = self._tokens
        match member.kind:
            case "text":
                if not (tokens.data[starts] == QUOTE).all():
                    raise MisfitError
                ends = tokens.closes[string]
                return Cells(starts + 1, ends, ends + 1, string, string + 1)
            case "number":
                ends = self._number_ends(starts, string)
                return Cells(starts, ends, ends, string, string)
            case "boolean":
                true = tokens.data[starts] == _TRUE[0]
                if not (
                    tokens.all_have(_TRUE, starts[true]) and tokens.all_have(_FALSE, starts[~true])
                ):
                    raise MisfitError
                ends = starts + np.where(true, len(_TRUE), len(_FALSE))
                return Cells(starts, ends, ends, string, string)
            case "texts" | "object":
                try:
                    ends, then = self._nested(member, starts, string)
                    return Cells(starts, ends, ends, string, then, tokens.escaping(string, then))
                except MisfitError:
                    if member.place is None:
                        raise
        return self._anything(starts, string)

    def _nested(self, member: Member, starts: Places, string: Places) -> tuple[Places, Places]:
        if member.kind == "object":
            return self.objects(member.members, starts, string)
        tokens, comma = self._tokens, self._comma
        if not (tokens.data[starts] == LIST).all():
            raise MisfitError
        after, then = starts + 2, string.copy()
        going = np.flatnonzero(tokens.data[starts + 1] != UNLIST)
        number = string[going]
        proper = tokens.opens[number] == starts[going] + 1
        if not proper.all():
            raise MisfitError
        more = comma + b'"'
        while len(going):
            place = tokens.closes[number] + 1
            number = number + 1
            done = tokens.data[place] == UNLIST
            if done.any():
                after[going[done]] = place[done] + 1
                then[going[done]] = number[done]
                going, place, number = going[~done], place[~done], number[~done]
            if not tokens.all_have(more, place):
                raise MisfitError
        return after, then

    def _number_ends(self, starts: Places, string: Places) -> Places:
        """Where numbers end: before the comma before the next key, if they are not the last."""
        tokens, comma = self._tokens, self._comma
        ends = np.maximum(tokens.opens[string] - len(comma), starts)
        before = tokens.data[ends - 1] | _CASE
        if tokens.all_have(comma, ends) and not (before == CLOSE).any():
            return ends
        last = ~tokens.has(comma, ends) | (before == CLOSE)
        ends[last] = tokens.number_ends(starts[last])
        return ends

    def _anything(self, starts: Places, string: Places) -> Cells:
        tokens = self._tokens
        first = tokens.data[starts]
        quoted, nested = first == QUOTE, (first == OPEN) | (first == LIST)
        ends = np.where(quoted, tokens.closes[string] + 1, starts)
        if nested.any():
            ends[nested] = tokens.member_ends(starts[nested])
        number = ~(quoted | nested)
        if number.any():
            ends[number] = tokens.number_ends(starts[number])
        if not (ends > starts).all():
            raise MisfitError
        then = np.searchsorted(tokens.opens, ends)
        return Cells(starts, ends, ends, string, then, np.ones(len(starts), np.bool_))
