"""The parts that need no warehouse: threads, communities, trends."""

import numpy as np
from scipy import sparse

from social.communities import propagate
from social.themes import significant, surprise
from social.threads import jump


def test_a_chain_of_a_hundred_thousand_replies_ends_at_its_first_post() -> None:
    parents = np.maximum(np.arange(100_000) - 1, 0)
    assert (jump(parents) == 0).all()


def test_a_wide_thread_ends_at_its_first_post() -> None:
    parents = np.zeros(100_000, dtype=np.int64)
    assert (jump(parents) == 0).all()


def test_posts_that_answer_each_other_in_a_circle_end_somewhere() -> None:
    assert len(jump(np.array([1, 2, 0]))) == 3


def test_two_cliques_with_one_tie_are_two_communities() -> None:
    weights = np.zeros((10, 10))
    weights[:5, :5] = weights[5:, 5:] = 3
    np.fill_diagonal(weights, 0)
    weights[4, 5] = weights[5, 4] = 1
    labels = propagate(sparse.csr_matrix(weights))
    assert len(set(labels[:5])) == len(set(labels[5:])) == 1
    assert labels[0] != labels[9]


def test_trends_that_are_chance_are_hardly_ever_called() -> None:
    rng = np.random.default_rng(4)
    called = 0
    for _ in range(300):
        now, before = rng.poisson(4, 40), rng.poisson(32, 40)
        called += significant(surprise(now, before, np.full(40, 8))).any()
    assert called <= 15


def test_a_theme_that_doubles_is_called() -> None:
    p_values = surprise(np.array([60, 10]), np.array([160, 80]), np.array([8, 8]))
    assert significant(p_values).tolist() == [True, False]
