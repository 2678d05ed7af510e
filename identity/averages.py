"""Contacts put together by what is known between all members of two groups, strongest first."""

import heapq
from collections import defaultdict

from identity.config import Config
from identity.groups import CLASH, Component, Groups
from identity.rounds import CLIP

# What a pair never compared is taken for, where a component is too large to compare all its pairs.
_UNKNOWN = -4.0
# Components up to this size had all their pairs of contacts compared.
COMPARED = 200
# Evidence between two groups: sum and number of their pairs, and the best one.
Shared = tuple[float, int, float]


def join_by_average(c: Component, groups: Groups, config: Config) -> None:
    """Joins groups of contacts while the mean evidence between them suffices to accept a link.

    A group that a person confirmed counts by its best pair: its records were said to be alike enough.
    """
    sparse = c.size > COMPARED
    between = _evidence(c, groups)
    forced = {g for g in between if len(groups.members[g]) > 1}
    contacts = {g: sum(not c.profile[i] for i in groups.members[g]) for g in between}

    def mean(x: int, y: int, shared: Shared) -> float:
        total, pairs, top = shared
        if x in forced or y in forced:
            return top
        unknown = contacts[x] * contacts[y] - pairs if sparse else 0
        return (total + unknown * _UNKNOWN) / (pairs + unknown)

    # What is below the bar need not wait: a group that grows offers all its neighbours anew.
    bar = -config.accept
    heap = []
    for x, row in between.items():
        for y, shared in row.items():
            if x < y:
                offer = -mean(x, y, shared)
                if offer <= bar:
                    heap.append((offer, x, y))
    heapq.heapify(heap)
    while heap:
        offer, x, y = heapq.heappop(heap)
        row = between.get(x, {})
        if y not in row:
            continue  # one of the two is part of another group since
        shared = row[y]
        if offer != -mean(x, y, shared):
            continue  # one of the two has grown since
        if not groups.join(x, y, largest=config.max_cluster):
            continue
        contacts[x] += contacts[y]
        _absorb(between, x, y)
        for z, shared in row.items():
            offer = -mean(x, z, shared)
            if offer <= bar:
                heapq.heappush(heap, (offer, x, z) if x < z else (offer, z, x))


def _evidence(c: Component, groups: Groups) -> dict[int, dict[int, Shared]]:
    """Returns what is known between every two groups of contacts."""
    between: dict[int, dict[int, Shared]] = defaultdict(dict)
    (low, high), profile = CLIP, c.profile
    for a, b, bits, soft in zip(c.left, c.right, c.bits, c.soft, strict=True):
        if soft or profile[a] or profile[b]:
            continue
        x, y = groups.find(a), groups.find(b)
        if x == y:
            continue
        counted = bits if low <= bits <= high or bits == CLASH else low if bits < low else high
        shared: Shared = (counted, 1, counted)
        if y in between[x]:
            total, pairs, top = between[x][y]
            shared = (total + counted, pairs + 1, max(top, counted))
        between[x][y] = between[y][x] = shared
    return between


def _absorb(between: dict[int, dict[int, Shared]], x: int, y: int) -> None:
    """Adds to what is known of group x what is known of y, which is part of it now."""
    row = between[x]
    del row[y]
    for z, shared in between.pop(y).items():
        if z == x:
            continue
        del between[z][y]
        if z in row:
            total, pairs, top = row[z]
            shared = (total + shared[0], pairs + shared[1], max(top, shared[2]))
        row[z] = between[z][x] = shared
