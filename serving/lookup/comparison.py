"""Compares a generation with what the sidecar shows, in as few passes over its tables as can be.

One pass over the customers hashes their rows and keeps those whose hash the sidecar does not know;
that one of `n` equal rows went cannot be seen so, and shows in their number. Of the other tables
only hashes are kept; rows of those who changed are read again.
"""

from pathlib import Path

import duckdb

from serving.lookup import documents, marks, profiles, store
from serving.lookup.keys import number_sql
from serving.lookup.marks import PARTS
from serving.lookup.state import Mark, SidecarError, State
from serving.sql import text

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
            columns = "who, customer_id, mark, keyed"
            before = f"select {columns} from {earlier}"
            if mark.since:
                later = f"read_parquet({text(store.folder(home) / mark.since)})"
                self._ask(f"create or replace temp view later_{table} as from {later}")
                before = (
                    f"{before} anti join later_{table} using (who) "
                    f"union all select {columns} from later_{table} "
                    "where mark is not null"
                )
            else:
                self._ask(f"create or replace temp view later_{table} as {before} where false")
            self._ask(f"create or replace temp view before_{table} as {before}")

    def found(self) -> dict[str, Mark]:
        """Writes parts of changed profiles and their marks; what is known of each table then.

        Raises:
            SidecarError: it takes a build from nothing.
        """
        known = {"customers": self._customers()}
        known |= {table: self._others(table) for table in PARTS if table != "customers"}
        for table, mark in known.items():
            if self._one(f"select count(*) from ids_{table}"):
                mark.since = f"{table}.since.parquet"
                what = (
                    f"select who, customer_id, mark, keyed from later_{table} "
                    f"anti join ids_{table} using (customer_id) union all "
                    f"select hash(customer_id), customer_id, mark, keyed from ids_{table} "
                    f"left join marks_{table} using (customer_id)"
                )
                marks.write(self._connection, what, self._folder / mark.since)
        self._parts()
        return known

    def _customers(self) -> Mark:
        known = self._known.marks["customers"]
        # Two steps: here and there a row is left of a vector, and work on so few at a time is dear.
        self._ask(
            "create or replace temp table changed as select mark, whole "
            "from (select hash(rows) as mark, rows as whole from hub.marts.customers as rows) "
            "anti join before_customers using (mark)"
        )
        record = documents.fields(self._connection, "customers", "whole")
        keyed = marks.keyed(self._connection, "customers", "whole")
        self._ask(
            "create or replace temp table marks_customers as select mark, hash(whole.customer_id) "
            f"as who, whole.customer_id, {keyed} as keyed, "
            f"encode(to_json({{{record}}})) as customer from changed"
        )
        self._ask(
            "create or replace temp table held as select marks_customers.customer_id, "
            "earlier.mark, earlier.keyed = marks_customers.keyed as same_keys "
            "from (select who, mark, keyed from before_customers) as earlier "
            "inner join marks_customers using (who)"
        )
        self._ask(
            "create or replace temp table fresh as select customer_id from marks_customers "
            "anti join held using (customer_id)"
        )
        self._ask("create or replace temp table gone (customer_id varchar)")
        rows = self._one("select count(*) from hub.marts.customers")
        going = known.rows + self._one("select count(*) from fresh") - rows
        if going:
            self._ask(
                "insert into gone select customer_id from before_customers "
                "anti join hub.marts.customers using (customer_id)"
            )
            self._ask(
                "insert into held select customer_id, mark, false from before_customers "
                "semi join gone using (customer_id)"
            )
        added, taken = (
            marks.summed(self._connection, these) for these in ("marks_customers", "held")
        )
        if going != self._one("select count(*) from gone") or added[0] + going > max(
            _MOST * rows, 100
        ):
            raise SidecarError("the customers cannot be told apart, or most of them changed")
        self._ask(
            "create or replace temp table ids_customers as select customer_id from marks_customers "
            "union all from gone"
        )
        total = str(int(known.total) - int(taken[1]) + int(added[1]))
        return Mark(known.columns, rows, total, known.all, known.since)

    def _others(self, table: str) -> Mark:
        known = self._known.marks[table]
        # As many rows as before are probably the same ones; others are surely not.
        rows, total = known.rows, ""
        if self._one(f"select count(*) from hub.marts.{table}") == known.rows:
            rows, total = marks.look(self._connection, table)
        if total != known.total:
            rows, total = marks.mark(self._connection, table)
        elif self._one("select count(*) from fresh"):
            marks.mark(self._connection, table)
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
        nothing = {part: f"null::blob as {part}" for part in PARTS.values()}
        record = nothing | {"customer": "customer"}
        parts = [
            "select customer_id, false as gone, same_keys is true as same_keys, "
            f"{_listed(record)} from marks_customers left join held using (customer_id)"
        ]
        if self._one("select count(*) from gone"):
            parts.append(f"select customer_id, true, false, {_listed(nothing)} from gone")
        for table, part in PARTS.items():
            if table != "customers" and self._one(f"select count(*) from ids_{table}"):
                fields = documents.fields(self._connection, table)
                entries = (
                    f"select customer_id, encode(string_agg(to_json(row), ',')) as {part} from "
                    f"(select customer_id, {{{fields}}} as row from hub.marts.{table} "
                    f"semi join ids_{table} using (customer_id)) group by customer_id"
                )
                listed = nothing | {part: f"coalesce({part}, '') as {part}"}
                parts.append(
                    f"select customer_id, false, false, {_listed(listed)} from ids_{table} "
                    f"left join ({entries}) using (customer_id)"
                )
        what = " union all ".join(parts)
        if len(parts) > 1:
            together = {part: f"any_value({part}) as {part}" for part in PARTS.values()}
            what = (
                "select customer_id, bool_or(gone) as gone, bool_and(same_keys) as same_keys, "
                f"{_listed(together)} "
                f"from ({what}) group by customer_id"
            )
        # The number is made here: MD5 one by one in Python takes longer than all the rest of it.
        rows = self._ask(f"select {number_sql('customer_id')} as number, * from ({what})")
        profiles.write_parts(self._folder, rows.to_arrow_reader(profiles.BATCH))

    def _row(self, asked: str) -> tuple:  # type: ignore[type-arg]
        return self._ask(asked).fetchone() or ()

    def _one(self, asked: str) -> int:
        return int(self._row(asked)[0])


def _listed(columns: dict[str, str]) -> str:
    return ", ".join(columns.values())
