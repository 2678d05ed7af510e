"""The social marts over a population whose truth is known."""

import json
from collections import Counter

from social.declared.columns import CANDIDATE_COLUMNS, MEASURE_COLUMNS
from tests.social.conftest import Told


def test_response_times_equal_the_truth_to_the_second(told: Told) -> None:
    rows = told.ask(
        "select thread_id, first_response_seconds, reopened, moved_private, "
        "case when resolved_by = 'thanks' then resolved_at end from marts.conversations"
    )
    found = {row[0]: row[1:] for row in rows}
    for truth in told.population.truth.conversations:
        seconds, reopened, private, thanked_at = found[str(truth["thread_id"])]
        assert seconds == truth["first_response_seconds"]
        assert (reopened, private) == (truth["reopened"], truth["moved_private"])
        assert (thanked_at.isoformat() if thanked_at else None) == truth["resolved_at"]


def test_every_planted_crisis_is_routed_in_time_and_hardly_anything_else(told: Told) -> None:
    rows = told.ask("""
        select log.interaction_id, log.due_at - candidates.said_at <= interval 30 minute,
            log.notify_at = candidates.said_at
        from marts.routing_log as log
        inner join marts.routing_candidates as candidates using (source, interaction_id)
        where log.rule = 'crisis' and log.outcome = 'routed'
    """)
    routed = {row[0] for row in rows}
    planted = set(told.population.truth.crises)
    ((messages,),) = told.ask("select count(*) from marts.routing_candidates")
    assert planted <= routed
    assert len(routed - planted) <= 0.02 * messages
    assert all(in_time and at_once for _, in_time, at_once in rows)


def test_planted_advocates_rank_and_the_bot_farm_does_not(told: Told) -> None:
    top = {row[0] for row in told.ask("select customer_id from marts.advocates where place <= 20")}
    planted = {str(row["person_id"]) for row in told.population.truth.advocates}
    assert planted <= top
    bots = {row["person_id"] for row in told.population.truth.records if row["kind"] == "bot"}
    everyone = {row[0] for row in told.ask("select customer_id from marts.advocates")}
    assert not bots & everyone


def test_a_score_is_the_sum_of_the_interactions_beside_it(told: Told) -> None:
    rows = told.ask("select score, made_of, answers_accepted from marts.advocates where place <= 5")
    for score, made_of, accepted in rows:
        shown = sum(piece["points"] for piece in made_of)
        assert shown <= score + 0.01
        assert len(made_of) == 10 or abs(shown - score) < 0.05
        assert any(piece["part"] == "helps" for piece in made_of) == (accepted > 0)


def test_the_owner_in_the_crm_is_asked_first(told: Told) -> None:
    rows = told.ask("""
        select log.addressee, candidates.owner from marts.routing_log as log
        inner join marts.routing_candidates as candidates using (source, interaction_id)
        where log.rule = 'complaint'
    """)
    assert any(owner for _, owner in rows)
    assert all(addressee == (owner or "support.desk") for addressee, owner in rows)


def test_deadlines_fall_into_business_hours(told: Told) -> None:
    rows = told.ask("""
        select distinct isodow(timezone('Europe/Berlin', due_at)),
            cast(timezone('Europe/Berlin', due_at) as time) between '09:00:00' and '17:30:00'
        from marts.routing_log where rule in ('complaint', 'question', 'leaving', 'buying')
    """)
    assert rows
    assert all(day <= 5 and open_ for day, open_ in rows)


def test_nobody_but_a_crisis_disturbs_the_quiet(told: Told) -> None:
    rows = told.ask("""
        select rule, cast(timezone('Europe/Berlin', notify_at) as time)
            between '07:00:00' and '19:59:59.999'
        from marts.routing_log where team = 'support'
    """)
    assert rows
    assert all(awake for _, awake in rows)


def test_quotes_carry_no_names_and_no_handles(told: Told) -> None:
    quotes = [q for (qs,) in told.ask("select quotes from marts.feedback_themes") for q in qs]
    assert quotes
    names = {
        part
        for (name,) in told.ask("select full_name from marts.customers where full_name is not null")
        for part in name.split()
        if len(part) > 4
    }
    assert not [q for q in quotes if "@" in q or any(name in q.split() for name in names)]


def test_no_table_of_ours_keeps_a_text_except_the_quotes(told: Told) -> None:
    tables = told.ask("""
        select schema, name from (show all tables)
        where (schema = 'intermediate' and name not in ('interactions', 'contacts'))
            or (schema = 'marts' and name not in ('interactions', 'feedback_themes', 'customers'))
    """)
    needle = "fed up with this"
    assert told.ask(f"select 1 from intermediate.interactions where text like '%{needle}%' limit 1")
    for schema, name in tables:
        hits = told.ask(
            f"select count(*) from {schema}.{name} as t where t::varchar like '%{needle}%'"
        )
        assert hits == [(0,)], name


def test_the_columns_that_conditions_may_use_are_those_of_the_models(told: Told) -> None:
    for table, known in (
        ("routing_candidates", CANDIDATE_COLUMNS),
        ("customer_measures", MEASURE_COLUMNS),
    ):
        columns = told.ask(f"select column_name, lower(column_type) from (describe marts.{table})")
        assert known.items() <= dict(columns).items()


def test_lifetime_values_lie_in_their_interval_and_grow_with_orders(told: Told) -> None:
    rows = told.ask("""
        select frequency, lifetime_value_low, lifetime_value, lifetime_value_high, risk
        from marts.customer_measures
    """)
    assert all(low <= value <= high for _, low, value, high, _ in rows)
    assert all(0 <= risk <= 1 for *_, risk in rows)
    mean = {
        keen: sum(r[2] for r in rows if (r[0] >= 3) == keen and r[0])
        / sum(1 for r in rows if (r[0] >= 3) == keen and r[0])
        for keen in (True, False)
    }
    assert mean[True] > mean[False]


def test_practices_say_plainly_what_is_not_known_yet(told: Told) -> None:
    rows = told.ask("select practice, verdict, lift from marts.practice_results order by 1")
    assert [row[0] for row in rows] == ["fast_lane", "loyal_preview"]
    assert all(row[1] in ("not enough data yet", "trying") for row in rows)


def test_the_arms_of_a_practice_are_as_large_as_declared(told: Told) -> None:
    arms = Counter(row[0] for row in told.ask("select arm from marts.practice_assignments"))
    share = arms["holdout"] / sum(arms.values())
    assert 0.25 < share < 0.6


def test_rules_that_never_or_always_fire_are_reported(told: Told) -> None:
    health = dict(told.ask("select rule, health from marts.routing_rules"))
    assert health["complaint"] == "fine"
    assert set(json.loads(json.dumps(list(health.values())))) <= {"fine", "never fires"}


def test_tasks_for_the_crm_are_the_work_queue_with_whom_and_until_when(told: Told) -> None:
    rows = told.ask("""
        select queue.item_id, tasks.description,
            coalesce(queue.escalated_to, queue.addressee), strftime(queue.due_at, '%Y-%m-%d %H:%M')
        from activation.sync_webhook__tasks as tasks
        full join (from marts.work_queue where customer_id is not null) as queue
            on tasks.tessera_id = queue.item_id
    """)
    assert rows
    for item, description, who, due in rows:
        assert item
        assert f"For {who}, " in description
        assert f"due {due} UTC" in description
