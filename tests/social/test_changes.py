"""What changes later corrects what it touches, and a rebuild says the same."""

import shutil
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from connectors.sandbox.population import DEFAULT_UNTIL, generate
from social.declared import Declared
from tests.social import warehouse
from tests.social.conftest import DEMO, NOW, company

pytestmark = pytest.mark.slow

INCREMENTAL = {
    "intermediate.turns": "* exclude (moved_from, author_before, loaded_package)",
    "intermediate.conversations": "* exclude (loaded_package, thread_state)",
    "intermediate.people": "*",
    "intermediate.orders": "*",
    "intermediate.answers": "* exclude (loaded_package)",
    "intermediate.engagement": "* exclude (loaded_package, engagement), round(engagement, 6)",
    "marts.interaction_understanding": "* exclude (loaded_package)",
    "marts.routing_candidates": "* exclude (thread_state)",
    "marts.conversations": "* exclude (told_state)",
    "marts.customer_measures": "*",
    "marts.routing_log": "* exclude (invocation)",
    "marts.segment_events": "* exclude (invocation)",
    "marts.segments": "*",
    "marts.segment_overlaps": "*",
    "marts.practice_assignments": "*",
    "intermediate.ties": "* exclude (loaded_package)",
    "intermediate.deeds": "* exclude (loaded_package)",
    "intermediate.customer_states": "*",
    "marts.relationships": "*",
    "marts.communities": "*",
    "intermediate.theme_weeks": "* exclude (sentiment, lifetime_value_share)",
    "marts.advocates": "* exclude (made_of)",
    "marts.work_queue": "*",
}
CROWD = 100_000
WIDE = "select last_turn_by, brand_turns from marts.conversations where thread_id = 'wide'"
ODD_RULES = """
  - {name: never, when: likes > 1000000, priority: 9, team: community, deadline: {within: 1d}}
  - {name: always, when: likes >= 0, priority: 9, team: community, deadline: {within: 1d}}
"""
MOMENT = DEFAULT_UNTIL - timedelta(hours=2)
BRAND_SPEAKS = "we have looked into it and sent you a replacement today."


def content(home: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Rows by table; of turns their hashes, because one thread has a hundred thousand."""
    return {
        table: warehouse.query(
            home,
            f"select count(*), bit_xor(hash(t)) from (select {columns} from {table}) as t"
            if table == "intermediate.turns"
            else f"select {columns} from {table} order by all",
        )
        for table, columns in INCREMENTAL.items()
    }


def said(key: str, author: str | None, text: str, moment: datetime, **more: Any) -> tuple[Any, ...]:
    row = {
        "source": "mastodon", "id": key, "thread": None, "parent": None, "direction": "inbound",
        "author": author, "recipients": [], "text": text, "language": "en",
        "said_at": moment.isoformat(), "deleted": False, "likes": 0, "shares": 0,
        "visibility": "public", "package": 2, **more,
    }  # fmt: skip
    return tuple(row[name] for name in warehouse.SAID)


class Changed:
    """A home after a first run, then after later loads and a changed brand, then rebuilt."""

    def __init__(self, home: Path) -> None:
        self.home = home
        generate(5, 120, home / "population")
        warehouse.upstream(home, home / "population")
        shutil.copytree(DEMO / "social", home / "social")
        with (home / "social/routing.yaml").open("a") as file:
            file.write(ODD_RULES)
        self.declared: Declared = company(home)
        self.choose()
        self.begin()
        self.run()
        self.files = self.ledger()
        self.first = content(home)
        self.run()
        self.again = content(home)
        self.files_again = self.ledger()
        self.wide_before = self.ask(WIDE)
        self.redeclare()
        self.run()
        self.unheard = self.ask(
            "select count(*) from marts.customer_measures as told inner join marts.customers "
            "using (customer_id) where told.language is distinct from customers.language"
        )
        self.orphan_before = self.thread("orphan")
        self.later()
        self.run()
        self.changed = content(home)
        self.texts = self.quotes()
        self.run(full=True)
        self.rebuilt = content(home)

    def run(self, *, full: bool = False) -> None:
        warehouse.run(self.home, self.declared, as_of=NOW, full=full)

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        return warehouse.query(self.home, sql)

    def ledger(self) -> list[str]:
        return sorted(str(path) for path in (self.home / "landing").rglob("*.parquet"))

    def quotes(self) -> str:
        return repr(self.ask("select quotes from marts.feedback_themes"))

    def choose(self) -> None:
        """Whose accounts speak: the brand's, a customer's, somebody else's, another's."""
        spoke = "select customer_id from marts.interactions where customer_id is not null"
        silent = (
            f"select source_record_id from identity.clusters where customer_id not in ({spoke})"
        )
        people = "source = 'mastodon' and (attributes->>'bot') = 'false' and handle <> 'brightbean'"
        self.brand, self.person, self.other, self.many, self.silent, self.lender, self.lost = (
            self.ask(f"select source_record_id from intermediate.contacts where {condition}")[0][0]
            for condition in (
                "handle = 'brightbean'",
                f"{people} order by 1 desc",
                f"{people} order by 1",
                f"{people} order by 1 offset 1",
                *(
                    f"source = 'mastodon' and source_record_id in ({silent}) order by 1 offset {n}"
                    for n in (1, 2, 3)
                ),
            )
        )

    def once(self, **more: Any) -> tuple[Any, ...]:
        """All that somebody ever said to another."""
        return said(
            "once", self.silent, "me too", MOMENT, parent="wide", direction="public", **more
        )

    def claimed(self, *authors: str | None, **more: Any) -> list[tuple[Any, ...]]:
        """All that two accounts ever said, one thing of somebody who says more, and a question."""
        *answered, asked = authors
        question = said("claimed", asked, "where is my parcel?", MOMENT - timedelta(days=1),
                        recipients=[self.brand], **more)  # fmt: skip
        return [question] + [
            said(f"claimed-{n}", author, "same here", MOMENT, parent="wide", direction="public",
                 **more)
            for n, author in enumerate(answered)
        ]  # fmt: skip

    def thread_of(self, key: str, author: str, answers: int, **more: Any) -> list[tuple[Any, ...]]:
        """A question and very quick answers to it."""
        asked = said(key, self.person, "does this work for anyone?", MOMENT,
                     recipients=[self.brand], **more)  # fmt: skip
        return [asked] + [
            said(f"{key}-{n}", author, "for me it does", MOMENT + timedelta(milliseconds=n),
                 parent=key, direction="public", **more)
            for n in range(answers)
        ]  # fmt: skip

    def begin(self) -> None:
        """In the first load: somebody answers fifty times, somebody else is nobody's record yet."""
        wide = self.thread_of("wide", self.other, 50, package=1)
        # nobody's conversation, until one of them turns out to be ours
        public: dict[str, Any] = {"direction": "public", "package": 1}
        chat = [
            said("chat", self.person, "who roasts well around here?", MOMENT, **public),
            said("chat-1", self.other, "try the corner shop", MOMENT, parent="chat", **public),
        ]
        # a question, and an answer in a thread that the source tells, to what nobody loaded yet
        stem = [
            said("stem", self.person, "does the Bean Go need a filter?", MOMENT,
                 recipients=[self.brand], package=1),
            said("branch", self.other, "mine does not", MOMENT, parent="stem", **public),
            said("leaf", self.many, "neither does mine", MOMENT, parent="branch", **public),
            said("told", self.person, "and what about ours?", MOMENT, parent="first",
                 thread="case", **public),
        ]  # fmt: skip
        claimed = self.claimed(self.lender, self.lost, self.many, self.lender, package=1)
        warehouse.say(self.home, [*wide, *chat, *stem, *claimed, self.once(package=1)])
        with duckdb.connect(str(self.home / "warehouse/hub.duckdb")) as hub:
            whose = f"identity.clusters where source_record_id = '{self.many}'"
            hub.execute(f"create table main.unknown as from {whose}; delete from {whose}")

    def redeclare(self) -> None:
        """A second load: who answered fifty times turns out to be ours, a product is renamed.

        Of some customers nothing changes but their language.
        """
        # a reply to a post that nobody loaded yet
        orphan = said("orphan", self.person, "where is my parcel?", MOMENT, parent="lost",
                      recipients=[self.brand])  # fmt: skip
        warehouse.say(self.home, [orphan])
        with duckdb.connect(str(self.home / "warehouse/hub.duckdb")) as hub:
            hub.execute("update marts.customers set language = 'nl' where customer_id like '%1'")
        self.declared = company(self.home, accounts=[self.other], product="Espresso")

    def later(self) -> None:
        """A third load: answers, an edit, a deletion, a late parent, very many replies.

        Besides, customers change without saying anything.
        """
        waits = self.ask(
            "select thread_id, opening_id from marts.conversations "
            "where whose_turn = 'brand' and turns = 1 order by 1 limit 3"
        )
        self.answered, self.edited, self.deleted = (row[0] for row in waits)
        brand: dict[str, Any] = {"recipients": [self.brand], "package": 3}
        ours: dict[str, Any] = {"direction": "outbound", "package": 3}
        rows = [
            said("late-1", self.brand, BRAND_SPEAKS, MOMENT, parent=waits[0][1], **ours),
            said("future", self.person, "how do I pay?", MOMENT + timedelta(days=400), **brand),
            *self.thread_of("crowd", self.many, CROWD, package=3),
            said("lost", self.brand, "news", MOMENT - timedelta(hours=1), parent="root", **ours),
            said("root", self.brand, "hello all", MOMENT - timedelta(hours=2), **ours),
            self.once(deleted=True, package=3),
            # what was somebody's turns out to be another's, or nobody knows whose
            *self.claimed(self.silent, None, self.lender, self.person, package=3),
            # a slip is mended, an answer is moved to another thread, what was answered turns up
            said("stem", self.person, "Does the Bean Go need a filter?", MOMENT, **brand),
            said("branch", self.other, "mine does not", MOMENT, parent="root",
                 direction="public", package=3),
            said("first", self.brand, "we look into it", MOMENT - timedelta(hours=1),
                 thread="case", **ours),
        ]  # fmt: skip
        for key, text, deleted in (
            (waits[1][1], "my oven exploded, we are in hospital with burns", False),
            (waits[2][1], "secretword was here", True),
        ):
            (row,) = self.ask(
                "select author_record_id, occurred_at from intermediate.interactions "
                f"where interaction_id = '{key}'"
            )
            rows.append(said(key, row[0], text, row[1], deleted=deleted, **brand))
        warehouse.say(self.home, rows)
        arms = dict(self.ask("select arm, min(customer_id) from marts.practice_assignments "
                             "where practice = 'loyal_preview' group by arm"))  # fmt: skip
        self.merged, self.gone = arms["treated"], arms["holdout"]
        with duckdb.connect(str(self.home / "warehouse/hub.duckdb")) as hub:
            hub.execute(
                "insert into intermediate.transactions select source, 'new-' || customer_id, "
                "'order', source_record_id, 40, 'EUR', 'paid', timestamptz '2026-08-01', null, "
                "false, null, 2 from identity.clusters where customer_id in (select customer_id "
                "from marts.customer_measures where frequency = 0 and known) and source = 'crm'"
            )
            hub.execute(f"update identity.clusters set customer_id = '{self.merged}' "
                        f"where customer_id = '{self.gone}'")  # fmt: skip
            # whose conversation it is changes without a word
            hub.execute(f"""update identity.clusters set customer_id = '{self.merged}'
                where (source, source_record_id) in (select source, customer_record_id
                    from marts.conversations where thread_id = '{self.answered}')""")
            hub.execute("insert into identity.clusters from main.unknown")
            for schema in ("marts", "identity"):
                hub.execute(f"insert into {schema}.customer_aliases "
                            f"values ('{self.gone}', '{self.merged}', now())")  # fmt: skip
            hub.execute(f"delete from marts.customers where customer_id = '{self.gone}'")
            hub.execute("""update intermediate.contacts set attributes = '{"owner": "somebody.new"}'
                where source = 'crm' and (attributes->>'owner') is not null""")
            hub.execute("update marts.consents set status = 'denied' where customer_id > 'm'")
            hub.execute("update marts.customers set country = 'DE' where customer_id > 'm'")

    def thread(self, key: str) -> str:
        ((thread,),) = self.ask(
            f"select thread_id from intermediate.turns where interaction_id = '{key}'"
        )
        return str(thread)


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Changed:
    return Changed(tmp_path_factory.mktemp("changed"))


def test_a_run_with_nothing_new_changes_nothing_and_remembers_nothing(changed: Changed) -> None:
    assert changed.again == changed.first
    assert changed.files_again == changed.files


@pytest.mark.parametrize("table", INCREMENTAL)
def test_a_rebuild_says_what_the_increments_said(changed: Changed, table: str) -> None:
    assert changed.rebuilt[table] == changed.changed[table]


def test_measures_follow_a_customer_of_whom_nothing_else_changed(changed: Changed) -> None:
    assert changed.unheard == [(0,)]


def test_an_account_that_became_ours_speaks_for_us(changed: Changed) -> None:
    assert changed.wide_before == [("other", 0)]
    assert changed.ask(WIDE) == [("brand", 50)]


def test_what_was_routed_and_entered_is_remembered_through_a_rebuild(changed: Changed) -> None:
    assert changed.ask(
        "select distinct invocation from marts.routing_log "
        "union select distinct invocation from marts.segment_events"
    ) == [("remembered",)]


def test_a_late_answer_ends_the_waiting(changed: Changed) -> None:
    ((turn, turns),) = changed.ask(
        f"select whose_turn, turns from marts.conversations where thread_id = '{changed.answered}'"
    )
    assert (turn, turns) == ("customer", 2)
    queue = changed.ask("select conversation_id from marts.work_queue")
    assert (f"mastodon:{changed.answered}",) not in queue


def test_an_edit_into_a_crisis_is_routed_again(changed: Changed) -> None:
    rows = changed.ask(
        f"select rule, outcome from marts.routing_log where interaction_id = '{changed.edited}'"
    )
    assert ("crisis", "routed") in rows
    assert len(rows) == 2


def test_an_edit_is_no_duplicate_of_what_it_edits(changed: Changed) -> None:
    rows = changed.ask(
        "select outcome, count(*) from marts.routing_log where interaction_id = 'stem' group by all"
    )
    assert rows == [("routed", 2)]


def test_a_rule_that_never_or_always_fires_is_reported(changed: Changed) -> None:
    health = dict(changed.ask("select rule, health from marts.routing_rules"))
    assert (health["never"], health["always"]) == ("never fires", "always fires")


def test_a_deleted_post_leaves_no_text_and_no_work(changed: Changed) -> None:
    assert "secretword" not in changed.texts
    assert not changed.ask(
        f"select 1 from marts.work_queue where conversation_id = 'mastodon:{changed.deleted}'"
    )
    for table in ("marts.interaction_understanding", "marts.routing_candidates"):
        assert not changed.ask(f"select 1 from {table} where interaction_id = '{changed.deleted}'")


def test_a_late_parent_takes_its_replies_to_its_thread(changed: Changed) -> None:
    assert changed.orphan_before == "lost"
    assert changed.thread("orphan") == "root"
    assert not changed.ask("select 1 from marts.conversations where thread_id = 'lost'")


def test_what_hangs_below_a_moved_answer_moves_with_it(changed: Changed) -> None:
    assert [changed.thread(key) for key in ("stem", "branch", "leaf")] == ["stem", "root", "root"]


def test_an_answer_hears_of_its_parent_in_a_thread_that_the_source_told(changed: Changed) -> None:
    assert changed.ask(
        "select thread_id, parent_author_id from intermediate.turns where interaction_id = 'told'"
    ) == [("case", changed.brand)]


def test_who_said_nothing_after_all_is_neither_tied_nor_counted(changed: Changed) -> None:
    for table in ("ties", "engagement"):
        rows = f"select 1 from intermediate.{table} where author_record_id "
        assert not changed.ask(f"{rows}= '{changed.lost}'")
        assert not changed.ask(f"{rows}is null")


def test_a_post_from_the_future_counts_as_said_now(changed: Changed) -> None:
    ((moment, ahead),) = changed.ask(
        "select last_turn_at, clock_ahead from marts.conversations where thread_id = 'future'"
    )
    assert moment == DEFAULT_UNTIL
    assert ahead


def test_a_thread_of_many_replies_is_one_conversation(changed: Changed) -> None:
    ((turns, people),) = changed.ask(
        "select turns, participants from marts.conversations where thread_id = 'crowd'"
    )
    assert (turns, people) == (CROWD + 1, 2)


def test_who_buys_for_the_first_time_enters_the_segment(changed: Changed) -> None:
    entered = changed.ask(
        "select count(*) from marts.segment_events "
        "where segment = 'buyers' and event = 'entered' and not first_look"
    )
    assert entered[0][0] > 0
    known = changed.ask("select bool_or(since_before), bool_and(since_before) from marts.segments")
    assert known == [(True, False)]


def test_customers_merged_from_both_arms_are_left_out(changed: Changed) -> None:
    found = dict(
        changed.ask(
            "select customer_id, contaminated from marts.practice_assignments "
            "where practice = 'loyal_preview'"
        )
    )
    assert found[changed.merged]
    assert changed.gone not in found
    ((left_out,),) = changed.ask(
        "select contaminated from marts.practice_results where practice = 'loyal_preview'"
    )
    assert left_out == 1
    assert not changed.ask(
        f"select 1 from intermediate.practice_values where customer_id = '{changed.merged}' "
        "and practice = 'loyal_preview'"
    )


def test_a_hub_without_brands_tells_no_conversations_and_a_run_ends_without_dead_rows(
    tmp_path: Path,
) -> None:
    warehouse.write(tmp_path, [], [], [])
    with duckdb.connect(str(tmp_path / "warehouse/hub.duckdb")) as hub:
        hub.execute("set max_vacuum_tasks = 0")
        hub.execute("create table main.old as from range(400000) as t (n); checkpoint")
        hub.execute("delete from main.old where n % 5 <> 0; checkpoint")
    stored = "select estimated_size from duckdb_tables() where table_name = 'old'"
    assert warehouse.query(tmp_path, stored) == [(400_000,)]
    warehouse.run(tmp_path, replace(company(), brands={}), as_of=NOW)
    assert warehouse.query(tmp_path, "select count(*) from marts.conversations") == [(0,)]
    assert warehouse.query(tmp_path, stored) == [(80_000,)]
