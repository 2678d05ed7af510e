"""Pairwise precision, recall and F1 of a partition against the truth."""

from dataclasses import dataclass

import duckdb

OURS = (
    "SELECT r.source, r.source_record_id, m.cluster FROM identity_work.members AS m"
    " INNER JOIN identity_work.records AS r ON m.rkey = r.rkey"
)


@dataclass(frozen=True)
class Score:
    """Shares of pairs; `largest` and `largest_true` are cluster sizes in records."""

    precision: float
    recall: float
    f1: float
    largest: int
    largest_true: int


def score(
    con: duckdb.DuckDBPyConnection, clusters: str = OURS, contacts: str = "contacts"
) -> Score:
    """Returns how a partition compares with `contacts.truth`.

    Args:
        con: Connection.
        clusters: SELECT (source, source_record_id, cluster).
        contacts: Relation with source, source_record_id and truth.
    """
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE judged AS SELECT t.truth, c.cluster
        FROM (SELECT * FROM ({clusters}) AS given(source, source_record_id, cluster)) AS c
        INNER JOIN {contacts} AS t ON c.source = t.source AND c.source_record_id = t.source_record_id"""
    )

    def pairs(by: str) -> int:
        row = con.execute(
            f"SELECT coalesce(sum(n * (n - 1) // 2), 0) FROM (SELECT count(*) AS n FROM judged GROUP BY {by})"
        ).fetchone()
        return int(row[0]) if row else 0

    def largest(by: str) -> int:
        row = con.execute(
            f"SELECT max(n) FROM (SELECT count(*) AS n FROM judged GROUP BY {by})"
        ).fetchone()
        return int(row[0]) if row else 0

    right, said, true = pairs("truth, cluster"), pairs("cluster"), pairs("truth")
    precision, recall = right / max(said, 1), right / max(true, 1)
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    return Score(precision, recall, f1, largest("cluster"), largest("truth"))
