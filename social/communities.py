"""Who belongs together: label propagation over who talks with whom."""

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

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


def communities(connection: Any, ties: Any, people: Any) -> pa.Table:
    """Table (customer_id, community_id) of everyone who has a tie to another customer.

    Args:
        connection: The DuckDB connection of the run.
        ties: Relation (from_customer_id, to_customer_id, times).
        people: Relation (customer_id): without the brands, to whom everybody is tied.
    """
    connection.register("all_ties", ties)
    connection.register("tied_people", people)
    found = connection.execute("""
        select
            least(from_customer_id, to_customer_id) as one,
            greatest(from_customer_id, to_customer_id) as other,
            sum(ln(1 + times)) as weight
        from all_ties
        semi join tied_people as a on from_customer_id = a.customer_id
        semi join tied_people as b on to_customer_id = b.customer_id
        group by all
        order by all
    """).fetchnumpy()
    connection.unregister("all_ties")
    connection.unregister("tied_people")
    # integers first: sorting a million texts would cost more than all the sweeps
    ids, places = np.unique(np.concatenate([found["one"], found["other"]]), return_inverse=True)
    if not len(ids):
        return pa.table(
            {"customer_id": pa.array([], pa.string()), "community_id": pa.array([], pa.string())}
        )
    from scipy import sparse

    half = len(found["one"])
    one, other = places[:half], places[half:]
    heavy = np.asarray(found["weight"], dtype=np.float64)
    weights = sparse.coo_matrix((heavy, (one, other)), shape=(len(ids), len(ids))).tocsr()
    labels = propagate(weights + weights.T)
    # ids are sorted, so the first member is the earliest id
    _, first, community = np.unique(labels, return_index=True, return_inverse=True)
    return pa.table({"customer_id": ids.tolist(), "community_id": ids[first][community].tolist()})
