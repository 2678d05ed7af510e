"""What identity reads of contacts: the columns that tell who they are, as SQL over any relation in the contacts shape."""

import duckdb

_TEXT = ("source", "source_record_id", "kind", "full_name", "given_name", "family_name", "platform",
         "handle", "profile_url", "street", "city", "region", "postal_code", "country", "address",
         "birth_date", "company", "job_title", "bio", "location")  # fmt: skip
_LISTS = {"links": "VARCHAR[]", "emails": "VARCHAR[]", "phones": "VARCHAR[]",
          "handles": "STRUCT(platform VARCHAR, handle VARCHAR)[]"}  # fmt: skip
# A record's lasting key.
RKEY = "md5_number_lower(source || chr(31) || source_record_id) AS rkey"


def contents_sql(con: duckdb.DuckDBPyConnection, contacts: str, place: str | None = None) -> str:
    """Returns a SELECT of the columns used here from a contacts relation, absent ones as NULL.

    Contacts flagged as deleted are left out. `hash` says whether a contact changed, and tells any two apart.

    Args:
        con: Sees the relation.
        contacts: Relation in the contacts shape.
        place: Expression of where a contact stands, to have `hash` and `place` alone.
    """
    have = {row[0] for row in con.execute(f"DESCRIBE SELECT * FROM {contacts}").fetchall()}
    text = [f"CAST({c} AS VARCHAR) AS {c}" if c in have else f"NULL::VARCHAR AS {c}" for c in _TEXT]
    lists = [
        f"CAST({c} AS {t}) AS {c}" if c in have else f"NULL::{t} AS {c}" for c, t in _LISTS.items()
    ]
    rest = [
        "CAST(attributes AS VARCHAR) AS attributes"
        if "attributes" in have
        else "NULL::VARCHAR AS attributes",
        "coalesce(verified, false) AS verified" if "verified" in have else "false AS verified",
    ]
    live = "WHERE NOT coalesce(deleted, false)" if "deleted" in have else ""
    listed = ", ".join([*text, *lists, *rest])
    columns = ", ".join([*_TEXT, *_LISTS, "attributes", "verified"])
    if place:
        return f"SELECT hash({columns}) AS hash, place FROM (SELECT {listed}, {place} AS place FROM {contacts} {live})"
    return f"SELECT hash({columns}) AS hash, * FROM (SELECT {listed} FROM {contacts} {live})"


def place_in(con: duckdb.DuckDBPyConnection, contacts: str) -> str | None:
    """Returns the expression by which a row of a relation is found again in this transaction, None without one."""
    try:
        con.execute(f"DESCRIBE SELECT rowid FROM {contacts}")
    except duckdb.BinderException:
        return None
    return "rowid"
