"""Small components cut all at once fall into the same clusters as each cut by itself."""

import numpy as np
import pytest

from identity import Config, clusters, rounds


def made_up(seed):
    """Returns nodes and edges of components with profiles, vetoes, ties and pairs nobody compared."""
    drawn = np.random.default_rng(seed)
    nodes = {"component": [], "rkey": [], "profile": []}
    rows = {name: [] for name in ("component", "l", "r", "bits", "soft", "veto")}
    for first in range(0, 40_000, 1000):
        size = int(drawn.choice([2, 3, 4, 5, 7, 9, 20]))
        profile = drawn.random(size) < drawn.choice([0.0, 0.2])
        nodes["component"] += [first] * size
        nodes["rkey"] += range(first, first + size)
        nodes["profile"] += profile.tolist()
        compared = drawn.choice([1.0, 0.6])
        for i in range(size):
            for j in range(i + 1, size):
                if drawn.random() < compared:
                    rows["component"].append(first)
                    rows["l"].append(first + i)
                    rows["r"].append(first + j)
                    rows["bits"].append(float(drawn.choice([drawn.normal(5, 12), 7.0, 7.0, 30.0])))
                    rows["soft"].append(bool(profile[i] != profile[j] and drawn.random() < 0.8))
                    rows["veto"].append(int(drawn.choice([0] * 9 + [1, 2, 3])))
    kinds = {"bits": float, "soft": bool, "profile": bool, "veto": np.uint8}
    return tuple(
        {name: np.array(column, dtype=kinds.get(name, np.uint64)) for name, column in table.items()}
        for table in (nodes, rows)
    )


@pytest.mark.parametrize("most", [60, 4])
def test_components_cut_at_once_fall_apart_like_each_by_itself(most, monkeypatch):
    config = Config.of({"max_cluster": most})
    for seed in range(4):
        nodes, rows = made_up(seed)
        at_once = clusters._partitions(nodes, rows, config)["cluster"]
        with monkeypatch.context() as patched:
            patched.setattr(rounds, "LARGEST", 0)
            one_by_one = clusters._partitions(nodes, rows, config)["cluster"]
        assert at_once.tolist() == one_by_one.tolist()
        assert len(nodes["rkey"]) > len(set(at_once.tolist())) > len(set(nodes["component"]))
