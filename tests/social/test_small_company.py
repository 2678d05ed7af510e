"""What a handful of people can do to work, practices and quotes that a population seldom does."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from social.declared import Declared, read_declared
from social.routing import explain
from tests.social import warehouse
from tests.social.test_changes import said

pytestmark = pytest.mark.slow

SEEN = datetime(2026, 9, 1, 10, tzinfo=UTC)
LATER = SEEN + timedelta(days=9)
ROUTING = """
teams: {support: {members: ["Jürgen O'Brien"]}}
rules:
  - name: any
    when: likes >= 0
    priority: 3
    team: support
    deadline: {within: 4h}
    dedupe: {per: customer, within: 3d}
"""
SEGMENTS = "waiting: {description: Has a conversation that waits, when: open_conversations > 0}\n"
PRACTICE = """
hypothesis: Who is answered buys.
segment: waiting
action: Answer.
measure: {table: transactions, value: "count(*)", window: 2d}
start: 2026-08-30
holdout: 0.5
"""
PEOPLE = {
    "brand": "Bean", "a": "Anne-Marie Adler", "b": "Ben O'Brien", "c": "Chloé Dubois",
    "d": "Дарья Котова",
}  # fmt: skip
SAID = [
    ("at://did:plc:1/post", "a", "Anne-Marie here: my Café Crème broke, awful and terrible"),
    ("2", "b", "my C++ (large) is broken, a terrible thing"),
    ("3", "b", "this machine is broken again, awful, says O'Brien, b.o@über.example"),
    ("4", "c", "my machine is broken again, it is awful, says Chloé to @дарья"),
    ("5", "d", "my machine is broken again, terrible, I am Дарья"),
    ("z", "a", "I will cancel everything if this broken thing is not repaired"),
    ("steady", "c", "where is my parcel, why is it so late?"),
]


class Small:
    """A hub of five people: seen once, then answered here and there."""

    def __init__(self, home: Path) -> None:
        self.home = home
        (home / "routing.yaml").write_text(ROUTING)
        (home / "segments.yaml").write_text(SEGMENTS)
        (home / "practices").mkdir()
        (home / "practices/answer.yaml").write_text(PRACTICE)
        products: dict[str, list[str]] = {"Café Crème": [], "C++ (large)": []}
        self.declared: Declared = read_declared(
            home, brands={"bean": {"accounts": {"mastodon": ["brand"]}, "products": products}}
        )
        contacts = [
            ("mastodon", key, "mastodon", key, name, 1, "{}", "2026-01-01", f"of {key}")
            for key, name in PEOPLE.items()
        ] + [("crm", "d", None, None, "Дарья Котова", 0, '{"owner": "Zoë"}', None, "of d")]
        orders = [
            ("mastodon", key, "order", party, "10", "EUR", "paid", "2026-08-31", None)
            for key, party in (("kept", "b"), ("dropped", "a"))
        ] + [
            ("mastodon", key, "order", "c", amount, currency, "paid", "2026-01-05", None)
            for key, amount, currency in (
                ("1", "10", "EUR"),
                ("2", "20", "EUR"),
                ("3", "9000", "JPY"),
            )
        ]
        rows = [self.row(*one) for one in SAID]
        warehouse.write(home, contacts, rows, orders)
        self.run(SEEN + timedelta(days=1))
        self.first = self.ask("select interaction_id from marts.work_queue order by 1")
        answered = SEEN + timedelta(hours=25)
        ours: dict[str, Any] = {"direction": "outbound", "package": 2}
        warehouse.say(home, [
            said(f"to {key}", "brand", "a new one is on its way", answered, parent=key, **ours)
            for key in ("at://did:plc:1/post", "2", "3", "4")
        ] + [
            said("4 again", "c", "it broke again!", LATER, parent="to 4", package=2),
            said("2 thanks", "b", "thank you!", LATER, parent="to 2", package=2),
        ])  # fmt: skip
        with duckdb.connect(str(home / "warehouse/hub.duckdb")) as hub:
            hub.execute("update intermediate.transactions set deleted = transaction_id = 'dropped'")
        self.run(LATER)

    def row(self, key: str, author: str, text: str) -> tuple[Any, ...]:
        return said(key, author, text, SEEN, recipients=["brand"], package=1)

    def run(self, moment: datetime, select: str = "path:models/social") -> None:
        warehouse.run(self.home, self.declared, as_of=moment.isoformat(), select=select)

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        return warehouse.query(self.home, sql)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    return Small(tmp_path_factory.mktemp("small"))


def test_a_duplicate_takes_the_place_of_work_that_is_done(small: Small) -> None:
    assert ("z",) not in small.first
    assert ("z",) in small.ask("select interaction_id from marts.work_queue")


def test_members_are_called_as_they_are_written(small: Small) -> None:
    assert small.ask("select distinct addressee from marts.work_queue order by 1") == [
        ("Jürgen O'Brien",), ("Zoë",),
    ]  # fmt: skip


def test_an_owner_is_known_where_no_book_tells_how_old_its_records_are(small: Small) -> None:
    assert small.ask("select addressee from marts.routing_log where interaction_id = '5'") == [
        ("Zoë",)
    ]


def test_who_comes_back_after_silence_opens_the_conversation_again(small: Small) -> None:
    assert small.ask(
        "select thread_id from marts.conversations where reopened order by thread_id"
    ) == [("4",)]


def test_products_are_found_whatever_letters_they_have(small: Small) -> None:
    assert small.ask(
        "select interaction_id, product from marts.routing_candidates where product is not null"
        " order by 1"
    ) == [("2", "C++ (large)"), ("at://did:plc:1/post", "Café Crème")]


def test_quotes_hold_no_part_of_a_name_or_address(small: Small) -> None:
    ((quotes,),) = small.ask("select quotes from marts.feedback_themes where len(quotes) > 0")
    assert len(quotes) == 3
    for part in ("Chloé", "Brien", "дарья", "Дарья", "ber.ex", "b.o"):
        assert part not in repr(quotes)


def test_an_id_with_colons_is_explained(small: Small) -> None:
    snapshot = small.home / "warehouse/hub.duckdb"
    for name in ("mastodon:at://did:plc:1/post", "at://did:plc:1/post"):
        found = explain(snapshot, name, small.declared.routing)
        assert (found.source, found.interaction_id) == ("mastodon", "at://did:plc:1/post")


def test_who_leaves_the_segment_stays_in_the_practice(small: Small) -> None:
    assert ("of b",) not in small.ask("select customer_id from marts.segments")
    assert small.ask("select customer_id, exposed_at::date::text from marts.practice_assignments "
                     "where customer_id = 'of b'") == [("of b", "2026-08-30")]  # fmt: skip


def test_a_deleted_order_is_no_success_of_a_practice(small: Small) -> None:
    values = dict(small.ask("select customer_id, value from intermediate.practice_values"))
    assert (values["of a"], values["of b"]) == (0, 1)


def test_a_week_that_still_runs_has_not_fallen(small: Small) -> None:
    monday = datetime(2026, 11, 16, tzinfo=UTC)
    with duckdb.connect(str(small.home / "warehouse/hub.duckdb")) as hub:
        hub.execute(f"""
            insert into marts.routing_candidates
            select candidates.* replace (timestamptz '{monday}' - to_days(n // 10) as said_at)
            from marts.routing_candidates as candidates, range(700) as past (n)
            where interaction_id = 'steady'
        """)
    trend = (
        "select trend from marts.feedback_themes where topic = 'delivery' and product = 'any' "
        "and segment = 'everyone' and week = date '2026-11-16'"
    )
    themes = "int_theme_weeks int_theme_trends feedback_themes"
    small.run(monday + timedelta(hours=9), select=themes)
    assert small.ask(trend) == [("too early to say",)]
    small.run(monday + timedelta(days=8), select=themes)
    assert small.ask(trend) == [("falling",)]


def test_money_is_never_added_across_currencies(small: Small) -> None:
    ((monetary, average, orders),) = small.ask(
        "select monetary, average_order, frequency from marts.customer_measures"
        " where customer_id = 'of c'"
    )
    assert (monetary, average, orders) == (30.0, 15.0, 3)
    # and what others pay in another currency makes nobody's order a likely one
    ((most,),) = small.ask("select max(lifetime_value) from marts.customer_measures")
    assert most < 1000
