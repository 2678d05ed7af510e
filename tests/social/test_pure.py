"""The parts that need no warehouse: threads, communities, trends."""

import duckdb
import numpy as np

from social.communities import communities, components, propagate
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
    near, far = np.triu_indices(5, 1)
    one, other = np.concatenate([near, near + 5, [4]]), np.concatenate([far, far + 5, [5]])
    weights = np.array([3.0] * 20 + [1.0])
    labels = propagate(one, other, weights, 10)
    assert len(set(labels[:5])) == len(set(labels[5:])) == 1
    assert labels[0] != labels[9]
    assert set(components(one, other, 10)) == {0}
    assert components(one[:-1], other[:-1], 10).tolist() == [0] * 5 + [5] * 5


def test_communities_around_what_changed_are_those_of_everybody_found_anew() -> None:
    rng = np.random.default_rng(3)
    with duckdb.connect() as hub:
        hub.execute("create table known (customer_id varchar, community_id varchar, "
                    "component_id varchar, ties_state ubigint)")  # fmt: skip
        hub.execute("create table ties (from_customer_id varchar, to_customer_id varchar, "
                    "kind varchar, times bigint)")  # fmt: skip
        brands = hub.sql("select 'c0' as customer_id")
        for _ in range(25):
            hub.execute("delete from ties where hash(from_customer_id, times) % 7 = ?",
                        [int(rng.integers(7))])  # fmt: skip
            for one, other, times in rng.integers(0, 60, (8, 3)).tolist():
                if one != other:
                    hub.execute("insert into ties values (?, ?, 'replies', ?)",
                                [f"c{one}", f"c{other}", times])  # fmt: skip
            found = communities(hub, hub.table("ties"), brands, "known").fetchall()
            hub.execute("delete from known where customer_id in "
                        "(select customer_id from found_communities)")  # fmt: skip
            hub.executemany("insert into known values (?, ?, ?, ?)", found or [[None] * 4])
            anew = communities(hub, hub.table("ties"), brands, None).fetchall()
            kept = hub.sql("from known where community_id is not null").fetchall()
            assert sorted(kept) == sorted(anew)


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
