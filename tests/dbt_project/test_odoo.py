"""Partners and leads become contacts; opportunities and orders transactions; messages are said."""

from collections.abc import Callable
from decimal import Decimal

from .conftest import Warehouse

FLAGS = dict.fromkeys(("is_company", "is_blacklisted", "partner_share", "is_internal"), "boolean")


def test_an_odoo_takes_shape(warehouse: Callable[[], Warehouse]) -> None:
    hub = warehouse()
    hub.sources["crm"] = {"tap": "tap-odoo"}
    zoe = {"id": "5", "name": "Zoë", "is_company": False, "parent": "Shop", "email": "z@e.test"}
    us = {"id": "2", "name": "We", "is_company": False, "partner_share": False}
    hub.land(
        "crm",
        "partners",
        [zoe | {"is_blacklisted": True, "partner_share": True}, us | {"is_blacklisted": False}],
        types=FLAGS,
    )
    lead = {"id": "5", "contact_name": "Ann", "email_from": "ann@e.test", "type": "opportunity"}
    hub.land("crm", "leads", [lead | {"expected_revenue": "12.5", "company_currency": "EUR"}])
    at = "2026-03-04T12:00:00Z"
    order = {"id": "5", "partner_id": "5", "amount_total": "9.90", "state": "sale"}
    hub.land("crm", "orders", [order | {"currency": "EUR", "date_order": at}])
    said = {"model": "crm.lead", "res_id": "5", "message_type": "email", "date": at}
    said |= {"is_internal": False, "partner_ids": ["5"]}
    hub.land(
        "crm",
        "messages",
        [
            said | {"id": "7", "author_id": "5", "body": "<p>Hi</p>"},
            said | {"id": "8", "author_id": "2", "parent_id": "7", "body": "<p>Hello</p>"},
        ],
        types={**FLAGS, "partner_ids": "array"},
    )
    shapes = ("int_contacts", "int_transactions", "int_interactions")
    hub.dbt("run", "--quiet", "--select", "staging", *shapes)
    contacts = hub.query(
        "select source_record_id, full_name, company, attributes ->> '$.consents'"
        " from intermediate.contacts order by 1"
    )
    assert contacts == [
        ("2", "We", None, "{}"),
        ("5", "Zoë", "Shop", '{"email:marketing":"denied"}'),
        ("lead:5", "Ann", None, "{}"),
    ]
    sold = "select transaction_id, kind, party_record_id, amount from intermediate.transactions"
    assert hub.query(f"{sold} order by 1") == [
        ("opportunity:5", "opportunity", "lead:5", Decimal("12.5")),
        ("order:5", "order", "5", Decimal("9.9")),
    ]
    words = "select interaction_id, thread_id, direction, text, recipient_record_ids"
    assert hub.query(f"{words} from intermediate.interactions order by 1") == [
        ("7", "crm.lead:5", "inbound", "Hi", ["5"]),
        ("8", "crm.lead:5", "outbound", "Hello", ["5"]),
    ]
