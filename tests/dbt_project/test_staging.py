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


def test_what_was_said_and_deleted_is_kept_in_no_table_until_it_is_said_again(
    warehouse: Callable[[], Warehouse],
) -> None:
    hub = warehouse()
    columns = {"interaction_id": "id", "text": "body"}
    hub.map("forum", "posts", {"as": "interactions", "columns": columns})
    hub.sources["blog"] = {"tap": "tap-wordpress"}
    told, withdrawn, trashed = (
        {"id": name, "status": "approved", "body": f"{name} secret", "content": f"{name} secret",
         "title": f"{name} secret"}
        for name in ("told", "withdrawn", "trashed")
    )  # fmt: skip
    streams = (("forum", "posts"), ("blog", "comments"))
    tables = ("stg_mapped__interactions", "stg_wordpress__comments")

    def secrets() -> list[list[str]]:
        """Ids of the rows with any word of it: of the sources' tables, and of both together."""
        return [
            sorted(row[0] for row in hub.query(f"select {key} from {table} as t "
                                               f"where t::varchar like '%secret%'"))
            for table, key in [
                (f"staging.{tables[0]}", "interaction_id"),
                (f"staging.{tables[1]}", "id"),
                ("intermediate.interactions", "interaction_id"),
            ]
        ]  # fmt: skip

    for source, stream in streams:
        hub.land(source, stream, [told, withdrawn, trashed], version=1)
    hub.dbt(*STAGED)
    assert [len(found) for found in secrets()] == [3, 3, 6]

    # one is in the source no more, of one the source says so itself
    binned = trashed | {"_sdc_deleted_at": "2026-01-01T00:00:00Z", "status": "trash"}
    for source, stream in streams:
        hub.land(source, stream, [told, binned], version=2)
    hub.dbt(*STAGED)
    left = [["told"], ["told"], ["comment:told", "told"]]
    assert secrets() == left
    kept = "select source, count(*) from intermediate.interactions group by all order by all"
    assert hub.query(kept) == [("blog", 3), ("forum", 3)]
    hub.dbt(*STAGED, "--full-refresh")
    assert secrets() == left

    for source, stream in streams:
        hub.land(source, stream, [told, withdrawn, trashed | {"status": "trash"}], version=3)
    hub.dbt(*STAGED)
    # what a source still tells may come out of its bin: its own table alone keeps it
    assert secrets()[1] == ["told", "trashed", "withdrawn"]
    assert "comment:trashed" not in secrets()[2]
    assert len(secrets()[2]) == 5
