"""`tessera run`: the job `refresh` in this process, fast to start, and its account to a person."""

from orchestration.running.outcome import Outcome
from orchestration.running.run import RunOptions, run

__all__ = ["Outcome", "RunOptions", "run"]
