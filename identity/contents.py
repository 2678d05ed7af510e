"""What identity reads of contacts: the columns that tell who they are, as SQL over any relation in the contacts shape."""

import duckdb

_TEXT = ("source", "source_record_id", "kind", "full_name", "given_name", "family_name", "platform",
         "handle", "profile_url", "street", "city", "region", "postal_code", "country", "address",
         "birth_date", "company", "job_title", "bio", "location")  # fmt: skip
_LISTS = {"links": "VARCHAR[]", "emails": "VARCHAR[]", "phones": "VARCHAR[]",
          "handles": "STRUCT(platform VARCHAR, handle VARCHAR)[]"}  # fmt: skip
# A record's lasting key.
RKEY = "md5_number_lower(source || chr(31) || source_record_id) AS rkey"


def contents_sql(con: duckdb.DuckDBPyConnection, contacts: str) -> str:
    """Returns a SELECT of the columns used here from a contacts relation, absent ones as NULL.

    Contacts flagged as deleted are left out. `hash` says whether a contact changed, and tells any two apart.
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
    return f"SELECT hash({columns}) AS hash, * FROM (SELECT {listed} FROM {contacts} {live})"
