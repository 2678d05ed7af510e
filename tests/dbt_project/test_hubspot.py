"""Contacts and companies become contacts, deals transactions; tickets, calls and notes are said."""

from collections.abc import Callable
from decimal import Decimal

from .conftest import Warehouse


def test_a_portal_takes_shape(warehouse: Callable[[], Warehouse]) -> None:
    hub = warehouse()
    hub.sources["hs"] = {"tap": "tap-hubspot"}
    person = {"id": "1", "firstname": "Zoë", "lastname": "A", "hs_email_optout": "true"}
    person |= {"email": "z@e.test", "hs_additional_emails": "y@e.test", "twitterhandle": "@zoe"}
    hub.land("hs", "contacts", [person])
    hub.land("hs", "companies", [{"id": "1", "name": "Shop", "domain": "shop.test"}])
    lists = {"contact_ids": "array", "company_ids": "array"}
    both, firm = (
        {"contact_ids": ["1"], "company_ids": ["1"]},
        {"contact_ids": [], "company_ids": ["1"]},
    )
    deal = {"id": "1", "amount": "12.50", "deal_currency_code": "EUR", "dealstage": "won"}
    hub.land("hs", "deals", [deal | firm], types=lists)
    hub.land("hs", "tickets", [{"id": "1", "subject": "Help", **both}], types=lists)
    hub.land("hs", "notes", [{"id": "1", "hs_note_body": "<p>Hm</p>", **both}], types=lists)
    calls = [{"id": "1", "type": "calls", "direction": "INBOUND", "title": "Hi", **both}]
    calls += [{"id": "1", "type": "emails", "direction": "EMAIL", "body": "Re", **both}]
    calls += [{"id": "1", "type": "tasks", "title": "Ring back", **both}]
    hub.land("hs", "engagements", calls, key=("type", "id"), types=lists)
    shapes = ("int_contacts", "int_transactions", "int_interactions")
    hub.dbt("run", "--quiet", "--select", "staging", *shapes)
    contacts = hub.query(
        "select source_record_id, kind, full_name, emails, handles, attributes ->> '$.consents'"
        " from intermediate.contacts order by 1"
    )
    emails, handles = ["y@e.test", "z@e.test"], [{"platform": "x", "handle": "zoe"}]
    assert [(*row[:3], sorted(row[3] or []), *row[4:]) for row in contacts] == [
        ("1", "person", "Zoë A", emails, handles, '{"email:marketing":"denied"}'),
        ("company:1", "organisation", "Shop", [], [], None),
    ]
    sold = "select party_record_id, amount, currency from intermediate.transactions"
    assert hub.query(sold) == [("company:1", Decimal("12.50"), "EUR")]
    said = hub.query(
        "select interaction_id, direction, author_record_id, recipient_record_ids, text"
        " from intermediate.interactions order by 1"
    )
    assert said == [
        ("calls:1", "inbound", "1", [], "Hi"),
        ("emails:1", "outbound", None, ["1"], "Re"),
        ("note:1", "outbound", None, ["1"], "Hm"),
        ("ticket:1", "inbound", "1", [], "Help"),
    ]
