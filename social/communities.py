"""Who belongs together: label propagation over who talks with whom."""

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scipy import sparse

SWEEPS = 20  # labels settle within a handful; twenty is for the stubborn
Labels = npt.NDArray[np.int64]


def propagate(weights: "sparse.csr_matrix") -> Labels:
    """The label of each node: the one that weighs most among its neighbours, until none changes.

    Deterministic: nodes take their labels at once from the sweep before, ties go to the smallest,
    and a node's own label counts as one neighbour, which keeps two halves from swapping for ever.

    Args:
        weights: Symmetric, people x people.
    """
    from scipy import sparse  # costs most of a second: only who has ties pays it

    people = weights.shape[0]
    labels: Labels = np.arange(people, dtype=np.int64)
    pulled = weights + sparse.identity(people, format="csr")
    for _ in range(SWEEPS):
        chosen = sparse.csr_matrix(
            (np.ones(people), (np.arange(people), labels)), shape=(people, people)
        )
        votes = (pulled @ chosen).tocsr()
        heaviest = _heaviest(votes)
        if np.array_equal(heaviest, labels):
            break
        labels = heaviest
    return labels


def _heaviest(votes: "sparse.csr_matrix") -> Labels:
    """Column of each row's largest value, the smallest of several; no row is empty.

    As scipy's argmax, which asks row by row.
    """
    votes.sort_indices()
    rows = np.repeat(np.arange(votes.shape[0]), np.diff(votes.indptr))
    largest = np.maximum.reduceat(votes.data, votes.indptr[:-1])
    winners = np.flatnonzero(votes.data >= largest[rows])
    _, first = np.unique(rows[winners], return_index=True)
    found: Labels = votes.indices[winners[first]].astype(np.int64)
    return found


def communities(connection: Any, ties: Any, people: Any) -> Any:
    """Relation (customer_id, community_id) of everyone who has a tie to another customer.

    Args:
        connection: The DuckDB connection of the run.
        ties: Relation (from_customer_id, to_customer_id, times).
        people: Relation (customer_id): without the brands, to whom everybody is tied.
    """
    connection.register("all_ties", ties)
    connection.register("tied_people", people)
    connection.execute("""
        create or replace temp table pairs as
        select
            least(from_customer_id, to_customer_id) as one,
            greatest(from_customer_id, to_customer_id) as other,
            sum(ln(1 + times)) as weight
        from all_ties
        semi join tied_people as a on from_customer_id = a.customer_id
        semi join tied_people as b on to_customer_id = b.customer_id
        group by all
    """)
    # people are numbered in the order of their ids: the first member is the earliest id
    connection.execute("""
        create or replace temp table tied as
        select customer_id, row_number() over (order by customer_id) - 1 as place
        from (select one as customer_id from pairs union select other from pairs)
    """)
    found = connection.execute("""
        select a.place as one, b.place as other, weight
        from pairs inner join tied as a on one = a.customer_id
        inner join tied as b on other = b.customer_id
        order by all
    """).fetchnumpy()
    (count,) = connection.execute("select count(*) from tied").fetchone()
    places = np.arange(count, dtype=np.int64)
    connection.register("grouped", {"place": places, "first": _firsts(found, count)})
    connection.execute("""
        create or replace temp table found_communities as
        select tied.customer_id, first.customer_id as community_id
        from grouped
        inner join tied on grouped.place = tied.place
        inner join tied as first on grouped.first = first.place
    """)
    for name in ("all_ties", "tied_people", "grouped"):
        connection.unregister(name)
    return connection.table("found_communities")


def _firsts(pairs: dict[str, Any], count: int) -> Labels:
    """The earliest member of each place's community."""
    if not count:
        return np.arange(0, dtype=np.int64)
    from scipy import sparse

    one, other = (np.asarray(pairs[name], dtype=np.int64) for name in ("one", "other"))
    heavy = np.asarray(pairs["weight"], dtype=np.float64)
    weights = sparse.coo_matrix((heavy, (one, other)), shape=(count, count)).tocsr()
    _, first, community = np.unique(
        propagate(weights + weights.T), return_index=True, return_inverse=True
    )
    found: Labels = first[community].astype(np.int64)
    return found
