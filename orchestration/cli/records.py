"""How records are named on the command line: SOURCE:ID."""

import duckdb

from orchestration.cli.console import UserError

Record = tuple[str, str]


def record_of(text: str) -> Record:
    """`crm:17` as (source, record id)."""
    source, colon, record = text.partition(":")
    if not (source and colon and record):
        raise UserError(f"{text} names no record; write SOURCE:ID, like crm:17")
    return source, record


def named(record: Record) -> str:
    """(source, record id) as `crm:17`."""
    return ":".join(record)


def record_or_customer(warehouse: duckdb.DuckDBPyConnection, text: str) -> Record:
    """A record as SOURCE:ID, or any record of a customer by its id."""
    if ":" in text:
        return record_of(text)
    found = warehouse.execute(
        "select source, source_record_id from marts.customer_identities "
        "where customer_id = $1 or customer_id in "
        "(select customer_id from marts.customer_aliases where alias_id = $1) order by all limit 1",
        [text],
    ).fetchone()
    if found is None:
        left = warehouse.execute(
            "select max(occurred_at) from identity.identity_events "
            "where kind = 'retired' and customer_id = $1",
            [text],
        ).fetchone()
        if left and left[0]:
            raise UserError(f"customer {text} was retired on {left[0]:%Y-%m-%d}: no record is left")
        raise UserError(f"there is no customer {text}; name a record as SOURCE:ID, like crm:17")
    return str(found[0]), str(found[1])


def known(warehouse: duckdb.DuckDBPyConnection, records: list[Record]) -> None:
    """Raises where a record is not among the resolved contacts."""
    import identity

    gone = identity.absent(warehouse, records)
    for source, record in records:
        if (source, record) in gone:
            raise UserError(f"there is no contact {record} of source {source}; nothing was written")
