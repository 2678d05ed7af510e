"""Which customers have a key: numbers packed into slots, a fraction of a B-tree's cost to build.

Table `slots(slot, entries)`: a key's leading bits name its slot; its entries are pairs of 8-byte
numbers, key and customer (`keys.number` of each). A slot holds about sixty pairs.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]
PAIR = 16  # bytes
_PER_SLOT = 64


def slot_bits(pairs: int) -> int:
    """Leading bits that make slots of about 64 pairs."""
    return max(1, (max(pairs, 1) // _PER_SLOT).bit_length())


def build(store: sqlite3.Connection, keys: Numbers, customers: Numbers) -> int:
    """Fills `slots`, which must be empty; keys and customers are of one length.

    Returns:
        The number of leading bits that name a slot.
    """
    bits = slot_bits(len(keys))
    order = np.argsort(keys)
    pairs = np.empty((len(keys), 2), dtype="<i8")
    pairs[:, 0], pairs[:, 1] = keys[order], customers[order]
    slots = pairs[:, 0] >> (63 - bits)
    starts = np.flatnonzero(np.diff(slots, prepend=-1))
    ends = [*starts[1:].tolist(), len(keys)][: len(starts)]
    packed = pairs.tobytes()
    store.executemany(
        "insert into slots values (?, ?)",
        (
            (slot, packed[start * PAIR : end * PAIR])
            for slot, start, end in zip(slots[starts].tolist(), starts.tolist(), ends, strict=True)
        ),
    )
    return bits


def change(
    store: sqlite3.Connection,
    bits: int,
    gone: Iterable[Sequence[int]],
    fresh: Iterable[Sequence[int]],
) -> None:
    """Takes pairs (key, customer) out and puts others in."""
    edits: dict[int, tuple[set[bytes], set[bytes]]] = defaultdict(lambda: (set(), set()))
    for which, pairs in enumerate((gone, fresh)):
        for pair in pairs:
            edits[pair[0] >> (63 - bits)][which].add(_packed(*pair))
    rows = []
    for slot, (out, into) in edits.items():
        found = store.execute("select entries from slots where slot = ?", [slot]).fetchone()
        held = found[0] if found else b""
        kept = {held[at : at + PAIR] for at in range(0, len(held), PAIR)}
        rows.append((slot, b"".join(sorted((kept - out) | into))))
    store.executemany("insert or replace into slots values (?, ?)", rows)


def find(entries: bytes, key: int) -> list[int]:
    """Customers that have the key among a slot's entries."""
    wanted = key.to_bytes(8, "little")
    found: list[int] = []
    at = entries.find(wanted)
    while at >= 0:
        if at % PAIR == 0:
            found.append(int.from_bytes(entries[at + 8 : at + PAIR], "little"))
        at = entries.find(wanted, at + 1)
    return found


def _packed(key: int, customer: int) -> bytes:
    return key.to_bytes(8, "little") + customer.to_bytes(8, "little")
