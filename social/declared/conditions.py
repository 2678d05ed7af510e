"""SQL conditions in declared files: checked before anything runs, taken apart to be explained."""

import difflib
from collections.abc import Mapping

import duckdb
import sqlglot
from sqlglot import exp

_FORBIDDEN = (exp.Select, exp.Subquery, exp.Window, exp.AggFunc)


class ConditionError(ValueError):
    """A condition that cannot be used; `fix` says what to do."""

    def __init__(self, text: str, fix: str = "") -> None:
        self.text, self.fix = text, fix
        super().__init__(text)


def parse(condition: str) -> exp.Condition:
    """The condition as a tree.

    Raises:
        ConditionError: It is no SQL.
    """
    try:
        duckdb.extract_statements(f"select ({condition})")  # sqlglot lets some slips pass
        return sqlglot.parse_one(condition, dialect="duckdb", into=exp.Condition)
    except (sqlglot.errors.SqlglotError, duckdb.ParserException) as error:
        found = (getattr(error, "errors", None) or [{}])[0]
        near = str(found.get("highlight") or "").strip()
        where = f" near `{near}`" if near else ""
        raise ConditionError(
            f"this is no SQL condition{where}", "check quotes and brackets"
        ) from None


def check(condition: str, columns: Mapping[str, str], *, aggregates: bool = False) -> None:
    """Refuses columns that are not there, what other tables would be read by, and what cannot run.

    Args:
        condition: As it is declared.
        columns: The columns of the row that it looks at, with their types.
        aggregates: Whether it is a value of several rows instead.

    Raises:
        ConditionError: With the nearest known column as the fix.
    """
    tree = parse(condition)
    for node in tree.walk():
        if isinstance(node, exp.AggFunc) and aggregates:
            continue
        if isinstance(node, _FORBIDDEN):
            raise ConditionError("a condition looks at one row only", "leave out queries and sums")
        if isinstance(node, exp.Column) and node.name not in columns:
            near = difflib.get_close_matches(node.name, list(columns), n=1, cutoff=0.5)
            fix = (
                f"did you mean {near[0]}?" if near else f"known here: {', '.join(sorted(columns))}"
            )
            raise ConditionError(f"there is no column {node.name}", fix)
    _ask(condition, columns, aggregates=aggregates)


def _ask(condition: str, columns: Mapping[str, str], *, aggregates: bool) -> None:
    """Asks one row of nulls: types, functions and patterns are only looked at by asking."""
    kind, group = ("double", "group by all_of_them") if aggregates else ("boolean", "")
    row = ", ".join(f"cast(null as {of}) as {name}" for name, of in columns.items())
    try:
        with duckdb.connect(config={"enable_external_access": "false"}) as engine:
            rows = f"(select {row}, 1 as all_of_them) {group}"
            engine.execute(f"select cast(({condition}) as {kind}) from {rows}")
    except duckdb.Error as error:
        reason = str(error).splitlines()[0].partition("Error: ")[2].rstrip("!. ")
        raise ConditionError(
            f"this cannot be asked ({reason})", "check types, functions and quotes"
        ) from None


def parts(condition: str) -> list[str]:
    """The conditions that all must hold: `a and (b or c)` gives `a` and `b or c`."""
    tree = parse(condition).unnest()
    pieces = list(tree.flatten()) if isinstance(tree, exp.And) else [tree]
    return [piece.sql(dialect="duckdb") for piece in pieces]


def columns_of(condition: str) -> list[str]:
    """The columns it reads, in order, each once."""
    return list(
        dict.fromkeys(node.name for node in parse(condition).find_all(exp.Column, bfs=False))
    )
