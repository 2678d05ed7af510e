"""A component of records and the groups that its cutting makes of them."""

from dataclasses import dataclass

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


class Groups:
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
        """Returns the group that a record is in, named by its smallest record."""
        while self.parent[i] != i:
            self.parent[i] = self.parent[self.parent[i]]
            i = self.parent[i]
        return i

    def may(self, a: int, b: int) -> bool:
        """Returns whether no veto stands between two groups."""
        return self.against[a].isdisjoint(self.members[b])

    def join(self, a: int, b: int, *, force: bool = False, largest: int = 0) -> bool:
        """Makes the groups of two records one, unless a veto or a size forbids it; returns whether they are."""
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
