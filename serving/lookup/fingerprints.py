"""Which profiles changed between two generations: 64 bits over all that a document shows."""

import duckdb

from serving.sql import text

NAME = "fingerprints.parquet"

# Sums, not XOR: two equal rows must not cancel each other.
_SQL = """
    copy (
        with rows as (
            select customer_id, hash(rows) as hashed, true as listed
            from hub.marts.customers as rows
            union all
            select customer_id, sum(hash(rows)), false from hub.marts.customer_identities as rows
            group by customer_id
            union all
            select customer_id, sum(hash(rows, 'consent')), false from hub.marts.consents as rows
            group by customer_id
        )
        select customer_id, hash(customer_id, sum(hashed)) as fingerprint
        from rows group by customer_id having bool_or(listed)
    ) to '{path}' (format parquet, compression zstd)
"""


def write(connection: duckdb.DuckDBPyConnection, path: str) -> None:
    """Writes (customer_id, fingerprint) of the attached database `hub`."""
    connection.execute(_SQL.format(path=path.replace("'", "''")))


def differences(connection: duckdb.DuckDBPyConnection, before: str, after: str) -> list[str]:
    """Fills temporary table `chosen(customer_id)` with whose documents are new or changed.

    Returns:
        The customers that are gone.
    """
    connection.execute(
        "create or replace temp table unlike as "
        "select one.customer_id as was, other.customer_id as is_now "
        # No parameters: with the first one DuckDB imports pandas, for two seconds of CPU.
        f"from read_parquet({text(before)}) as one "
        f"full join read_parquet({text(after)}) as other using (fingerprint) "
        "where one.customer_id is null or other.customer_id is null"
    )
    connection.execute(
        "create or replace temp table chosen as "
        "select is_now as customer_id from unlike where is_now is not null"
    )
    gone = connection.execute(
        "select was from unlike where was is not null and was not in (from chosen)"
    ).fetchall()
    return [row[0] for row in gone]
