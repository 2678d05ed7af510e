"""From packages to the three shapes: newest state, deletions, mappings, increments."""

from collections.abc import Callable

from .conftest import Warehouse

STAGED = ("run", "--quiet", "--select", "staging", "intermediate.int_contacts", "int_interactions")
CONTACTS = "select source_record_id, full_name, deleted from intermediate.contacts order by all"
PEOPLE = {"as": "contacts", "key": ["id"], "columns": {"full_name": "name", "emails": ["email"]}}


def test_increments_and_a_rebuild_agree(warehouse: Callable[[], Warehouse]) -> None:
    hub = warehouse()
    hub.map("crm", "people", PEOPLE)
    ada, bob, cyd = (
        {"id": "1", "name": "Ada", "email": "ada@example.org"},
        {"id": "2", "name": "Bob", "email": None},
        {"id": "3", "name": "Cyd", "email": ""},
    )
    hub.land("crm", "people", [ada, bob], version=1)
    hub.dbt(*STAGED)
    assert hub.query(CONTACTS) == [("1", "Ada", False), ("2", "Bob", False)]

    hub.land("crm", "people", [ada | {"name": "Ada L."}, cyd], version=2)
    hub.dbt(*STAGED)
    grown = hub.query(CONTACTS)
    assert grown == [("1", "Ada L.", False), ("2", "Bob", True), ("3", "Cyd", False)]
    assert hub.query("select emails from intermediate.contacts where source_record_id = '3'") == [
        ([],)
    ]

    everything = "select * from intermediate.contacts order by all"
    before = hub.query(everything)
    hub.dbt(*STAGED)
    assert hub.query(everything) == before, "a run with nothing new changes nothing"
    hub.dbt(*STAGED, "--full-refresh")
    assert hub.query(everything) == before


def test_a_changed_mapping_reads_the_landing_zone_anew(warehouse: Callable[[], Warehouse]) -> None:
    hub = warehouse()
    hub.map("crm", "people", PEOPLE)
    hub.land("crm", "people", [{"id": "1", "name": "Ada", "nick": "adal", "email": None}])
    hub.dbt(*STAGED)
    hub.map("crm", "people", {"as": "contacts", "key": ["nick"], "columns": {"full_name": "name"}})
    hub.dbt(*STAGED)
    assert hub.query(CONTACTS) == [("adal", "Ada", False)]
    hub.sources.clear()
    hub.dbt(*STAGED)
    assert hub.query(CONTACTS) == [], "a source that left the configuration leaves the hub"


def test_one_stream_maps_into_two_shapes(warehouse: Callable[[], Warehouse]) -> None:
    hub = warehouse()
    said = {
        "as": "interactions",
        "where": "post is not null",
        "columns": {"interaction_id": "post", "author_record_id": "id", "occurred_at": "said_at"},
    }
    hub.map("forum", "users", PEOPLE, said)
    hub.land(
        "forum",
        "users",
        [
            {
                "id": "1",
                "name": "Ada",
                "email": "a@b.org",
                "post": "p1",
                "said_at": "2025-03-01T10:00:00+02:00",
            },
            {"id": "2", "name": "Bob", "email": None, "post": None, "said_at": None},
        ],
    )
    hub.dbt(*STAGED)
    assert [row[0] for row in hub.query(CONTACTS)] == ["1", "2"]
    assert hub.query(
        "select interaction_id, author_record_id, direction,"
        " strftime(occurred_at at time zone 'UTC', '%H:%M')"
        " from intermediate.interactions"
    ) == [("p1", "1", "public", "08:00")]
