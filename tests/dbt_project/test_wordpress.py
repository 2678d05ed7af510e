"""A blog becomes contacts and conversations."""

from collections.abc import Callable

from .conftest import Warehouse


def test_comments_become_conversations(warehouse: Callable[[], Warehouse]) -> None:
    hub = warehouse()
    hub.sources["blog"] = {"tap": "tap-wordpress"}
    noon = "2025-03-04T12:00:00+00:00"
    hub.land("blog", "users", [{"id": "1", "name": "Ed", "email": "ed@shop.test", "slug": "ed"}])
    post = {"id": "7", "author": "1", "title": "News", "content": "…", "status": "publish"}
    hub.land("blog", "posts", [post | {"date_gmt": noon, "modified_gmt": noon}])
    comment = {"post": "7", "parent": "0", "author": "0", "date_gmt": noon, "status": "approved"}
    zoe = {"author_name": "Zoë", "author_email": "Zoe@e.test", "author_url": ""}
    hub.land(
        "blog",
        "comments",
        [
            comment | zoe | {"id": "8", "content": "<p>Nice &amp; <b>good</b></p><p>Bye</p>"},
            comment | zoe | {"id": "9", "content": "Buy!", "status": "spam"},
            comment | {"id": "10", "parent": "8", "author": "1", "content": "Thanks"},
            comment | {"id": "11", "author_name": "anon", "content": "?"},
        ],
    )
    hub.dbt("run", "--quiet", "--select", "staging", "int_contacts", "int_interactions")
    contacts = hub.query(
        "select source_record_id, full_name, emails from intermediate.contacts order by 1"
    )
    assert contacts == [
        ("user:1", "Ed", ["ed@shop.test"]),
        ("visitor:zoe@e.test", "Zoë", ["Zoe@e.test"]),
    ]
    said = hub.query(
        "select interaction_id, thread_id, parent_id, author_record_id"
        " from intermediate.interactions"
        " where kind = 'comment' order by length(interaction_id), 1"
    )
    assert said == [
        ("comment:8", "post:7", "post:7", "visitor:zoe@e.test"),
        ("comment:10", "post:7", "comment:8", "user:1"),
        ("comment:11", "post:7", "post:7", None),
    ]
    nice = "select text from intermediate.interactions where interaction_id = 'comment:8'"
    assert hub.query(nice) == [("Nice & good\nBye",)]
