"""How well the hub found out who is who, against the truth of a made-up population."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

_QUERY = """
    with records as (
        select truth.person_id, identities.customer_id
        from read_csv($truth, header = true, all_varchar = true) as truth
        left join marts.customer_identities as identities using (source, source_record_id)
    )
    select
        (select sum(n * (n - 1) // 2) from (select count(*) as n from records
            where customer_id is not null group by person_id, customer_id)) as right_pairs,
        (select sum(n * (n - 1) // 2) from (select count(*) as n from records
            where customer_id is not null group by customer_id)) as found_pairs,
        (select sum(n * (n - 1) // 2) from (select count(*) as n from records
            group by person_id)) as true_pairs
"""


@dataclass(frozen=True)
class Score:
    """Pairs of records of one person: those found, those that are true, those that are both."""

    right: int
    found: int
    true: int

    @property
    def precision(self) -> float:
        """Share of found pairs that are true."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Share of true pairs that were found."""
        return self.right / self.true if self.true else 1.0


def score(published: Path, truth: Path) -> Score:
    """Compares a published hub with a truth file (source, source_record_id, person_id)."""
    with duckdb.connect(str(published.resolve()), read_only=True) as hub:
        row = hub.execute(_QUERY, {"truth": str(truth)}).fetchone() or (0, 0, 0)
    return Score(*(int(value or 0) for value in row))
