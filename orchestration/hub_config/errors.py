"""What is wrong in hub.yaml, said so that a person can mend it without reading code."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Mistake:
    """One mistake: where it is and how to mend it.

    Attributes:
        line: Line in the file, from 1; 0 when the whole file is meant.
        key: Dotted path of the key, for example `sources.crm.tap`.
        text: What is wrong.
        fix: What to do about it; may be empty when `text` says it.
    """

    line: int
    key: str
    text: str
    fix: str = ""

    def sentence(self, file: Path) -> str:
        """The mistake as one sentence that starts with file and line."""
        place = f"{file}:{self.line}" if self.line else str(file)
        key = f" {self.key}:" if self.key else ""
        fix = f"; {self.fix}" if self.fix else ""
        sentence = f"{place}:{key} {self.text}{fix}"
        return sentence if sentence.endswith("?") else f"{sentence}."


class HubConfigError(ValueError):
    """hub.yaml cannot be used; nothing was run."""

    def __init__(self, file: Path, mistakes: list[Mistake]) -> None:
        """Remembers the mistakes in the order of their lines."""
        self.file = file
        self.mistakes = sorted(mistakes, key=lambda mistake: mistake.line)
        super().__init__("\n".join(mistake.sentence(file) for mistake in self.mistakes))
