"""How the command speaks: people get lines and tables on stderr/stdout, machines get JSON."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.status import Status

if TYPE_CHECKING:
    from orchestration.site import Site

STEPS = {
    "population": "Making up people",
    "load": "Loading sources",
    "reconcile": "Reconciling records into customers",
    "check": "Checking the result",
    "publish": "Publishing",
}


class UserError(Exception):
    """Something the person at the keyboard can mend; the text is the sentence they see."""


@dataclass
class Settings:
    """Options that all verbs share."""

    config: Path | None = None
    home: Path | None = None
    json: bool = False

    def take_from(self, arguments: list[str]) -> list[str]:
        """Takes the shared options from wherever they stand; returns the other arguments.

        What follows `dbt` belongs to dbt, which has a `--config` of no use here.
        """
        rest: list[str] = []
        waiting = list(arguments)
        while waiting:
            word = waiting.pop(0)
            name, _, value = word.partition("=")
            if word == "--json":
                self.json = True
            elif name in ("--config", "--home") and (value or waiting):
                path = Path(value or waiting.pop(0))
                setattr(self, name.removeprefix("--"), path)
            elif word == "--":
                return [*rest, *waiting]
            else:
                rest.append(word)
        return rest

    def site(self) -> "Site":
        """The hub that the options name."""
        from orchestration.site import Site

        return Site.open(self.config, self.home)


settings = Settings()
people = Console(stderr=True, highlight=False)
answers = Console(highlight=False)


def complain(text: str) -> None:
    """Tells what went wrong, a line per mistake."""
    if settings.json:
        answer({"error": text})
    for line in text.splitlines():
        people.print(line, style="red", markup=False, soft_wrap=True)


def answer(value: Any) -> None:
    """Answers a machine."""
    sys.stdout.write(json.dumps(value, indent=1, default=str) + "\n")


class Progress:
    """Tells a person how far a run is: a moving line on a terminal, plain lines elsewhere."""

    def __init__(self) -> None:
        """Shows nothing yet."""
        self._status: Status | None = None
        self._step = ""

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_: object) -> None:
        if self._status is not None:
            self._status.stop()

    def step(self, name: str) -> None:
        """A step begins."""
        self._step = STEPS.get(name, name)
        people.print(self._step, style="bold")
        if people.is_terminal:
            if self._status is None:
                self._status = people.status(self._step)
                self._status.start()
            self._status.update(self._step)

    def line(self, text: str) -> None:
        """Replaces the moving line."""
        if self._status is not None:
            self._status.update(f"{self._step} · {text}")

    def done(self, text: str) -> None:
        """A line that stays."""
        people.print(f"  {text}", markup=False, soft_wrap=True)
