"""What can go wrong while a tap reads, chosen by how one recovers.

Every message is one sentence: tap, stream, place, what happened, and the fix. None carries a
token, a query string or a value from an answer.
"""


class TapError(Exception):
    """A failure told in one sentence; the bookmark stays where it was."""

    def __init__(self, problem: str, fix: str = "", *, place: str = "") -> None:
        """Tell what happened.

        Args:
            problem: What happened, without values from the answer.
            fix: What the reader can do about it.
            place: Where: method and path as the room wrote it, without ids.
        """
        super().__init__(problem)
        self.problem = problem
        self.fix = fix
        self.place = place
        self.tap = ""
        self.stream = ""

    def __str__(self) -> str:
        where = ": ".join(part for part in (self.tap, self.stream, self.place) if part)
        sentence = f"{self.problem}; {self.fix}" if self.fix else self.problem
        return " ".join(f"{where}: {sentence}".split()) if where else sentence


class AuthorisationError(TapError):
    """The source refuses our token or its scopes: someone must authorise again."""


class QuotaError(TapError):
    """The source wants us to wait longer than the budget allows: run again later."""


class UnavailableError(TapError):
    """The source cannot be reached or keeps failing: run again later, nothing is lost."""


class AnswerError(TapError):
    """The source answered something we must not take for data."""


class MissingError(TapError):
    """The thing asked for does not exist, or no longer."""


class RefusedError(TapError):
    """We refuse: a limit, a foreign origin or a private address stands in the way."""


class TransientError(Exception):
    """Worth another try of the same request."""

    def __init__(self, problem: str, *, counted: bool = True) -> None:
        """Tell what happened.

        Args:
            problem: What happened, without values from the answer.
            counted: False where the source told us when to come back: the waiting budget
                bounds such tries, not their number.
        """
        super().__init__(problem)
        self.counted = counted


class UnreachableError(TransientError):
    """Nobody answers at the address: if that lasts, no other request need be tried."""
