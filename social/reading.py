"""Questions that the command and the boards put to the published hub."""

from pathlib import Path
from typing import Any

import duckdb

from social.routing.explain import NothingKnownError

Row = dict[str, Any]


def rows(snapshot: Path, sql: str) -> list[Row]:
    """Rows of a question as mappings.

    Raises:
        NothingKnownError: Nothing is published yet, or by a version without these marts.
    """
    if not snapshot.exists():
        raise NothingKnownError(f"nothing is published at {snapshot} yet; run `tessera run`.")
    with duckdb.connect(str(snapshot), read_only=True) as hub:
        hub.execute("set timezone = 'UTC'; set enable_external_access = false")
        try:
            cursor = hub.execute(sql)
        except duckdb.CatalogException:
            text = "the published hub has no social marts; run `tessera run` again."
            raise NothingKnownError(text) from None
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def practice_board(snapshot: Path) -> list[Row]:
    """Practices with their verdicts, those that work first."""
    return rows(
        snapshot,
        """select * from marts.practice_results order by
        list_position(['works', 'does not', 'trying', 'unclear', 'not enough data yet'], verdict),
        practice""",
    )


def segment_sizes(snapshot: Path) -> list[Row]:
    """Segments with their size, how many came and went in 30 days, and the largest overlap."""
    return rows(
        snapshot,
        """
        with sizes as (
            select segment, customers from marts.segment_overlaps where segment = other_segment
        ),
        moves as (
            select segment,
                count(*) filter (event = 'entered' and not first_look) as entered_30d,
                count(*) filter (event = 'left') as left_30d
            from marts.segment_events
            where happened_at > (select max(happened_at) from marts.segment_events)
                - interval 30 day
            group by segment
        ),
        nearest as (
            select segment, other_segment, customers,
                row_number() over (partition by segment order by customers desc, other_segment) as n
            from marts.segment_overlaps where segment <> other_segment
        )
        select sizes.segment, sizes.customers,
            coalesce(entered_30d, 0) as entered_30d, coalesce(left_30d, 0) as left_30d,
            nearest.other_segment as overlaps_most, coalesce(nearest.customers, 0) as overlap
        from sizes left join moves using (segment)
        left join nearest on sizes.segment = nearest.segment and nearest.n = 1
        order by sizes.customers desc, sizes.segment
        """,
    )


def rule_troubles(snapshot: Path) -> list[Row]:
    """Rules that never or always fire, or that an earlier rule hides."""
    return rows(
        snapshot,
        """select rule, health, matched_90d, candidates_90d from marts.routing_rules
        where health not in ('fine', 'too early to say') order by place""",
    )


def theme_alarms(snapshot: Path) -> list[Row]:
    """Themes whose newest whole week left its own past: what an observation or notice reports."""
    return rows(
        snapshot,
        """
        select topic, product, segment, week, messages, weekly_mean_before, sentiment,
            p_value, trend
        from marts.feedback_themes
        where trend in ('rising', 'falling')
            and week >= (select max(week) from marts.feedback_themes) - 7
        order by p_value, topic, product, segment
        """,
    )


def queue_digest(snapshot: Path) -> str:
    """Changes when a task does: its message, rule, addressee, deadline or escalation."""
    found = rows(
        snapshot,
        """select coalesce(md5(string_agg(
            concat_ws('|', item_id, interaction_id, rule, addressee, due_at, escalation_level), ','
            order by item_id)), 'nothing') as digest
        from marts.work_queue""",
    )
    return str(found[0]["digest"])
