"""The steward's queue: pairs that wait for a person, and what a decision will change."""

import itertools
from pathlib import Path
from typing import Any, NamedTuple

import identity
from identity import decisions
from serving.desk import Desk
from serving.history import Row
from serving.pages.search import golden

REVIEW = (Path(__file__).parent / "review.sql").read_text()
WEIGHTS = (Path(__file__).parent / "weights.sql").read_text()
VERBS = {"same": "confirm", "different": "never", "undo": "undo"}

Record = tuple[str, str]
"""Source, and the record's id there."""


class Bar(NamedTuple):
    """One bar of a waterfall.

    Attributes:
        name: what was compared.
        finding: how alike the two are.
        bits: its weight.
        start: where the bar begins, in percent of the whole width.
        width: in percent.
    """

    name: str
    finding: str
    bits: float
    start: float
    width: float


class Queue:
    """Pairs of a generation that nobody decided yet."""

    def __init__(self, desk: Desk, ledger: Path | None) -> None:
        """Decisions go to `ledger`; without one the queue is for looking only."""
        self._desk, self.ledger = desk, ledger
        self._rows: tuple[str, list[Row]] = ("", [])

    def waiting(self, generation: str) -> list[Row]:
        """The pairs; blocks for some milliseconds."""
        if self._rows[0] != generation:
            rows = self._desk.history.ask(generation, "hub.duckdb", REVIEW, {})
            self._rows = (generation, rows)
        decided = {
            frozenset((one, other))
            for one, other, _ in decisions.effective(decisions.read(self.ledger))
        }
        return [row for row in self._rows[1] if frozenset(pair(row)) not in decided]

    def decide(self, verb: str, records: list[Record], by: str) -> None:
        """Writes a decision, or takes one back, into identity's ledger.

        Raises:
            identity.DecisionError: there is no ledger, or the decision is none.
        """
        if self.ledger is None:
            raise identity.DecisionError("hub.yaml: identity.decisions names no file to write to")
        why = "decided in the review queue"
        identity.decide(self.ledger, VERBS.get(verb, verb), records, by=by, why=why)

    def find(self, generation: str, records: list[Record]) -> Row | None:
        """The pair of these records, where it waits; blocks for some milliseconds."""
        wanted = frozenset(records)
        rows = (row for row in self.waiting(generation) if frozenset(pair(row)) == wanted)
        return next(rows, None)

    def waterfall(self, generation: str, row: Row) -> "list[Bar]":
        """What a pair's evidence weighs, one bar after the other; none where nobody weighed it."""
        names = ("left_source", "left_record_id", "right_source", "right_record_id")
        values = {name: row[name] for name in names}
        try:
            weights = self._desk.history.ask(generation, "hub.duckdb", WEIGHTS, values)
        except LookupError:
            return []
        return bars(weights, float(row["weight"] or 0))

    def sides(self, row: Row) -> list[dict[str, Any]]:
        """Both customers of a pair as they are now."""
        found = []
        for side in ("left", "right"):
            answer = self._desk.reader().customer(row[f"{side}_customer"])
            record = golden(answer[0]) if answer and isinstance(answer[0], bytes) else {}
            found.append(record)
        return found


def pair(row: Row) -> tuple[Record, Record]:
    """The two records of a pair."""
    return (
        (row["left_source"], row["left_record_id"]),
        (row["right_source"], row["right_record_id"]),
    )


def consequences(row: Row, sides: list[dict[str, Any]]) -> dict[str, str]:
    """What each decision will change, in a sentence."""
    records = _counted(sides, "record")
    if row["left_customer"] == row["right_customer"]:
        same = "They stay one customer, whatever the rules say later."
        different = f"Their customer of {_counted(sides[:1], 'record')} will be split."
    else:
        beside = [_counted(sides, what) for what in ("interaction", "transaction")]
        moved = [said for said in beside if not said.startswith("0 ")]
        same = (
            f"Two customers become one of {', '.join([records, *moved])}; "
            "one of the two ids will lead to the other."
        )
        different = "They stay two customers, whatever the rules say later."
    return {"same": same, "different": different}


def _counted(sides: list[dict[str, Any]], what: str) -> str:
    number = sum(side.get(f"{what}_count") or 0 for side in sides)
    return f"{number} {what}{'' if number == 1 else 's'}"


def bars(weights: list[Row], total: float) -> list[Bar]:
    """Weights drawn one after the other on one scale, and their total from zero."""
    if not weights:
        return []
    ends = list(itertools.accumulate(float(weight["bits"]) for weight in weights))
    low, high = min(0.0, total, *ends), max(0.0, total, *ends)
    scale = 100 / ((high - low) or 1)

    def bar(name: str, finding: str, start: float, end: float) -> Bar:
        left, right = sorted((start, end))
        at, width = (left - low) * scale, max((right - left) * scale, 0.5)
        return Bar(name, finding, end - start, round(at, 2), round(width, 2))

    drawn = [
        bar(str(weight["name"]).replace("_", " "), str(weight["finding"]), start, end)
        for weight, start, end in zip(weights, [0.0, *ends], ends, strict=False)
    ]
    if abs(total - ends[-1]) > 0.05:
        # Comparisons and rules are not independent: the stronger of the two counts, within bounds.
        drawn.append(bar("overlap", "what says the same counts once", ends[-1], total))
    return [*drawn, bar("total", "", 0.0, total)]


def evidence(row: Row) -> dict[str, Any]:
    """The evidence of an edge: its rules, its weight in bits, and how full to draw the bar."""
    rules = [part.strip() for part in str(row["rule"] or "").split("+") if part.strip()]
    weight = float(row["weight"] or 0)
    return {
        "rules": [rule.replace("_", " ") for rule in rules],
        "weight": weight,
        "fill": round(min(abs(weight), 30.0) / 30 * 100),
    }
