"""The probabilistic model as a file, and its scores as SQL.

The file is a Splink settings JSON plus a `tessera` block: version, what it was trained on, matches expected
per record. Splink trains and charts it; scoring runs as SQL compiled from it, so that an increment needs
neither Splink nor a pass over all records. Splink's own predictions equal these (a test holds it).
"""

import hashlib
import json
import math
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from identity.ladder import IdentityError
from identity.shares import rarest

DEFAULT = Path(__file__).parent / "models" / "default.json"
_SIDED = re.compile(r"\b([a-z][a-z0-9_]*?)_(l|r)\b")
_EDITS = re.compile(r"damerau_levenshtein\(([^()]+), ([^()]+)\) <= (\d)")
# A shared value cannot weigh more than this, however rare: two errors can agree by copying.
MAX_TF_BITS = 12.0


@dataclass(frozen=True)
class Model:
    """A trained model.

    Attributes:
        raw: The content of its file.
        unsaid: Columns in which no contact says anything: scoring need not read them.
    """

    raw: dict[str, Any]
    unsaid: frozenset[str] = frozenset()

    @classmethod
    def load(cls, path: Path | str) -> "Model":
        """Returns the model in a file.

        Raises:
            IdentityError: There is no such file, or it is no model.
        """
        try:
            raw = json.loads(Path(path).read_text("utf-8"))
            for comparison in raw["comparisons"]:
                _ = comparison["output_column_name"], comparison["comparison_levels"]
        except (OSError, ValueError, TypeError, KeyError):
            fix = "write one with `tessera identity train`, or name auto or default as `model`"
            raise IdentityError(f"{path}: there is no model to read; {fix}") from None
        return cls(raw)

    @property
    def version(self) -> str:
        """Returns the version the file states."""
        return str(self.raw.get("tessera", {}).get("version", "0"))

    @cached_property
    def digest(self) -> str:
        """Returns what differs where the file does, whatever version it states."""
        return hashlib.sha256(json.dumps(self.raw, sort_keys=True).encode()).hexdigest()

    @property
    def matches_per_record(self) -> float:
        """Returns how many other records a record is expected to match."""
        return float(self.raw.get("tessera", {}).get("matches_per_record", 0.5))

    def prior_bits(self, records: int) -> float:
        """Returns log2 odds that two random records of a population match.

        The population is a frozen one (see `identity.frozen`), so that new records move no score.
        """
        size = max(records, 1024)
        share = min(self.matches_per_record / size, 0.5)
        return math.log2(share / (1 - share))

    @cached_property
    def term_columns(self) -> list[str]:
        """Returns the columns whose values weigh by their rarity."""
        return sorted(
            {
                level["tf_adjustment_column"]
                for c in self.raw["comparisons"]
                for level in c["comparison_levels"]
                if level.get("tf_adjustment_column")
            }
        )

    def bits_sql(self, population: int) -> dict[str, str]:
        """Returns {comparison: SQL expression of its match weight in bits}.

        The expressions read the aliases l and r of `identity.scoring.sides_sql`, with `tf_<column>`.
        """
        return {
            c["output_column_name"]: _comparison_sql(c, rarest(population))
            for c in self.raw["comparisons"]
        }

    def level_sql(self) -> dict[str, str]:
        """Returns {comparison: SQL expression of the level's number, 0 where nothing compares}."""
        found = {}
        for c in self.raw["comparisons"]:
            parts = []
            for i, level in enumerate(c["comparison_levels"]):
                condition = sided(level["sql_condition"])
                parts.append(f"ELSE {i}" if condition == "ELSE" else f"WHEN {condition} THEN {i}")
            found[c["output_column_name"]] = f"CASE {' '.join(parts)} END"
        return found


def _comparison_sql(comparison: dict[str, Any], rarest: float) -> str:
    parts = []
    for level in comparison["comparison_levels"]:
        condition = sided(level["sql_condition"])
        if level.get("is_null_level"):
            bits = "0.0"
        else:
            bits = f"{weight(level):.4f}"
            if level.get("tf_adjustment_column"):
                bits = _with_rarity(level, bits, rarest)
        parts.append(f"ELSE {bits}" if condition == "ELSE" else f"WHEN {condition} THEN {bits}")
    return f"CASE {' '.join(parts)} END"


def _with_rarity(level: dict[str, Any], bits: str, rarest: float) -> str:
    """Returns bits corrected by the rarity of the value that both sides share."""
    column, u = level["tf_adjustment_column"], float(level["u_probability"])
    shift = f"log2({u} / coalesce(l.tf_{column}, {rarest}))"
    return f"{bits} + {level.get('tf_adjustment_weight', 1.0)} * least({shift}, {MAX_TF_BITS})"


def sided(condition: str) -> str:
    """Returns a Splink condition over the aliases l and r instead of suffixes, dear tests last."""
    return _EDITS.sub(
        lambda found: within_edits(found[1], found[2], int(found[3])),
        _SIDED.sub(r"\2.\1", condition),
    )


def within_edits(left: str, right: str, edits: int) -> str:
    """Returns the condition of at most so many edits, neighbours swapped being one.

    A swap is two plain edits, and those are counted ten times as fast. Nested cases, since an AND within another
    function computes all its sides for every row.
    """
    return (
        f"CASE WHEN abs(length({left}) - length({right})) <= {edits} AND levenshtein({left}, {right}) <= {2 * edits}"
        f" THEN damerau_levenshtein({left}, {right}) <= {edits} ELSE false END"
    )


def weight(level: dict[str, Any]) -> float:
    """Returns a level's match weight in bits."""
    m, u = float(level["m_probability"]), float(level["u_probability"])
    return math.log2(max(m, 1e-9) / max(u, 1e-9))
