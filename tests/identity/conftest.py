"""Contacts to resolve, in one line each."""

from collections.abc import Callable
from typing import Any

import duckdb
import pytest

import identity

COLUMNS = {
    "source": "VARCHAR", "source_record_id": "VARCHAR", "kind": "VARCHAR", "full_name": "VARCHAR",
    "given_name": "VARCHAR", "family_name": "VARCHAR", "platform": "VARCHAR", "handle": "VARCHAR",
    "emails": "VARCHAR[]", "phones": "VARCHAR[]", "links": "VARCHAR[]",
    "handles": "STRUCT(platform VARCHAR, handle VARCHAR)[]", "street": "VARCHAR", "city": "VARCHAR",
    "postal_code": "VARCHAR", "country": "VARCHAR", "birth_date": "VARCHAR", "company": "VARCHAR",
    "bio": "VARCHAR", "location": "VARCHAR", "verified": "BOOLEAN", "deleted": "BOOLEAN",
    "attributes": "JSON",
}  # fmt: skip
MODEL = {"model": "default", "country": "US"}
Contact = dict[str, Any]


def person(key: str, name: str = "", source: str = "crm", **columns: Any) -> Contact:
    given, _, family = name.partition(" ")
    return {
        "source": source, "source_record_id": key, "kind": "person", "given_name": given or None,
        "family_name": family or None, **columns,
    }  # fmt: skip


def account(key: str, name: str, handle: str, platform: str = "x", **columns: Any) -> Contact:
    return {
        "source": platform, "source_record_id": key, "kind": "unknown", "full_name": name,
        "platform": platform, "handle": handle, **columns,
    }  # fmt: skip


def fill(con: duckdb.DuckDBPyConnection, contacts: list[Contact]) -> None:
    declared = ", ".join(f"{n} {t}" for n, t in COLUMNS.items())
    con.execute(f"CREATE OR REPLACE TABLE contacts ({declared})")
    marks = ", ".join("?" for _ in COLUMNS)
    if contacts:
        con.executemany(
            f"INSERT INTO contacts VALUES ({marks})",
            [[c.get(n) for n in COLUMNS] for c in contacts],
        )


def partition(con: duckdb.DuckDBPyConnection) -> set[frozenset[tuple[str, str]]]:
    rows = con.execute(
        """SELECT list((r.source, r.source_record_id)) FROM identity_work.members AS m
        INNER JOIN identity_work.records AS r ON m.rkey = r.rkey GROUP BY m.cluster"""
    ).fetchall()
    return {frozenset(map(tuple, row[0])) for row in rows}


def ids(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], str]:
    rows = con.execute("SELECT source, source_record_id, customer_id FROM identity_work.v_clusters")
    return {(s, i): c for s, i, c in rows.fetchall()}


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 1})


@pytest.fixture
def resolved(con: duckdb.DuckDBPyConnection) -> Callable[..., set[frozenset[tuple[str, str]]]]:
    """Resolves contacts and returns the customers as sets of records."""

    def run(contacts: list[Contact], **config: Any) -> set[frozenset[tuple[str, str]]]:
        fill(con, contacts)
        identity.resolve(con, "contacts", config=MODEL | config)
        return partition(con)

    return run
