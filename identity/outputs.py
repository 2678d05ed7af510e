"""What others read: views over the working tables, one per table of the `identity` schema."""

from identity.config import Config
from identity.decisions import DECIDED
from identity.standardise import SUPPRESSED
from identity.store import Store
from identity.vetoes import VETOES


def rule_sql(config: Config, alias: str = "e") -> str:
    """Returns the name of the strongest rung behind an edge."""
    cases = [
        f"WHEN {alias}.bits >= {DECIDED} THEN 'decision'",
        f"WHEN {alias}.mask & 768 = 768 THEN 'reciprocal_link'",
    ]
    cases += [
        f"WHEN {alias}.mask & {r.bit} <> 0 THEN '{r.name}'"
        for r in config.rungs()
        if r.alone and r.bit > 1
    ]
    return f"CASE {' '.join(cases)} WHEN {alias}.soft THEN 'profile_match' ELSE 'probabilistic' END"


def accepted_sql(config: Config, alias: str = "e") -> str:
    """Returns the SQL condition under which an edge's evidence suffices for a link."""
    return f"{alias}.bits >= CASE WHEN {alias}.soft THEN {config.accept_profile} ELSE {config.accept} END"


def linked_sql(edges: str, config: Config) -> str:
    """Returns a SELECT (rkey, component, cluster, linked_by, confidence) of the temp table `clustered`.

    A record's link is the strongest of its edges within its cluster; a record alone is tied by nothing.
    """
    return f"""
        WITH kept AS (
            SELECT e.l, e.r, e.bits, {rule_sql(config)} AS rule FROM {edges} AS e
            INNER JOIN clustered AS a ON e.l = a.rkey INNER JOIN clustered AS b ON e.r = b.rkey
            WHERE a.cluster = b.cluster AND e.veto = 0 AND {accepted_sql(config)}
        ),
        best AS (
            SELECT rkey, max_by(rule, bits) AS linked_by, max(bits) AS bits FROM (
                SELECT l AS rkey, rule, bits FROM kept UNION ALL SELECT r, rule, bits FROM kept
            ) GROUP BY rkey
        )
        SELECT c.rkey, c.component, c.cluster, coalesce(b.linked_by, 'alone') AS linked_by,
            coalesce(1 / (1 + pow(2.0, -least(b.bits, 50))), 1.0)::DOUBLE AS confidence
        FROM clustered AS c LEFT JOIN best AS b ON c.rkey = b.rkey"""


def held_sql(config: Config) -> str:
    """Returns a SELECT (l, r, reason) of the links first seen in this run; those within a customer were made."""
    return f"""SELECT l, r, CASE WHEN soft THEN '{RIVAL}' ELSE '{AGAINST}' END AS reason
        FROM fresh AS e WHERE e.first_seen = now() AND e.veto = 0 AND {accepted_sql(config)}"""


# Why a link whose evidence would suffice was not made.
RIVAL = "another contact fits the profile as well"
AGAINST = "the other records of the two customers speak against it"


def create_views(store: Store, config: Config) -> None:
    """Creates the views that the dbt models select from."""
    for name, sql in _views(store, config).items():
        store.con.execute(f"CREATE OR REPLACE VIEW {store.name(name)} AS {sql}")


def _views(store: Store, config: Config) -> dict[str, str]:
    records, edges, members = (store.name(t) for t in ("records", "edges", "members"))
    vetoes = " ".join(f"WHEN {n} THEN '{why}'" for n, why in VETOES.items())
    caps = " ".join(f"WHEN '{r.kind}' THEN {r.cap}" for r in config.rungs() if r.bit > 1)
    carriers = f"""SELECT i.kind, i.value, max(i.junk) AS junk, count(DISTINCT i.rkey) AS records,
        count(DISTINCT CASE WHEN NOT r.profile THEN coalesce(left(least(r.given, r.family), 2), '')
            || coalesce(left(greatest(r.given, r.family), 2), '') END) AS names
        FROM {store.name("identifiers")} AS i INNER JOIN {records} AS r ON i.rkey = r.rkey
        WHERE i.junk <> '{SUPPRESSED}' GROUP BY ALL"""
    shared = f"""(SELECT list(i.kind || ':' || i.value ORDER BY i.kind, i.value) FROM {store.name("identifiers")} AS i
        INNER JOIN {store.name("identifiers")} AS j ON i.kind = j.kind AND i.value = j.value
        WHERE i.rkey = e.l AND j.rkey = e.r AND i.junk = '' AND i.kind <> 'username')"""
    return {
        "v_identifiers": f"""SELECT r.source, r.source_record_id, i.kind, i.value, i.origin, nullif(i.junk, '') AS blocked
            FROM {store.name("identifiers")} AS i INNER JOIN {records} AS r ON i.rkey = r.rkey WHERE i.junk <> '{SUPPRESSED}'""",
        "v_suppressed_values": f"""SELECT DISTINCT kind, value AS mark FROM {store.name("identifiers")}
            WHERE junk = '{SUPPRESSED}'""",
        "v_blocked_identifiers": f"""SELECT kind, value, CAST(records AS BIGINT) AS records, CAST(names AS BIGINT) AS names,
            CASE WHEN junk <> '' THEN junk ELSE 'carried by too many' END AS reason FROM ({carriers})
            WHERE junk <> '' OR names > CASE kind {caps} ELSE 3 END OR (records > 60 AND kind <> 'username')""",
        "v_edges": f"""SELECT l.source AS left_source, l.source_record_id AS left_record_id,
            r.source AS right_source, r.source_record_id AS right_record_id, {rule_sql(config)} AS rule,
            e.bits::DOUBLE AS weight, (1 / (1 + pow(2.0, -greatest(least(e.bits, 50), -50))))::DOUBLE AS probability,
            CASE WHEN e.mask & 63 <> 0 THEN {shared} ELSE [] END AS identifiers,
            e.first_seen, (SELECT to_timestamp(value::DOUBLE) FROM {store.name("meta")} WHERE key = 'ran_at') AS last_seen,
            CASE WHEN e.veto = 9 OR e.bits >= {DECIDED} THEN 'person' ELSE 'rule' END AS decided_by,
            CASE WHEN e.veto > 0 THEN 'vetoed' WHEN a.cluster = b.cluster AND {accepted_sql(config)} THEN 'accepted'
                WHEN {accepted_sql(config)} THEN 'held' ELSE 'suggested' END AS status,
            CASE WHEN e.veto > 0 THEN CASE e.veto {vetoes} END
                WHEN a.cluster = b.cluster AND {accepted_sql(config)} THEN NULL
                WHEN {accepted_sql(config)} AND e.soft THEN '{RIVAL}'
                WHEN {accepted_sql(config)} THEN '{AGAINST}'
                ELSE 'too little evidence to link by itself' END AS reason
            FROM {edges} AS e INNER JOIN {records} AS l ON e.l = l.rkey INNER JOIN {records} AS r ON e.r = r.rkey
            INNER JOIN {members} AS a ON e.l = a.rkey INNER JOIN {members} AS b ON e.r = b.rkey""",
        "v_clusters": f"""SELECT r.source, r.source_record_id, i.customer_id, m.linked_by, m.confidence, i.linked_at
            FROM {members} AS m INNER JOIN {records} AS r ON m.rkey = r.rkey
            INNER JOIN {store.name("ids")} AS i ON m.rkey = i.rkey""",
        "v_identity_events": f"SELECT seq, kind, customer_id, other_id, records, occurred_at, reason FROM {store.name('events')}",
        "v_customer_aliases": f"""WITH RECURSIVE followed AS (
            SELECT customer_id AS alias_id, alias_of, changed_at AS since, 1 AS depth FROM {store.name("customers")}
            WHERE status = 'alias'
            UNION ALL
            SELECT f.alias_id, c.alias_of, f.since, f.depth + 1 FROM followed AS f
            INNER JOIN {store.name("customers")} AS c ON f.alias_of = c.customer_id AND c.status = 'alias'
            WHERE f.depth < 50)
            SELECT alias_id, max_by(alias_of, depth) AS customer_id, any_value(since) AS since FROM followed GROUP BY alias_id""",
        "v_identity_review": f"""SELECT * FROM {store.name("v_edges")} WHERE status IN ('suggested', 'held')
            OR (status = 'vetoed' AND decided_by = 'rule' AND weight >= {config.accept})""",
    }
