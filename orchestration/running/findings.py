"""What the published generation holds, for the account of a run."""

from dataclasses import dataclass, field
from pathlib import Path

import duckdb

# Rules of the evidence ladder in words are the rules' own names; these are not rules.
_NO_LINKS = ("alone", "self", "none", "single")


@dataclass(frozen=True)
class Findings:
    """Counts of a generation.

    Attributes:
        records: Source to shape to rows.
        customers: Customers.
        spanning: Customers with records of more than one source.
        links: Kind of evidence to accepted links, most first.
        example: Two records that are one customer, the first and the last of those with most;
            None where every customer has one record. Ids only.
    """

    records: dict[str, dict[str, int]] = field(default_factory=dict)
    customers: int = 0
    spanning: int = 0
    links: dict[str, int] = field(default_factory=dict)
    example: tuple[str, str] | None = None


def find(published: Path) -> Findings:
    """Counts what a published hub holds."""
    # A link's target changes when a generation does; one process must not mix the two.
    with duckdb.connect(str(published.resolve()), read_only=True) as hub:
        records: dict[str, dict[str, int]] = {}
        for table, shape in (
            ("customer_identities", "contacts"),
            ("interactions", "interactions"),
            ("transactions", "transactions"),
        ):
            query = f"select source, count(*) from marts.{table} group by source"
            for source, count in hub.execute(query).fetchall():
                records.setdefault(source, {})[shape] = count
        counted = hub.execute(
            "select count(*), count(*) filter (source_count > 1) from marts.customers"
        ).fetchone()
        customers, spanning = counted or (0, 0)
        example = hub.execute(
            "select min(source || ':' || source_record_id), max(source || ':' || source_record_id) "
            "from marts.customer_identities group by customer_id having count(*) > 1 "
            "order by count(distinct source) desc, count(*) desc, customer_id limit 1"
        ).fetchone()
        return Findings(records, customers, spanning, _links(hub), example)


def _links(hub: duckdb.DuckDBPyConnection) -> dict[str, int]:
    has_edges = hub.execute(
        "select count(*) from duckdb_tables() where schema_name = 'identity' "
        "and table_name = 'edges'"
    ).fetchone()
    if not has_edges or not has_edges[0]:
        return {}
    rows = hub.execute(
        "select rule, count(*) from identity.edges where status = 'accepted' "
        "group by rule order by count(*) desc, rule"
    ).fetchall()
    return {str(rule).replace("_", " "): count for rule, count in rows}
