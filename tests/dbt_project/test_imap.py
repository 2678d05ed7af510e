"""A mailbox becomes contacts and conversations."""

from collections.abc import Callable

from .conftest import Warehouse

ZOE = {"name": "Zoë", "address": "zoe@example.test"}
DESK = {"name": "Support", "address": "desk@shop.test"}


def test_mail_becomes_contacts_and_threads(warehouse: Callable[[], Warehouse]) -> None:
    hub = warehouse()
    hub.sources["mail"] = {"tap": "tap-imap"}
    question = {
        "id": "h1",
        "message_id": "<1@e>",
        "thread_id": "<1@e>",
        "subject": "Order 7",
        "text": "Where?",
        "from": ZOE,
        "to": [DESK],
        "cc": [],
        "sent_at": "2025-03-04T09:00:00+00:00",
        "received_at": "2025-03-04T09:00:05+00:00",
        "direction": "inbound",
        "automatic": False,
    }
    answer = question | {
        "id": "h2",
        "message_id": "<2@e>",
        "in_reply_to": "<1@e>",
        "text": "Soon.",
        "from": DESK,
        "to": [ZOE],
        "direction": "outbound",
        "sent_at": "2025-03-04T10:00:00+00:00",
    }
    bounce = question | {
        "id": "h3",
        "message_id": "<3@e>",
        "automatic": True,
        "from": {"name": None, "address": "mailer@x"},
    }
    copy = question | {"id": "h4", "received_at": "2025-03-05T09:00:05+00:00", "text": "changed"}
    hub.land(
        "mail",
        "messages",
        [question, answer, bounce, copy],
        types={
            "from": "object",
            "to": "array",
            "cc": "array",
            "automatic": "boolean",
        },
    )
    hub.dbt("run", "--quiet", "--select", "staging", "int_contacts", "int_interactions")
    assert hub.query("select source_record_id, full_name, emails from intermediate.contacts") == [
        ("zoe@example.test", "Zoë", ["zoe@example.test"])
    ]
    said = hub.query(
        "select interaction_id, parent_id, thread_id, direction, author_record_id,"
        " recipient_record_ids, text"
        " from intermediate.interactions order by occurred_at"
    )
    assert said == [
        (
            "<1@e>",
            None,
            "<1@e>",
            "inbound",
            "zoe@example.test",
            ["desk@shop.test"],
            "Order 7\n\nWhere?",
        ),
        (
            "<2@e>",
            "<1@e>",
            "<1@e>",
            "outbound",
            "desk@shop.test",
            ["zoe@example.test"],
            "Order 7\n\nSoon.",
        ),
    ]
