"""Why two records are one customer, or are not: the path between them and what each step weighs."""

from dataclasses import dataclass
from typing import Any

import duckdb

from identity.config import Config
from identity.decisions import Decision, behind, read
from identity.model import Model
from identity.modelfile import current_model
from identity.store import SCHEMA, Store, literal
from identity.weights import Evidence, weigh

Record = tuple[str, str]


@dataclass(frozen=True)
class Step:
    """One link between two records: its rule, total weight, status, the evidence behind it, and who decided."""

    left: Record
    right: Record
    rule: str
    bits: float
    status: str
    reason: str | None
    identifiers: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    decided: Decision | None = None


@dataclass(frozen=True)
class Explanation:
    """The answer to `why A [B]`.

    Attributes:
        records: The records asked about and their customers.
        joined: Whether all are one customer.
        path: The links that tie B to A, strongest way; all links of A where B was not asked.
        held: Links that would tie them (or A to others) but were held, vetoed or only suggested.
        members: The records of A's customer.
    """

    records: tuple[tuple[Record, str], ...]
    joined: bool
    path: tuple[Step, ...]
    held: tuple[Step, ...]
    members: tuple[Record, ...]


def why(
    con: duckdb.DuckDBPyConnection,
    a: Record,
    b: Record | None = None,
    *,
    config: dict[str, Any] | Config | None = None,
    model: Model | None = None,
    schema: str = SCHEMA,
) -> Explanation:
    """Explains a record's customer, or what lies between two records.

    Args:
        con: Connection to the warehouse (read-only suffices).
        a: (source, source_record_id).
        b: The other record, if any.
        config: The `identity:` block that the run used.
        model: The model that the run used; the remembered or shipped one without it.
        schema: Schema of the working tables.

    Raises:
        LookupError: A record is not among the resolved contacts.
    """
    store = Store(con, schema)
    settings = Config.of(config)
    used = model or current_model(store, None, settings)
    keys = {r: _key(store, r) for r in (a, b) if r}
    customers = tuple(
        (r, str(store.one(f"SELECT customer_id FROM {store.name('ids')} WHERE rkey = {k}")))
        for r, k in keys.items()
    )
    cluster = f"SELECT cluster FROM {store.name('members')} WHERE rkey = {keys[a]}"
    members = con.execute(
        f"""SELECT r.source, r.source_record_id FROM {store.name("members")} AS m
        INNER JOIN {store.name("records")} AS r ON m.rkey = r.rkey WHERE m.cluster = ({cluster}) ORDER BY ALL"""
    ).fetchall()
    joined = len({c for _, c in customers}) == 1
    wanted = _path(store, keys[a], keys[b]) if b and joined else None
    steps = [
        _step(store, used, settings, row)
        for row in _edges(store, settings, keys[a], keys[b] if b else None, wanted)
    ]
    if b and not steps and not joined:
        steps = [_compared(store, used, settings, keys[a], keys[b])]
    return Explanation(
        customers,
        joined,
        tuple(s for s in steps if s.status == "accepted"),
        tuple(s for s in steps if s.status != "accepted"),
        tuple((str(s), str(i)) for s, i in members),
    )


def _key(store: Store, record: Record) -> int:
    key = store.one(
        f"SELECT rkey FROM {store.name('records')}"
        f" WHERE source = {literal(record[0])} AND source_record_id = {literal(record[1])}"
    )
    if key is None:
        raise LookupError(f"no contact {record[1]} of source {record[0]} has been resolved")
    return int(key)


def _path(store: Store, a: int, b: int) -> set[tuple[int, int]]:
    """Returns the edges of the way from a to b whose weakest link is strongest."""
    rows = store.con.execute(
        f"""SELECT e.l, e.r, e.bits FROM {store.name("edges")} AS e
        INNER JOIN {store.name("members")} AS x ON e.l = x.rkey INNER JOIN {store.name("members")} AS y ON e.r = y.rkey
        WHERE x.cluster = y.cluster AND e.veto = 0
        AND x.cluster = (SELECT cluster FROM {store.name("members")} WHERE rkey = {a}) ORDER BY e.bits DESC, e.l, e.r"""
    ).fetchall()
    groups: dict[int, set[int]] = {}
    tree: dict[int, list[int]] = {}
    for left, right, _ in rows:  # strongest first: a spanning tree holds the best way
        x, y = groups.setdefault(left, {left}), groups.setdefault(right, {right})
        if x is y:
            continue
        x |= y
        for member in y:
            groups[member] = x
        tree.setdefault(left, []).append(right)
        tree.setdefault(right, []).append(left)
    came: dict[int, int] = {a: a}
    queue = [a]
    for node in queue:
        for other in tree.get(node, []):
            if other not in came:
                came[other] = node
                queue.append(other)
    found = set()
    node = b
    while node in came and node != a:
        found.add((min(node, came[node]), max(node, came[node])))
        node = came[node]
    return found


def _edges(
    store: Store, config: Config, a: int, b: int | None, wanted: set[tuple[int, int]] | None
) -> list[tuple[Any, ...]]:
    if wanted:
        listed = ", ".join(f"({x}, {y})" for x, y in sorted(wanted))
        condition = f"(e.l, e.r) IN ({listed})"
    elif b is None:
        condition = f"e.l = {a} OR e.r = {a}"
    else:
        condition = f"e.l = {min(a, b)} AND e.r = {max(a, b)}"
    return store.con.execute(
        f"""SELECT e.l, e.r, v.rule, v.weight, v.status, v.reason, v.identifiers, e.mask, v.decided_by
        FROM {store.name("edges")} AS e INNER JOIN {store.name("records")} AS l ON e.l = l.rkey
        INNER JOIN {store.name("records")} AS r ON e.r = r.rkey
        INNER JOIN {store.name("v_edges")} AS v ON v.left_source = l.source AND v.left_record_id = l.source_record_id
            AND v.right_source = r.source AND v.right_record_id = r.source_record_id
        WHERE {condition} ORDER BY v.weight DESC, e.l, e.r LIMIT 50"""
    ).fetchall()


def _step(store: Store, model: Model, config: Config, row: tuple[Any, ...]) -> Step:
    left, right, rule, bits, status, reason, identifiers, mask, by = row
    ends = _record(store, left), _record(store, right)
    taken = read(config.decisions) if by == "person" else []
    return Step(
        *ends, str(rule), float(bits), str(status), reason, tuple(identifiers or ()),
        _evidence(store, model, config, left, right, mask), behind(taken, *ends, one=status == "accepted"),
    )  # fmt: skip


def _compared(store: Store, model: Model, config: Config, a: int, b: int) -> Step:
    """Returns what two records that never met would weigh."""
    left, right = min(a, b), max(a, b)
    evidence = _evidence(store, model, config, left, right, 0)
    return Step(
        _record(store, left), _record(store, right), "never compared", sum(e.bits for e in evidence),
        "apart", "they share no identifier and no blocking key", (), evidence,
    )  # fmt: skip


def _record(store: Store, key: int) -> Record:
    row = store.con.execute(
        f"SELECT source, source_record_id FROM {store.name('records')} WHERE rkey = {key}"
    ).fetchone()
    return (str(row[0]), str(row[1])) if row else ("", "")


def _evidence(
    store: Store, model: Model, config: Config, left: int, right: int, mask: int
) -> tuple[Evidence, ...]:
    return weigh(store, model, config, [(left, right, mask)])[left, right]
