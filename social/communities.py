"""Who belongs together: label propagation over who talks with whom."""

from typing import Any

import numpy as np
import numpy.typing as npt

SWEEPS = 20  # labels settle within a handful; twenty is for the stubborn
Labels = npt.NDArray[np.int64]
_NOBODY = """
    select null::varchar as customer_id, null::varchar as component_id, null::ubigint as ties_state
    where false
"""


def propagate(one: Labels, other: Labels, weight: npt.NDArray[np.float64], people: int) -> Labels:
    """The label of each node: the one that weighs most among its neighbours, until none changes.

    Deterministic: nodes take their labels at once from the sweep before, ties go to the smallest,
    and a node's own label counts as one neighbour, which keeps two halves from swapping for ever.
    What hangs together is labelled alike whether it stands alone or among others. (Plain arrays,
    because to import scipy costs more than a change of the ties.)

    Args:
        one: Place of one end of each pair, from 0 to `people` - 1.
        other: Place of its other end.
        weight: Of the pair, which stands here once.
        people: How many there are.
    """
    places: Labels = np.arange(people, dtype=np.int64)
    node = np.concatenate([one, other, places])
    near = np.concatenate([other, one, places])
    pull = np.concatenate([weight, weight, np.ones(people)])
    labels = places
    for _ in range(SWEEPS):
        votes, of = np.unique(node * people + labels[near], return_inverse=True)
        heaviest = _heaviest(votes, np.bincount(of, pull).astype(np.float64), people)
        if np.array_equal(heaviest, labels):
            break
        labels = heaviest
    return labels


def _heaviest(votes: Labels, weights: npt.NDArray[np.float64], people: int) -> Labels:
    """The label of each node's heaviest vote, the smallest of several; votes are sorted by both."""
    nodes, labels = votes // people, votes % people
    starts = np.flatnonzero(np.diff(nodes, prepend=-1))
    winners = np.flatnonzero(weights >= np.maximum.reduceat(weights, starts)[nodes])
    _, first = np.unique(nodes[winners], return_index=True)
    found: Labels = labels[winners[first]]
    return found


def components(one: Labels, other: Labels, people: int) -> Labels:
    """The first place of all that hangs together with each place."""
    found: Labels = np.arange(people, dtype=np.int64)
    while True:
        lowest = found.copy()
        np.minimum.at(lowest, one, found[other])
        np.minimum.at(lowest, other, found[one])
        lowest = lowest[lowest]
        if np.array_equal(lowest, found):
            return found
        found = lowest


def communities(connection: Any, ties: Any, brands: Any, known: str | None) -> Any:
    """Communities of who hangs together with anybody whose ties changed; the others stay.

    Args:
        connection: The DuckDB connection of the run.
        ties: Relation (from_customer_id, to_customer_id, kind, times).
        brands: Relation (customer_id): left out, because everybody is tied to them.
        known: Table of what was found before; None at the first time.

    Returns:
        Relation (customer_id, community_id, component_id, ties_state); who is not tied to anybody
        any more has a row without a community.
    """
    connection.register("all_ties", ties)
    connection.register("tied_brands", brands)
    connection.execute(f"""
        create or replace temp table ties_now as
        select from_customer_id as one, to_customer_id as other, times,
            hash(from_customer_id, to_customer_id, kind, times) as tie
        from all_ties
        where from_customer_id not in (select customer_id from tied_brands)
            and to_customer_id not in (select customer_id from tied_brands);

        create or replace temp table tied_now as
        select customer_id, hash(customer_id, sum(tie)) as ties_state
        from (select one as customer_id, tie from ties_now
            union all select other, tie from ties_now)
        group by customer_id;

        create or replace temp table known_ties as
        select customer_id, component_id, ties_state from {known or f"({_NOBODY})"};

        create or replace temp table parted as
        select customer_id from known_ties where component_id in (
            select component_id from known_ties
            where ties_state not in (select ties_state from tied_now)
        );

        create or replace temp table tied as
        -- people are numbered in the order of their ids: the first member is the earliest id
        select customer_id, ties_state, row_number() over (order by customer_id) - 1 as place
        from tied_now
        where customer_id in (select customer_id from parted)
            or ties_state not in (
                select ties_state from known_ties where ties_state is not null)
    """)
    found = connection.execute("""
        select least(a.place, b.place) as one, greatest(a.place, b.place) as other,
            sum(ln(1 + times)::decimal(18, 9))::double as weight  -- exact in any order
        from ties_now inner join tied as a on one = a.customer_id
        inner join tied as b on other = b.customer_id
        group by all order by all
    """).fetchnumpy()
    (count,) = connection.execute("select count(*) from tied").fetchone()
    connection.register("grouped", _grouped(found, count))
    connection.execute("""
        create or replace temp table found_communities as
        select tied.customer_id, first.customer_id as community_id,
            root.customer_id as component_id, tied.ties_state
        from grouped
        inner join tied on grouped.place = tied.place
        inner join tied as first on grouped.first = first.place
        inner join tied as root on grouped.root = root.place
        union all
        select customer_id, null, null, null from parted
        where customer_id not in (select customer_id from tied)
    """)
    for name in ("all_ties", "tied_brands", "grouped"):
        connection.unregister(name)
    return connection.table("found_communities")


def _grouped(pairs: dict[str, Any], count: int) -> dict[str, Labels]:
    """The earliest member of each place's community, and of all that hangs together with it."""
    places: Labels = np.arange(count, dtype=np.int64)
    if not count:
        return {"place": places, "first": places, "root": places}
    one, other = (np.asarray(pairs[name], dtype=np.int64) for name in ("one", "other"))
    weight = np.asarray(pairs["weight"], dtype=np.float64)
    _, first, community = np.unique(
        propagate(one, other, weight, count), return_index=True, return_inverse=True
    )
    return {"place": places, "first": first[community], "root": components(one, other, count)}
