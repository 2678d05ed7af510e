"""Small hubs for the benchmark: generations of made-up contacts, and the syncs over them."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from activation.spec import Brake, FieldPolicy, Sync

FIELDS = ("name", "email", "phone", "city")
HUBSPOT = {"name": "firstname"}


def publish(home: Path, generation: str, prefix: str, rows: int, changed: int = 0) -> None:
    """Publish contacts `0..rows-1`; of the first `changed` the city is another one."""
    folder = home / "published" / "generations" / generation
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / "hub.duckdb")) as db:
        db.execute("create schema marts; create schema activation")
        db.execute(f"create table marts.generation as select '{generation}' as generation_id")
        db.execute(
            f"""
            create table activation.sync_crm__contacts as
            select
                '{prefix}-' || i as tessera_id,
                'Contact ' || i as name,
                '{prefix}.' || i || '@example.org' as email,
                '+3314' || lpad(i::varchar, 7, '0') as phone,
                case when i < {changed} then 'Lyon' else 'Paris' end as city
            from range({rows}) as t(i)
            """
        )
        db.execute(
            "create table marts.customers as "
            "select tessera_id as customer_id from activation.sync_crm__contacts"
        )
        db.execute("create table marts.customer_aliases (alias_id varchar, customer_id varchar)")
        db.execute(
            "create table marts.consents "
            "(customer_id varchar, channel varchar, purpose varchar, status varchar)"
        )
    link = home / "published" / "hub.duckdb"
    fresh = link.with_name(".next")
    fresh.symlink_to(folder / "hub.duckdb")
    fresh.rename(link)


@dataclass(frozen=True)
class Where:
    """A CRM to write to; `settings` as the target takes them."""

    target: str
    settings: dict[str, Any]
    fields: tuple[str, ...] = FIELDS

    def sync(self, **settings: Any) -> Sync:
        """The sync over the hub's contacts."""
        return Sync(
            "crm", "contacts", self.target, self.settings | settings, "sync_crm__contacts",
            {name: FieldPolicy() for name in self.fields}, brake=Brake(100, deletes=0),
        )  # fmt: skip

    def as_json(self) -> str:
        """For another process."""
        return json.dumps({"target": self.target, "settings": self.settings, "fields": self.fields})


TRYTON = {"base_url": os.environ.get("TRYTON_URL", "http://127.0.0.1:8084"),
          "database": "crm", "username": "admin", "password": "admin-pass"}  # fmt: skip
ODOO = {"base_url": os.environ.get("ODOO_URL", "http://127.0.0.1:8069"),
        "database": "crm", "username": "admin", "password": "admin"}  # fmt: skip
