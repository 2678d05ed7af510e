"""Contacts put together in many small components at once: one merge in each of them per round.

What `averages` does one pair after the other, in the same order and to the same bit, over arrays of all components of
one size: nearly all components that are cut have a handful of records.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from identity.groups import CLASH

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
# Above this a table of all pairs costs more than it saves.
LARGEST = 64
# Cells of such tables at once.
_CELLS = 1_000_000
# Bits count no more than this in an average, so that one pair cannot speak for a whole group.
CLIP = (-15.0, 25.0)


def counted(bits: Floats) -> Floats:
    """Returns what pairs of these bits count for or against one group."""
    found: Floats = np.where(bits == CLASH, CLASH, np.clip(bits, *CLIP))
    return found


def join_small(starts: Ints, sizes: Ints, chosen: Bools, edges: dict[str, Any], bar: float) -> Ints:
    """Returns each node's group, named by its smallest node; nodes of components not chosen are alone.

    Args:
        starts: First node of each component.
        sizes: Nodes of each component.
        chosen: Components wanted, of at most `LARGEST` nodes, all of whose pairs of contacts were compared.
        edges: Arrays `component`, `left`, `right` (nodes), `bits`, `counts` (whether both are contacts and the
            evidence weighs) and `veto`.
        bar: Mean evidence that suffices for a link.
    """
    group = np.arange(int(sizes.sum()), dtype=np.int64)
    wanted = chosen[edges["component"]] & (edges["counts"] | edges["veto"])
    some = {name: column[wanted] for name, column in edges.items()}
    width = sizes[some["component"]]
    for size in np.unique(width):
        of_size = width == size
        most = max(_CELLS // int(size) ** 2, 1)
        every = np.flatnonzero(chosen & (sizes == size))
        for which in (every[i : i + most] for i in range(0, len(every), most)):
            now = of_size & (some["component"] >= which[0]) & (some["component"] <= which[-1])
            e = {name: column[now] for name, column in some.items()}
            k = np.searchsorted(which, e["component"])
            first = starts[e["component"]]
            found = _join(len(which), int(size), k, e["left"] - first, e["right"] - first, e, bar)
            group[starts[which][:, None] + np.arange(size)] = starts[which][:, None] + found
    return group


def _join(
    components: int, size: int, k: Ints, a: Ints, b: Ints, e: dict[str, Any], bar: float
) -> Ints:
    """Returns the groups (components, size) that components of one size fall into."""
    total, pairs = (np.zeros((components, size, size)) for _ in range(2))
    veto = np.zeros((components, size, size), dtype=bool)
    c = e["counts"]
    total[k[c], a[c], b[c]] = total[k[c], b[c], a[c]] = counted(e["bits"][c])
    pairs[k[c], a[c], b[c]] = pairs[k[c], b[c], a[c]] = 1.0
    v = e["veto"]
    veto[k[v], a[v], b[v]] = veto[k[v], b[v], a[v]] = True
    above = np.triu(np.ones((size, size), dtype=bool), 1)
    group = np.tile(np.arange(size, dtype=np.int64), (components, 1))
    left = np.arange(components)
    while True:
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.where(above & (pairs > 0) & ~veto, total / pairs, -np.inf).reshape(
                len(left), -1
            )
        # The first of the best: ties go to the smallest nodes, as everywhere.
        best = mean.argmax(axis=1)
        open_ = mean[np.arange(len(left)), best] >= bar
        if not open_.any():
            return group
        left, best = left[open_], best[open_]
        total, pairs, veto = total[open_], pairs[open_], veto[open_]
        x, y = np.divmod(best, size)
        n = np.arange(len(left))
        for table in (total, pairs):
            table[n, x] += table[n, y]
            table[n, :, x] = table[n, x]
        veto[n, x] |= veto[n, y]
        veto[n, :, x] = veto[n, x]
        # Nothing is known of a group that is part of another.
        pairs[n, y] = pairs[n, :, y] = 0.0
        mine = group[left]
        group[left] = np.where(mine == y[:, None], x[:, None], mine)
