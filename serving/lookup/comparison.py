"""Compares a generation with what the sidecar shows, in as few passes over its tables as can be.

One pass over the customers hashes their rows, sums the hashes up and keeps the rows whose hash the
sidecar does not know. Of the other tables only hashes are kept; rows of those who changed are
read again.
"""

from pathlib import Path

import duckdb

from serving.lookup import documents, marks, store
from serving.lookup.marks import PARTS
from serving.lookup.state import Mark, SidecarError, State
from serving.sql import text

_SAMPLE = 2_000  # rows looked at first
_MOST = 0.2  # of the customers may have changed; with more, a build from nothing is cheaper


class Comparison:
    """Of a generation with what the sidecar shows."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, home: Path, known: State, folder: Path
    ) -> None:
        """Writes into `folder`."""
        self._ask, self._known, self._folder = connection.execute, known, folder
        self._connection = connection
        for table in PARTS:
            mark = known.marks[table]
            earlier = f"read_parquet({text(store.folder(home) / mark.all)}) as earlier"
            before = f"select customer_id, mark from {earlier}"
            if mark.since:
                later = f"read_parquet({text(store.folder(home) / mark.since)})"
                self._ask(f"create or replace temp view later_{table} as from {later}")
                before = (
                    f"{before} anti join later_{table} using (customer_id) "
                    f"union all select customer_id, mark from later_{table} where mark is not null"
                )
            else:
                self._ask(f"create or replace temp view later_{table} as {before} where false")
            self._ask(f"create or replace temp view before_{table} as {before}")

    def found(self) -> dict[str, Mark]:
        """Writes parts of changed profiles and their marks; what is known of each table then.

        Raises:
            SidecarError: it takes a build from nothing.
        """
        self._sample()
        known = {"customers": self._customers()}
        known |= {table: self._others(table) for table in PARTS if table != "customers"}
        for table, mark in known.items():
            if self._one(f"select count(*) from ids_{table}"):
                mark.since = f"{table}.since.parquet"
                what = (
                    f"select customer_id, mark from later_{table} "
                    f"anti join ids_{table} using (customer_id) "
                    f"union all select customer_id, mark from ids_{table} "
                    f"left join marks_{table} using (customer_id)"
                )
                marks.write(self._connection, what, self._folder / mark.since)
        self._parts()
        return known

    def _sample(self) -> None:
        """Rather than to find out after an hour that everything changed."""
        looked, same = self._row(
            "with looked as materialized (select hash(rows) as mark from hub.marts.customers "
            f"as rows limit {_SAMPLE}) select (select count(*) from looked), "
            "(select count(*) from before_customers semi join looked using (mark))"
        )
        if looked - same > max(_MOST * looked, 100):
            raise SidecarError("most profiles changed")

    def _customers(self) -> Mark:
        known = self._known.marks["customers"]
        self._ask(
            "create or replace temp table looked as select count(*) as rows, "
            "sum(mark)::varchar as total, "
            "list({mark: mark, whole: whole}) filter (where not same) as changed "
            "from (select mark, whole, mark in (select mark from before_customers) as same "
            "from (select hash(rows) as mark, rows as whole from hub.marts.customers as rows))"
        )
        rows, total = self._row("select rows, total from looked")
        self._ask(
            "create or replace temp table marks_customers as select mark, whole.* from "
            "(select unnest(changed, max_depth := 2) from looked)"
        )
        self._ask(
            "create or replace temp table fresh as select customer_id from marks_customers "
            "anti join before_customers using (customer_id)"
        )
        self._ask("create or replace temp table gone (customer_id varchar)")
        going = known.rows + self._one("select count(*) from fresh") - rows
        if going:
            self._ask(
                "insert into gone select customer_id from before_customers "
                "anti join hub.marts.customers using (customer_id)"
            )
        changed = self._one("select count(*) from marks_customers")
        if going != self._one("select count(*) from gone") or changed + going > max(
            _MOST * rows, 100
        ):
            raise SidecarError("the customers cannot be told apart, or most of them changed")
        self._ask(
            "create or replace temp table ids_customers as select customer_id from marks_customers "
            "union all from gone"
        )
        return Mark(known.columns, rows, total, known.all, known.since)

    def _others(self, table: str) -> Mark:
        known = self._known.marks[table]
        rows, total = marks.mark(self._connection, table)
        # Whoever is new gets all of their rows, even those that were here before them.
        self._ask(f"create or replace temp table ids_{table} as from fresh")
        if (rows, total) != (known.rows, known.total):
            for these, one, other in (("added", "marks", "before"), ("taken", "before", "marks")):
                self._ask(
                    f"create or replace temp table {these} as select customer_id, mark "
                    f"from {one}_{table} anti join {other}_{table} using (mark)"
                )
            added, taken = (marks.summed(self._connection, these) for these in ("added", "taken"))
            same = (rows - added[0], int(total) - int(added[1]))
            if same != (known.rows - taken[0], int(known.total) - int(taken[1])):
                raise SidecarError("a row that is there more than once")
            self._ask(
                f"create or replace temp table ids_{table} as select customer_id from added "
                "union select customer_id from taken union from fresh"
            )
        return Mark(known.columns, rows, total, known.all, known.since)

    def _parts(self) -> None:
        fields = documents.fields(self._connection, "customers")
        parts = [
            "select customer_id, true as gone, null::varchar as customer, "
            "null::varchar as identities, null::varchar as consents from gone",
            f"select customer_id, to_json({{{fields}}})::varchar as customer from marks_customers",
        ]
        for table, part in PARTS.items():
            if table != "customers":
                fields = documents.fields(self._connection, table)
                entries = (
                    f"select customer_id, string_agg(to_json(row), ',') as {part} from "
                    f"(select customer_id, {{{fields}}} as row from hub.marts.{table} "
                    f"semi join ids_{table} using (customer_id)) group by customer_id"
                )
                if self._one(f"select count(*) from ids_{table}"):
                    parts.append(
                        f"select customer_id, coalesce({part}, '') as {part} from ids_{table} "
                        f"left join ({entries}) using (customer_id)"
                    )
        together = " union all by name ".join(parts)
        what = (
            "select customer_id, bool_or(gone) is not null as gone, "
            "any_value(customer) as customer, any_value(identities) as identities, "
            f"any_value(consents) as consents from ({together}) group by customer_id"
        )
        marks.write(self._connection, what, self._folder / "parts.parquet")

    def _row(self, asked: str) -> tuple:  # type: ignore[type-arg]
        return self._ask(asked).fetchone() or ()

    def _one(self, asked: str) -> int:
        return int(self._row(asked)[0])
