"""How a run ended."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from orchestration.loading import Loaded

Status = Literal["complete", "unchanged", "partial", "failed"]


@dataclass(frozen=True)
class Outcome:
    """How a run ended.

    Attributes:
        status: `complete`; `unchanged`: nothing was new; `partial`: published, but a source failed
            or is held back; `failed`: nothing was published, the generation before stays.
        loads: What each source brought.
        errors: A sentence for each thing that went wrong.
        generation: The generation that readers see now; None when there is none.
        checks: Checks that passed before publishing: dbt's tests and the gate's.
        seconds: Wall time.
    """

    status: Status
    loads: list[Loaded]
    errors: list[str] = field(default_factory=list)
    generation: str | None = None
    checks: int = 0
    seconds: float = 0.0

    @property
    def exit_code(self) -> int:
        """0: all is published; 2: a part of the sources is missing; 1: nothing was published."""
        return {"complete": 0, "unchanged": 0, "partial": 2, "failed": 1}[self.status]

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        loads = [asdict(load) | {"status": load.status} for load in self.loads]
        return asdict(self) | {"loads": loads}
