"""TESSERA_HOME: the one folder that holds everything a run writes."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Home:
    """Where things lie under TESSERA_HOME. The path is absolute: dbt and Dagster change folders."""

    root: Path

    @classmethod
    def at(cls, option: Path | str | None = None) -> "Home":
        """The option, else TESSERA_HOME, else `.tessera` in the working directory."""
        return cls(Path(option or os.environ.get("TESSERA_HOME") or ".tessera").absolute())

    @property
    def landing(self) -> Path:
        """Load packages: the source of truth."""
        return self.root / "landing"

    @property
    def warehouse(self) -> Path:
        """The DuckDB file that dbt builds; can be deleted and rebuilt."""
        return self.root / "warehouse" / "hub.duckdb"

    @property
    def published(self) -> Path:
        """What readers open: a link to the newest checked generation."""
        return self.root / "published" / "hub.duckdb"

    @property
    def dagster(self) -> Path:
        """Dagster's instance: runs, events, schedules."""
        return self.root / "dagster"

    @property
    def dbt_target(self) -> Path:
        """What dbt compiled, kept per home because it depends on hub.yaml."""
        return self.root / "dagster" / "dbt"

    @property
    def logs(self) -> Path:
        """What taps, targets and dbt said, secrets redacted."""
        return self.root / "logs"

    def make(self) -> None:
        """Creates the folders; the home is for its owner only, as it holds personal data."""
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        for folder in (self.landing, self.warehouse.parent, self.published.parent, self.logs):
            folder.mkdir(exist_ok=True)
        self.dbt_target.mkdir(parents=True, exist_ok=True)
