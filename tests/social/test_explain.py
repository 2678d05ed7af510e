"""Routing explains itself and can be tried before it is changed."""

from pathlib import Path

import pytest

from social.declared.models import Routing
from social.reading import practice_board, rule_troubles, segment_sizes, theme_alarms
from social.routing import NothingKnownError, explain, replay
from tests.social.conftest import Told, company


@pytest.fixture(scope="module")
def snapshot(told: Told) -> Path:
    return told.home / "warehouse/hub.duckdb"


def test_explain_says_which_rule_fired_and_why_not_the_others(told: Told, snapshot: Path) -> None:
    ((key,),) = told.ask(
        "select interaction_id from marts.routing_log where rule = 'valued_complaint' limit 1"
    )
    found = explain(snapshot, f"mastodon:{key}", company().routing)
    by_name = {asked.rule: asked for asked in found.rules}
    assert [asked.rule for asked in found.rules if asked.fired] == ["valued_complaint"]
    assert found.logged["rule"] == "valued_complaint"
    crisis = by_name["crisis"].parts[0]
    assert (crisis.condition, crisis.held, crisis.values) == (
        "intent = 'crisis'",
        False,
        {"intent": "complaint"},
    )
    assert by_name["complaint"].held
    assert not by_name["complaint"].fired


def test_what_nobody_said_to_us_cannot_be_explained(snapshot: Path) -> None:
    with pytest.raises(NothingKnownError, match="unknown or nobody said it to a brand"):
        explain(snapshot, "mastodon:0", company().routing)


def test_the_same_rules_replayed_change_nothing(snapshot: Path) -> None:
    assert all(c.before == c.after for c in replay(snapshot, company().routing, 90 * 86_400))


def test_a_changed_rule_shows_what_it_would_have_taken(snapshot: Path) -> None:
    rules = company().routing.model_dump()
    rules["rules"] = [r for r in rules["rules"] if r["name"] != "crisis"]
    for one in rules["rules"]:
        one["deadline"] = {"within": "2h"}
        one["dedupe"] = {"within": "1d"}
        one["escalate"] = []
    changes = replay(snapshot, Routing.model_validate(rules), 90 * 86_400)
    lost = [c for c in changes if c.before == "crisis"]
    assert lost
    assert all(c.after != "crisis" for c in lost)
    assert lost[0].examples[0].startswith("mastodon:")


def test_conditions_cannot_reach_beyond_the_hub(snapshot: Path) -> None:
    rules = company().routing
    evil = rules.rules[0].model_copy(
        update={"when": "(select count(*) from read_text('/etc/hostname')) > 0"}
    )
    with pytest.raises(Exception, match=r"disabled|Permission"):
        replay(snapshot, Routing(rules=[evil]), 86_400)


def test_boards_of_the_command_answer(snapshot: Path) -> None:
    assert {row["segment"] for row in segment_sizes(snapshot)} >= {"buyers", "waiting"}
    assert [row["practice"] for row in practice_board(snapshot)]
    assert isinstance(rule_troubles(snapshot), list)
    assert isinstance(theme_alarms(snapshot), list)
