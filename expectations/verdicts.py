"""What the gate says of one aspect of one table."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Verdict:
    """One check.

    Attributes:
        suite: The table that was judged: `contacts` or `customers`.
        aspect: `volume`, `completeness`, `uniqueness`, `formats` or `drift`.
        passed: Whether every expectation of the aspect held.
        sentences: What did not hold, with the measured number and the limit; no values of rows.
        numbers: The measures the aspect looked at.
    """

    suite: str
    aspect: str
    passed: bool
    sentences: list[str] = field(default_factory=list)
    numbers: dict[str, float] = field(default_factory=dict)
