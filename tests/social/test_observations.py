"""What a new generation's themes and rules say aloud: observations in Dagster, notices to teams."""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import dagster as dg
import duckdb
import pytest

from orchestration.graph.social import MOST, observe
from orchestration.home import Home
from social.routing.notices import due

# fmt: off
_MARTS = """
create schema marts;
create table marts.feedback_themes as from (values
    ('delivery', 'Bean One', 'everyone', date '2026-09-07', 41, 9.5, -0.4, 0.0001, 'rising'),
    ('price', 'any', 'everyone', date '2026-09-07', 12, 11.0, 0.1, 0.8, 'steady'),
    ('taste', 'any', 'everyone', date '2026-07-06', 60, 10.0, 0.5, 0.0001, 'rising'),
) as t (topic, product, segment, week, messages, weekly_mean_before, sentiment, p_value, trend);
create table marts.routing_rules as from (values
    ('vip', 1, 0, 200, 'never fires'), ('question', 2, 80, 200, 'fine'),
) as t (rule, place, matched_90d, candidates_90d, health);
create table marts.work_queue as select '' as team, ['webhook'] as notify_channels, '' as source,
    '' as interaction_id, '' as rule, 1 as priority, '' as intent, '' as topic, now() as due_at,
    '' as addressee, '' as escalated_to, '' as item_id, 0 as escalation_level, now() as notify_at
where false;
"""
# fmt: on


@pytest.fixture
def home(tmp_path: Path) -> Home:
    found = Home.at(tmp_path)
    found.published.parent.mkdir(parents=True)
    with duckdb.connect(str(found.published)) as hub:
        hub.execute(_MARTS)
    return found


def observed(home: Home) -> list[dg.AssetObservation]:
    said: list[Any] = []
    observe(cast(Any, SimpleNamespace(log_event=said.append)), home)
    return said


def test_a_theme_that_left_its_past_this_week_is_observed_on_its_mart(home: Home) -> None:
    theme, _ = observed(home)
    assert theme.asset_key == dg.AssetKey(["marts", "feedback_themes"])
    assert theme.description is not None
    assert "delivery / Bean One / everyone is rising: 41" in theme.description
    assert theme.metadata["p_value"].value == "0.0001"


def test_a_rule_that_never_fires_is_observed_and_a_fine_one_is_not(home: Home) -> None:
    _, rule = observed(home)
    assert rule.asset_key == dg.AssetKey(["marts", "routing_rules"])
    assert rule.description == "rule vip: never fires"


def test_many_alarms_are_cut_to_what_somebody_reads(home: Home) -> None:
    with duckdb.connect(str(home.published)) as hub:
        hub.execute(
            "insert into marts.feedback_themes select 'topic ' || n, 'any', 'everyone', "
            "date '2026-09-07', 40, 9.0, 0, 0.001, 'falling' from range(50) as t (n)"
        )
    assert len(observed(home)) == MOST + 1


def test_nothing_published_is_nothing_observed(home: Home) -> None:
    home.published.unlink()
    assert observed(home) == []


def test_a_theme_is_told_once_by_webhook_and_names_nobody(home: Home) -> None:
    now = datetime(2026, 9, 15, tzinfo=UTC)
    ((team, channel, items),) = due(home.published, set(), now)
    assert (team, channel, len(items)) == ("", "webhook", 1)
    assert items[0]["theme"].startswith("delivery / Bean One / everyone is rising: 41")
    assert not list(due(home.published, {f"webhook|{items[0]['key']}"}, now))
