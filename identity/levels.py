"""The forms in which comparisons are written: degrees of likeness, and how Splink writes them."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Level:
    """A degree of likeness: SQL condition, its name, the column whose rarity counts, first guesses of m and u."""

    condition: str
    label: str
    m: float
    u: float
    tf: str | None = None


@dataclass(frozen=True)
class Comparison:
    """Levels of one thing compared; `missing` is when there is nothing to compare."""

    name: str
    columns: tuple[str, ...]
    missing: str
    levels: tuple[Level, ...]
    otherwise: tuple[float, float] = field(default=(0.05, 0.9))


def near(column: str, edits: int) -> str:
    """Returns the condition of at most so many typing errors, cheap tests before the dear one."""
    return (
        f"abs(length({column}_l) - length({column}_r)) <= {edits}"
        f" AND jaro_similarity({column}_l, {column}_r) >= 0.7"
        f" AND damerau_levenshtein({column}_l, {column}_r) <= {edits}"
    )


def digits_off(edits: int) -> str:
    """Returns the condition of at most so many wrong or swapped digits in two whole dates."""
    return (
        "length(birth_l) = 10 AND length(birth_r) = 10"
        f" AND hamming(birth_l, birth_r) <= {2 * edits}"
        f" AND damerau_levenshtein(birth_l, birth_r) <= {edits}"
    )


def plain(name: str, m: float, u: float, similar: float | None = None) -> Comparison:
    """Returns the comparison of a column that is the same, alike from a likeness on, or not."""
    levels = [Level(f"{name}_l = {name}_r", "same", m, u, name)]
    if similar:
        levels.append(
            Level(f"jaro_winkler_similarity({name}_l, {name}_r) >= {similar}", "alike", 0.1, u)
        )
    return Comparison(
        name, (name,), f"{name}_l IS NULL OR {name}_r IS NULL", tuple(levels), (1 - m, 1 - u)
    )


def as_splink(comparison: Comparison) -> dict[str, Any]:
    """Returns a comparison as it stands in Splink's settings."""
    levels: list[dict[str, Any]] = [
        {
            "sql_condition": comparison.missing,
            "label_for_charts": "nothing to compare",
            "is_null_level": True,
        }
    ]
    for level in comparison.levels:
        entry: dict[str, Any] = {
            "sql_condition": level.condition,
            "label_for_charts": level.label,
            "m_probability": level.m,
            "u_probability": level.u,
        }
        if level.tf:
            entry |= {"tf_adjustment_column": level.tf, "tf_adjustment_weight": 1.0}
        levels.append(entry)
    m, u = comparison.otherwise
    levels.append(
        {
            "sql_condition": "ELSE",
            "label_for_charts": "all else",
            "m_probability": m,
            "u_probability": u,
        }
    )
    return {"output_column_name": comparison.name, "comparison_levels": levels}
