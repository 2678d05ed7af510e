"""From scored edges to clusters: which components are affected, and what each falls into."""

from collections.abc import Callable
from typing import Any

import duckdb
import numpy as np

from identity import rounds
from identity.averages import COMPARED
from identity.config import Config
from identity.decisions import DECIDED
from identity.graph import Ints, components, partition
from identity.groups import CLASH, Component
from identity.store import literal
from identity.vetoes import CLASHES


def raw_condition(config: Config) -> str:
    """Returns the SQL condition under which an edge holds a component together."""
    # A profile's other likely owners are kept together, so that a rival is always in sight.
    rival = config.accept_profile - config.margin
    return f"veto = 0 AND bits >= CASE WHEN soft THEN {rival} ELSE {config.accept} END"


def recluster(
    con: duckdb.DuckDBPyConnection,
    nodes: str,
    edges: str,
    config: Config,
    compare: Callable[[str], str],
) -> None:
    """Writes the temp table `clustered` (rkey, component, cluster).

    Args:
        con: Sees both relations.
        nodes: Relation (rkey, profile, verified, platform) of whole components, lone records among them.
        edges: Relation of the edges between these.
        config: Thresholds.
        compare: Gives the SELECT (l, r, bits, veto) for a relation (l, r, mask) of pairs without an edge.
    """
    ends = con.execute(f"SELECT l, r FROM {edges} WHERE {raw_condition(config)}").fetchnumpy()
    keys = np.unique(np.concatenate([ends["l"], ends["r"]])).astype(np.uint64)
    left, right = (np.searchsorted(keys, ends[c]).astype(np.int64) for c in ("l", "r"))
    label = components(len(keys), left, right)
    found = {"rkey": keys, "component": keys[label] if len(keys) else keys}
    con.register("labelled", _arrow(found))
    con.execute("CREATE OR REPLACE TEMP TABLE labels AS FROM labelled")
    con.unregister("labelled")
    loose = _cut(con, nodes, edges, config, compare)
    # A table first: the engine pushes a join's bounds into a scan of Arrow, where a key beyond 2^63
    # overflows.
    con.register("cut_arrow", _arrow(loose))
    con.execute("CREATE OR REPLACE TEMP TABLE cut_now AS FROM cut_arrow")
    con.unregister("cut_arrow")
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE clustered AS
        SELECT n.rkey, coalesce(g.component, n.rkey) AS component, coalesce(c.cluster, g.component, n.rkey) AS cluster
        FROM {nodes} AS n LEFT JOIN labels AS g ON n.rkey = g.rkey LEFT JOIN cut_now AS c ON n.rkey = c.rkey"""
    )


def _cut(
    con: duckdb.DuckDBPyConnection,
    records: str,
    edges: str,
    config: Config,
    compare: Callable[[str], str],
) -> dict[str, Any]:
    """Returns the clusters of the components that do not hang together of themselves."""
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE inner_edges AS
        SELECT g.component, e.l, e.r, e.bits, e.soft, e.veto
        FROM {edges} AS e
        INNER JOIN labels AS g ON e.l = g.rkey INNER JOIN labels AS h ON e.r = h.rkey
        WHERE g.component = h.component"""
    )
    if config.exclusive:
        _add_rivals(con, records, config)
    # Whole: every two contacts are linked, nothing is vetoed; its profiles then have no other owner.
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE loose AS
        WITH sizes AS (
            SELECT g.component, count(*) AS size, count(*) FILTER (NOT r.profile) AS contacts
            FROM labels AS g INNER JOIN {records} AS r ON g.rkey = r.rkey GROUP BY g.component
        ),
        links AS (
            SELECT component, count(*) FILTER (NOT soft AND bits >= {config.accept} AND NOT (l.profile OR r.profile)) AS linked,
                count(*) FILTER (soft) AS soft, bool_or(veto > 0) AS vetoed,
                min(bits) FILTER (soft) AS softest
            FROM inner_edges AS e
            INNER JOIN {records} AS l ON e.l = l.rkey
            INNER JOIN {records} AS r ON e.r = r.rkey
            GROUP BY component
        )
        SELECT component, size, contacts FROM sizes INNER JOIN links USING (component)
        WHERE vetoed OR linked < contacts * (contacts - 1) // 2 OR size > {config.max_cluster}
            OR softest < {config.accept_profile}"""
    )
    if not con.execute("FROM loose LIMIT 1").fetchall():
        none = np.zeros(0, dtype=np.uint64)
        return {"rkey": none, "cluster": none}
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE missing AS
        SELECT a.rkey AS l, b.rkey AS r, CAST(0 AS SMALLINT) AS mask
        FROM loose INNER JOIN labels AS a USING (component) INNER JOIN labels AS b USING (component)
        WHERE a.rkey < b.rkey AND loose.size <= {COMPARED} AND loose.contacts > 1
        AND NOT EXISTS (SELECT 1 FROM inner_edges AS e WHERE e.l = a.rkey AND e.r = b.rkey)"""
    )
    compared = compare("missing")
    rows = con.execute(
        f"""SELECT component, l, r, bits, soft, veto FROM inner_edges INNER JOIN loose USING (component)
        UNION ALL SELECT g.component, s.l, s.r, s.bits, false, s.veto FROM ({compared}) AS s
        INNER JOIN labels AS g ON s.l = g.rkey
        ORDER BY 1, 2, 3"""
    ).fetchnumpy()
    nodes = con.execute(
        f"""SELECT g.component, g.rkey, r.profile FROM labels AS g INNER JOIN loose USING (component)
        INNER JOIN {records} AS r ON g.rkey = r.rkey ORDER BY 1, 2"""
    ).fetchnumpy()
    return _partitions(nodes, rows, config)


def _add_rivals(con: duckdb.DuckDBPyConnection, records: str, config: Config) -> None:
    """Sets verified accounts of one platform against each other where a person has only one there."""
    platforms = ", ".join(literal(p) for p in config.exclusive)
    con.execute(
        f"""INSERT INTO inner_edges SELECT g.component, g.rkey, h.rkey, 0.0, false, 5
        FROM labels AS g INNER JOIN labels AS h ON g.component = h.component AND g.rkey < h.rkey
        INNER JOIN {records} AS a ON g.rkey = a.rkey INNER JOIN {records} AS b ON h.rkey = b.rkey
        WHERE a.profile AND a.verified AND b.profile AND b.verified AND a.platform = b.platform
        AND a.platform IN ({platforms})"""
    )


def _partitions(nodes: dict[str, Ints], rows: dict[str, Ints], config: Config) -> dict[str, Any]:
    keys = nodes["rkey"].astype(np.uint64)
    order = np.argsort(keys, kind="stable")
    where = np.empty(len(keys), dtype=np.int64)
    where[order] = np.arange(len(keys))
    at = {c: order[np.searchsorted(keys[order], rows[c].astype(np.uint64))] for c in ("l", "r")}
    if not len(keys):
        return {"rkey": keys, "cluster": keys}
    starts = np.flatnonzero(np.r_[True, nodes["component"][1:] != nodes["component"][:-1]])
    bounds = np.r_[starts, len(keys)]
    edge_bounds = np.r_[
        np.searchsorted(rows["component"], nodes["component"][starts]), len(rows["l"])
    ]
    clash = np.isin(rows["veto"], CLASHES)
    bits = np.where(clash, CLASH, rows["bits"])
    veto, soft = (rows["veto"] > 0) & ~clash, np.asarray(rows["soft"], dtype=bool)
    profile = np.asarray(nodes["profile"], dtype=bool)
    sizes = np.diff(bounds)
    of = np.repeat(np.arange(len(starts)), np.diff(edge_bounds))
    edges = {
        "component": of, "left": at["l"], "right": at["r"], "bits": bits, "veto": veto,
        "counts": ~(soft | profile[at["l"]] | profile[at["r"]]),
    }  # fmt: skip
    confirmed = bits >= DECIDED
    small = sizes <= min(rounds.LARGEST, config.max_cluster)
    small[of[confirmed]] = False
    cluster = rounds.join_small(starts, sizes, small, edges, config.accept)
    for i in np.flatnonzero(~small | np.logical_or.reduceat(profile, starts)):
        here, there = slice(bounds[i], bounds[i + 1]), slice(edge_bounds[i], edge_bounds[i + 1])
        first = bounds[i]
        component = Component(
            int(sizes[i]),
            profile[here].tolist(),
            (at["l"][there] - first).tolist(),
            (at["r"][there] - first).tolist(),
            bits[there].tolist(),
            soft[there].tolist(),
            veto[there].tolist(),
            confirmed[there].tolist(),
        )
        joined = (cluster[here] - first).tolist() if small[i] else None
        cluster[here] = first + np.asarray(partition(component, config, joined))
    return {"rkey": keys, "cluster": keys[cluster]}


def _arrow(columns: dict[str, Any]) -> object:
    import pyarrow as pa

    return pa.table({name: pa.array(values) for name, values in columns.items()})
