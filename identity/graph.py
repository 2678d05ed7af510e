"""Connected components and the cutting of those that hang together too loosely.

A component of raw links is one cluster where every two of its contacts are linked and nothing speaks
against any two; all others are built up again, strongest evidence first: two groups join only while what
is known between all their members says so, on average, and no veto stands between them. The result is a
function of the component alone, so that it does not matter which run, order or thread computed it.
"""

import heapq
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from identity.config import Config

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
# Bits count no more than this in an average, so that one pair cannot speak for a whole group.
_CLIP = (-15.0, 25.0)
# What a pair never compared is taken for, where a component is too large to compare all its pairs.
_UNKNOWN = -4.0
# What a pair whose names clash counts in an average: more than the best pair can make good.
CLASH = -26.0


@dataclass(frozen=True)
class Component:
    """Nodes 0..n-1 in the order of their record keys, and edges between them.

    Attributes:
        size: Number of nodes.
        profile: Whether a node is a social profile.
        left, right: Edge ends.
        bits: Evidence per edge.
        soft: Whether an edge is a profile's likeness to a contact, which must have no rival.
        veto: Whether nothing may put the two ends together (a clash of names only weighs, as CLASH).
        confirmed: Whether a person decided that the two ends are one.
    """

    size: int
    profile: list[bool]
    left: list[int]
    right: list[int]
    bits: list[float]
    soft: list[bool]
    veto: list[bool]
    confirmed: list[bool]


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


def partition(c: Component, config: Config) -> list[int]:
    """Returns each node's cluster, named by its smallest node."""
    groups = _Groups(c)
    order: list[int] = []
    # Most components are contacts alone, about whom nobody decided.
    if any(c.profile) or any(c.confirmed):
        order = sorted(range(len(c.left)), key=lambda e: (-c.bits[e], c.left[e], c.right[e]))
    for e in order:
        if c.confirmed[e]:
            groups.join(c.left[e], c.right[e], force=True)
    _average(c, groups, config)
    _declared(c, groups, order, config)
    _profiles(c, groups, order, config)
    return [groups.find(i) for i in range(c.size)]


class _Groups:
    """Union-find whose unions respect vetoes between members."""

    def __init__(self, c: Component) -> None:
        self.parent = list(range(c.size))
        self.members = [{i} for i in range(c.size)]
        self.against: list[set[int]] = [set() for _ in range(c.size)]
        for a, b, veto in zip(c.left, c.right, c.veto, strict=True):
            if veto:
                self.against[a].add(b)
                self.against[b].add(a)

    def find(self, i: int) -> int:
        while self.parent[i] != i:
            self.parent[i] = self.parent[self.parent[i]]
            i = self.parent[i]
        return i

    def may(self, a: int, b: int) -> bool:
        return self.against[a].isdisjoint(self.members[b])

    def join(self, a: int, b: int, *, force: bool = False, largest: int = 0) -> bool:
        a, b = self.find(a), self.find(b)
        if a == b:
            return True
        if not force and not self.may(a, b):
            return False
        if largest and len(self.members[a]) + len(self.members[b]) > largest:
            return False
        a, b = min(a, b), max(a, b)
        self.parent[b] = a
        self.members[a] |= self.members[b]
        self.against[a] |= self.against[b]
        return True


def _average(c: Component, groups: _Groups, config: Config) -> None:
    """Joins groups of contacts while the mean evidence between them suffices to accept a link.

    A group that a person confirmed counts by its best pair: its records were said to be alike enough.
    """
    between: dict[int, dict[int, _Between]] = {}
    for a, b, bits, soft in zip(c.left, c.right, c.bits, c.soft, strict=True):
        if soft or c.profile[a] or c.profile[b]:
            continue
        x, y = groups.find(a), groups.find(b)
        if x != y:
            shared = between.setdefault(x, {}).setdefault(y, _Between())
            between.setdefault(y, {})[x] = shared
            shared.add(bits if bits == CLASH else min(max(bits, _CLIP[0]), _CLIP[1]))
    contacts = {g: sum(not c.profile[i] for i in groups.members[g]) for g in between}
    forced = {g for g in between if len(groups.members[g]) > 1}
    sparse = c.size > COMPARED

    plain = not forced and not sparse

    def entry(x: int, y: int) -> tuple[float, int, int]:
        if x > y:
            x, y = y, x
        shared = between[x][y]
        if plain:
            return -shared.total / shared.pairs, x, y
        if x in forced or y in forced:
            return -shared.top, x, y
        unknown = contacts[x] * contacts[y] - shared.pairs if sparse else 0
        return -(shared.total + unknown * _UNKNOWN) / (shared.pairs + unknown), x, y

    # What is below the bar need not wait: a group that grows offers all its neighbours anew.
    bar = -config.accept
    offers = (entry(x, y) for x, row in between.items() for y in row if x < y)
    heap = [offer for offer in offers if offer[0] <= bar]
    heapq.heapify(heap)
    while heap:
        found = heapq.heappop(heap)
        _, x, y = found
        if y not in between.get(x, {}) or found != entry(x, y):
            continue  # one of the two has grown or gone since
        if not groups.may(x, y) or not groups.join(x, y, largest=config.max_cluster):
            continue
        contacts[x] += contacts[y]
        del between[x][y]
        for z, shared in between.pop(y).items():
            if z == x:
                continue
            del between[z][y]
            if z in between[x]:
                shared.take(between[x][z])
            between[x][z] = between[z][x] = shared
        for z in between[x]:
            if (offer := entry(x, z))[0] <= bar:
                heapq.heappush(heap, offer)


@dataclass
class _Between:
    """Evidence between two groups: sum and number of their pairs, and the best one."""

    total: float = 0.0
    pairs: int = 0
    top: float = -1000.0

    def add(self, bits: float) -> None:
        self.total += bits
        self.pairs += 1
        self.top = max(self.top, bits)

    def take(self, other: "_Between") -> None:
        self.total += other.total
        self.pairs += other.pairs
        self.top = max(self.top, other.top)


# Components up to this size had all their pairs of contacts compared.
COMPARED = 200


def _declared(c: Component, groups: _Groups, order: list[int], config: Config) -> None:
    """Gives accounts to who names them, and joins accounts of one owner; no owner gets a second self."""
    for e in order:
        a, b = c.left[e], c.right[e]
        if c.soft[e] or c.bits[e] < config.accept or not (c.profile[a] or c.profile[b]):
            continue
        owned = [any(not c.profile[i] for i in groups.members[groups.find(x)]) for x in (a, b)]
        if not all(owned):
            groups.join(a, b, largest=config.max_cluster)


def _profiles(c: Component, groups: _Groups, order: list[int], config: Config) -> None:
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
