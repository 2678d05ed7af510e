"""Measures of the contacts shape and of the customers mart: one scan each, numbers only."""

from pathlib import Path

import duckdb

Measures = dict[str, dict[str, float]]
"""Suite to measure to number. `filled.<column>` and `rows.<source>` are families of measures."""

# Columns whose share of filled rows says whether a source or a mapping broke.
FILLED = {
    "contacts": ("full_name", "handle", "emails", "phones", "links", "handles", "city", "address"),
    "customers": ("full_name", "primary_email", "primary_phone", "handles", "city", "sources"),
}
_LISTS = {"emails", "phones", "links", "handles", "sources"}
_EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"

_CONTACTS = rf"""
    select
        count(*) as rows,
        count(*) filter (source is null or source_record_id is null or source_record_id = '')
            as without_key,
        count(*) - count(distinct (source, source_record_id)) as repeated_keys,
        count(*) filter (coalesce(kind, '') not in ('person', 'organisation', 'unknown'))
            as unknown_kinds,
        count(*) filter (birth_date > current_date or birth_date < date '1850-01-01')
            as impossible_birth_dates,
        coalesce(avg(regexp_matches(trim(emails[1]), '{_EMAIL}')::int), 1) as plausible_emails,
        {{filled}}
    from intermediate.contacts
    where not deleted
"""
_CUSTOMERS = rf"""
    select
        count(*) as rows,
        count(*) filter (customer_id is null or customer_id = '') as without_key,
        count(*) - count(distinct customer_id) as repeated_keys,
        count(*) filter (not regexp_matches(primary_email, '{_EMAIL}')) as malformed_emails,
        count(*) filter (not regexp_matches(primary_phone, '^\+[1-9]\d{{{{5,14}}}}$'))
            as malformed_phones,
        count(*) filter (transaction_currency is not null
            and not regexp_matches(transaction_currency, '^[A-Z]{{{{3}}}}$'))
            as malformed_currencies,
        count(*) filter (coalesce(record_count, 0) < 1 or source_count > record_count)
            as without_records,
        coalesce(avg((source_count > 1)::int), 0) as spanning_sources,
        coalesce(max(record_count), 0) as largest,
        {{filled}}
    from marts.customers
"""
_WITHOUT_CUSTOMER = """
    select count(*)
    from intermediate.contacts as contacts
    anti join marts.customer_identities as identities
        on contacts.source = identities.source
        and contacts.source_record_id = identities.source_record_id
    where not contacts.deleted
"""


def measure(warehouse: Path) -> Measures:
    """Measures a built warehouse.

    Args:
        warehouse: The DuckDB file; nobody may write it meanwhile.

    Returns:
        Numbers by suite; a measure that cannot be taken is missing, which fails its check.
    """
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        contacts = _row(connection, _CONTACTS.format(filled=_filled("contacts")))
        customers = _row(connection, _CUSTOMERS.format(filled=_filled("customers")))
        for source, count in connection.execute(
            "select source, count(*) from intermediate.contacts where not deleted group by source"
        ).fetchall():
            contacts[f"rows.{source}"] = float(count)
        found = connection.execute(_WITHOUT_CUSTOMER).fetchone()
        customers["contacts_without_customer"] = float(found[0]) if found else 0.0
    return {"contacts": contacts, "customers": customers}


def _filled(suite: str) -> str:
    terms = []
    for column in FILLED[suite]:
        test = f"len({column}) > 0" if column in _LISTS else f"{column} is not null"
        terms.append(f'coalesce(avg(({test})::int), 0) as "filled.{column}"')
    return ",\n        ".join(terms)


def _row(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, float]:
    result = connection.execute(query)
    names = [column[0] for column in result.description or ()]
    row = result.fetchone() or ()
    return {name: float(value) for name, value in zip(names, row, strict=True) if value is not None}
