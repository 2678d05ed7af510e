"""Connected components and the cutting of those that hang together too loosely.

A component of raw links is one cluster where every two of its contacts are linked and nothing speaks
against any two; all others are built up again, strongest evidence first: two groups join only while what
is known between all their members says so, on average, and no veto stands between them. The result is a
function of the component alone, so that it does not matter which run, order or thread computed it.
"""

import numpy as np
import numpy.typing as npt

from identity.averages import join_by_average
from identity.config import Config
from identity.groups import Component, Groups

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def components(nodes: int, left: Ints, right: Ints) -> Ints:
    """Returns the smallest node of each node's component (vectorised hooking and pointer jumping)."""
    label = np.arange(nodes, dtype=np.int64)
    while left.size:
        a, b = label[left], label[right]
        low, high = np.minimum(a, b), np.maximum(a, b)
        open_ = low != high
        if not open_.any():
            break
        left, right, low, high = left[open_], right[open_], low[open_], high[open_]
        np.minimum.at(label, high, low)
        while True:
            further = label[label]
            if np.array_equal(further, label):
                break
            label = further
    return label


def partition(c: Component, config: Config, joined: list[int] | None = None) -> list[int]:
    """Returns each node's cluster, named by its smallest node.

    Args:
        c: The component.
        config: Thresholds.
        joined: The groups of its contacts where these are known already (see `rounds`).
    """
    groups = Groups(c)
    order: list[int] = []
    # Most components are contacts alone, about whom nobody decided.
    if any(c.profile) or any(c.confirmed):
        told = (
            e
            for e, (a, b) in enumerate(zip(c.left, c.right, strict=True))
            if c.profile[a] or c.profile[b] or c.confirmed[e]
        )
        order = sorted(told, key=lambda e: (-c.bits[e], c.left[e], c.right[e]))
    for e in order:
        if c.confirmed[e]:
            groups.join(c.left[e], c.right[e], force=True)
    if joined is None:
        join_by_average(c, groups, config)
    else:
        for node, group in enumerate(joined):
            if group != node:
                groups.join(group, node, force=True)
    _declared(c, groups, order, config)
    _profiles(c, groups, order, config)
    return [groups.find(i) for i in range(c.size)]


def _declared(c: Component, groups: Groups, order: list[int], config: Config) -> None:
    """Gives accounts to who names them, and joins accounts of one owner; no owner gets a second self."""
    for e in order:
        a, b = c.left[e], c.right[e]
        if c.soft[e] or c.bits[e] < config.accept or not (c.profile[a] or c.profile[b]):
            continue
        owned = [any(not c.profile[i] for i in groups.members[groups.find(x)]) for x in (a, b)]
        if not all(owned):
            groups.join(a, b, largest=config.max_cluster)


def _profiles(c: Component, groups: Groups, order: list[int], config: Config) -> None:
    """Gives each profile to the group it resembles best, unless another group comes close."""
    claims: dict[int, dict[int, float]] = {}
    for e in order:
        if not c.soft[e] or c.veto[e]:
            continue
        for profile, other in ((c.left[e], c.right[e]), (c.right[e], c.left[e])):
            if c.profile[profile] and not c.profile[other]:
                row = claims.setdefault(profile, {})
                group = groups.find(other)
                row[group] = max(row.get(group, -100.0), c.bits[e])
    chosen = []
    for profile, row in claims.items():
        ranked = sorted(row.items(), key=lambda item: (-item[1], item[0]))
        best, bits = ranked[0]
        if bits >= config.accept_profile and (
            len(ranked) == 1 or bits - ranked[1][1] >= config.margin
        ):
            chosen.append((-bits, profile, best))
    for _, profile, group in sorted(chosen):
        # An account that already has an owner must not tie that owner to a second one.
        if all(c.profile[i] for i in groups.members[groups.find(profile)]):
            groups.join(profile, group, largest=config.max_cluster)
