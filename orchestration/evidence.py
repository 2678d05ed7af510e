"""Why records are one customer, read from the published generation."""

from collections import defaultdict, deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

Record = tuple[str, str]


class NothingKnownError(LookupError):
    """The published generation does not know what was asked about; the text says how to ask."""


@dataclass(frozen=True)
class Link:
    """One row of evidence between two records."""

    left: Record
    right: Record
    rule: str
    weight: float
    status: str
    reason: str | None

    def sentence(self) -> str:
        """The link in a line, without the identifiers' values."""
        why = f" ({self.reason})" if self.reason else ""
        ends = f"{':'.join(self.left)} — {':'.join(self.right)}"
        return f"{ends}: {self.rule.replace('_', ' ')}, {self.weight:+.1f} bits, {self.status}{why}"


@dataclass(frozen=True)
class Answer:
    """Why (not).

    Attributes:
        customers: Customer of each record that was asked about.
        links: The evidence: between the two and what connects them, or all of the customer's.
    """

    customers: dict[Record, str]
    links: list[Link]

    @property
    def one(self) -> bool:
        """Whether all records that were asked about are one customer."""
        return len(set(self.customers.values())) == 1


def why(published: Path, records: list[Record]) -> Answer:
    """Evidence about one record's customer, or between two records.

    Raises:
        NothingKnownError: Nothing is published, or it has no such record.
    """
    if not published.exists():
        raise NothingKnownError("nothing is published yet; `tessera run` does it")
    with duckdb.connect(str(published.resolve()), read_only=True) as hub:
        customers = {record: _customer(hub, record) for record in records}
        members = hub.execute(
            "select source, source_record_id from marts.customer_identities "
            "where list_contains(?, customer_id)",
            [list(set(customers.values()))],
        ).fetchall()
        links = _links(hub, members)
    if len(records) == 2:
        links = _between(records[0], records[1], links)
    return Answer(customers, links)


def records_of(published: Path, customer: str) -> list[Record]:
    """A record of a customer, by its id or one that it had before."""
    with duckdb.connect(str(published.resolve()), read_only=True) as hub:
        found = hub.execute(
            "select source, source_record_id from marts.customer_identities "
            "where customer_id = $1 or customer_id in "
            "(select customer_id from marts.customer_aliases where alias_id = $1) "
            "order by all limit 1",
            [customer],
        ).fetchall()
    return [(source, record) for source, record in found]


def _customer(hub: duckdb.DuckDBPyConnection, record: Record) -> str:
    found = hub.execute(
        "select customer_id from marts.customer_identities "
        "where source = ? and source_record_id = ?",
        list(record),
    ).fetchone()
    if found is None:
        raise NothingKnownError(
            f"the published generation has no record {':'.join(record)}; "
            "marts.customer_identities lists those it has"
        )
    return str(found[0])


def _links(hub: duckdb.DuckDBPyConnection, members: list[Any]) -> list[Link]:
    if not members:
        return []
    rows = hub.execute(
        "with asked as (select unnest($1) as source, unnest($2) as record) "
        "select left_source, left_record_id, right_source, right_record_id, rule, weight, status, "
        "reason from identity.edges where (left_source, left_record_id) in (from asked) "
        "and (right_source, right_record_id) in (from asked) order by weight desc",
        [[source for source, _ in members], [record for _, record in members]],
    ).fetchall()
    return [Link((r[0], r[1]), (r[2], r[3]), r[4], r[5], r[6], r[7]) for r in rows]


def _between(left: Record, right: Record, links: list[Link]) -> list[Link]:
    """The link of two records; where there is none, the shortest chain of accepted ones."""
    direct = [link for link in links if {link.left, link.right} == {left, right}]
    if direct:
        return direct
    near: dict[Record, list[tuple[Record, Link]]] = defaultdict(list)
    for link in links:
        if link.status == "accepted":
            near[link.left].append((link.right, link))
            near[link.right].append((link.left, link))
    chains: dict[Record, list[Link]] = {left: []}
    waiting = deque([left])
    while waiting and right not in chains:
        here = waiting.popleft()
        for there, link in near[here]:
            if there not in chains:
                chains[there] = [*chains[here], link]
                waiting.append(there)
    return chains.get(right, [])
