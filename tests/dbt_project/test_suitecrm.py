"""Contacts, accounts and leads become contacts; cases and notes are said."""

from collections.abc import Callable
from decimal import Decimal

from .conftest import Warehouse

FLAGS = {"email_opt_out": "boolean", "do_not_call": "boolean"}


def test_a_suitecrm_takes_shape(warehouse: Callable[[], Warehouse]) -> None:
    hub = warehouse()
    hub.sources["suite"] = {"tap": "tap-suitecrm"}
    zoe = {"id": "1", "first_name": "Zoë", "last_name": "Ex", "email1": "z@e.test"}
    out = {"email_opt_out": True, "do_not_call": False}
    hub.land("suite", "contacts", [zoe | out | {"account_name": "Shop"}], types=FLAGS)
    hub.land("suite", "leads", [{"id": "1", "last_name": "Ann"}], types=FLAGS)
    hub.land("suite", "accounts", [{"id": "1", "name": "Shop"}], types=FLAGS)
    deal = {"id": "9", "account_id": "1", "amount": "12.50", "sales_stage": "Closed Won"}
    hub.land("suite", "opportunities", [deal | {"currency": "EUR", "date_closed": "2026-03-04"}])
    hub.land("suite", "cases", [{"id": "5", "name": "Help", "account_id": "1"}])
    on_case = {"parent_type": "Cases", "parent_id": "5", "contact_id": "1"}
    hub.land("suite", "notes", [{"id": "5", "name": "Called", **on_case}])
    shapes = ("int_contacts", "int_transactions", "int_interactions")
    hub.dbt("run", "--quiet", "--select", "staging", *shapes)
    contacts = hub.query(
        "select source_record_id, kind, full_name, attributes ->> '$.consents'"
        " from intermediate.contacts order by 1"
    )
    assert contacts == [
        ("1", "person", "Zoë Ex", '{"email:marketing":"denied"}'),
        ("account:1", "organisation", "Shop", "{}"),
        ("lead:1", "person", "Ann", "{}"),
    ]
    sold = "select party_record_id, amount, stage, year(closed_at) from intermediate.transactions"
    assert hub.query(sold) == [("account:1", Decimal("12.5"), "Closed Won", 2026)]
    said = "select interaction_id, thread_id, author_record_id, recipient_record_ids, text"
    assert hub.query(f"{said} from intermediate.interactions order by 1") == [
        ("case:5", "case:5", "account:1", [], "Help"),
        ("note:5", "case:5", None, ["1"], "Called"),
    ]
