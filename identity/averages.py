"""Contacts put together by what is known between all members of two groups, strongest first."""

import heapq
from collections import defaultdict
from dataclasses import dataclass

from identity.config import Config
from identity.groups import CLASH, Component, Groups

# Bits count no more than this in an average, so that one pair cannot speak for a whole group.
_CLIP = (-15.0, 25.0)
# What a pair never compared is taken for, where a component is too large to compare all its pairs.
_UNKNOWN = -4.0
# Components up to this size had all their pairs of contacts compared.
COMPARED = 200


def join_by_average(c: Component, groups: Groups, config: Config) -> None:
    """Joins groups of contacts while the mean evidence between them suffices to accept a link.

    A group that a person confirmed counts by its best pair: its records were said to be alike enough.
    """
    alone = not any(c.confirmed)
    between = _evidence(c, groups, alone=alone)
    contacts = {g: sum(not c.profile[i] for i in groups.members[g]) for g in between}
    forced = set() if alone else {g for g in between if len(groups.members[g]) > 1}
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
    offers = (
        (-shared.total / shared.pairs, x, y) if plain else entry(x, y)
        for x, row in between.items()
        for y, shared in row.items()
        if x < y
    )
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


def _evidence(c: Component, groups: Groups, *, alone: bool) -> "dict[int, dict[int, _Between]]":
    """Returns what is known between every two groups of contacts; `alone` says that each is one record."""
    between: dict[int, dict[int, _Between]] = defaultdict(dict)
    low, high = _CLIP
    for a, b, bits, soft in zip(c.left, c.right, c.bits, c.soft, strict=True):
        if soft or c.profile[a] or c.profile[b]:
            continue
        x, y = (a, b) if alone else (groups.find(a), groups.find(b))
        if x == y:
            continue
        counted = bits if low <= bits <= high or bits == CLASH else low if bits < low else high
        if shared := between[x].get(y):
            shared.add(counted)
        else:
            between[x][y] = between[y][x] = _Between(counted, 1, counted)
    return between


@dataclass(slots=True)
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
