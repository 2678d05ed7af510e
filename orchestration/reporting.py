"""What a run tells the person who watches it; Dagster's own runs tell nobody."""

from typing import Protocol


class Reporter(Protocol):
    """Hears how far a run is."""

    def step(self, name: str) -> None:
        """A step begins."""

    def line(self, text: str) -> None:
        """Something within the step, worth replacing the line before."""

    def done(self, text: str) -> None:
        """Something is finished, worth keeping on the screen."""


class Silent:
    """Tells nobody."""

    def step(self, name: str) -> None:
        """Nothing."""

    def line(self, text: str) -> None:
        """Nothing."""

    def done(self, text: str) -> None:
        """Nothing."""
