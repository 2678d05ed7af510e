"""Faults of a load, each one sentence that names source, stream, place and fix; never a value."""


class LandingError(Exception):
    """The load cannot go on, and nothing of the open package was committed."""


class BadLineError(LandingError):
    """A line is not a Singer message."""


class RecordBeforeSchemaError(LandingError):
    """A record came before its stream's SCHEMA."""


class ContractError(LandingError):
    """A stream changed in a way its contract refuses."""


class TooManyQuarantinedError(LandingError):
    """More records broke their schema than the configured share allows.

    Attributes:
        reasons: how many records were refused, by reason.
    """

    def __init__(self, message: str, reasons: dict[str, int]) -> None:
        super().__init__(message)
        self.reasons = reasons


class SourceHeldError(LandingError):
    """Another load of the same source is running."""


class BrokenLedgerError(LandingError):
    """The landing zone holds a damaged or missing package; building on it would hide a loss."""


class MisfitError(Exception):
    """Something in a chunk is out of the ordinary; it is to be looked at record by record."""
