"""Load, reconcile, write, load again: what we wrote comes back as no news."""

import csv
import os
import subprocess
import sys
import uuid

import httpx
import pytest
from faker import Faker

from activation import engine
from connectors.target_tryton.wire import connect
from orchestration.activation import sync_of
from orchestration.site import Site

URL = os.environ.get("TRYTON_URL", "http://127.0.0.1:8084")
SETTINGS = {"base_url": URL, "database": "crm", "username": "admin", "password": "admin-pass"}
HUB = """
sources:
  shop:
    tap: tap-files
    config: {{streams: {{people: {{path: shop.csv, key: [id]}}}}}}
    shape:
      people:
        as: contacts
        columns: {{full_name: name, emails: [email], phones: [phone], city: city}}
  crm:
    tap: tap-files
    config: {{streams: {{parties: {{path: crm.csv, key: [id], allow_empty: true}}}}}}
    shape:
      parties:
        as: contacts
        columns:
          {{full_name: name, emails: [email], phones: [phone], city: city, updated_at: changed}}
destinations:
  crm:
    target: target-tryton
    config: {{base_url: "{url}", database: crm, username: admin, password: "${{TRYTON_PASSWORD}}"}}
    source: crm
    objects:
      contacts:
        fields: {{name: hub, email: hub, phone: hub, city: hub}}
        brake: {{changed_percent: 100}}
"""


@pytest.mark.live
@pytest.mark.slow
def test_the_second_diff_of_a_round_trip_is_empty(tmp_path, monkeypatch):
    try:
        httpx.get(URL, timeout=5)
    except httpx.HTTPError:
        pytest.skip("Tryton is not running; ../shared/servers/tryton.sh starts it")
    monkeypatch.setenv("TRYTON_PASSWORD", SETTINGS["password"])
    (tmp_path / "hub.yaml").write_text(HUB.format(url=URL))
    # Ids of their own: a customer's id follows from its first record, and the server keeps parties.
    made_up, prefix = Faker(), uuid.uuid4().hex[:8]
    people = [
        [f"{prefix}{n}", made_up.unique.name(), f"{prefix}{n}@example.org",
         f"+3314{uuid.uuid4().int % 10**7:07d}", made_up.city()]
        for n in range(25)
    ]  # fmt: skip
    written(tmp_path / "shop.csv", ["id", "name", "email", "phone", "city"], people)
    head = ["id", "name", "email", "phone", "city", "changed"]
    written(tmp_path / "crm.csv", head, [])
    site = Site.open(tmp_path / "hub.yaml", tmp_path / "home")
    sync = sync_of(site, "crm", "contacts")

    run(tmp_path)
    first = engine.activate(site.home.root, sync)
    assert first.counts.get("created") == 25, (first.status, first.held, first.counts)

    wire = connect(SETTINGS)
    ids = [
        row["remote_id"]
        for row in ledger_rows(site.home.root, "select remote_id from acknowledged")
    ]
    parties = [
        [r.remote_id, *(r.values[n] for n in ("name", "email", "phone", "city")), r.modified]
        for r in wire.read(["name"], ids=ids)
    ]
    written(tmp_path / "crm.csv", head, parties)
    run(tmp_path)
    second = engine.activate(site.home.root, sync)
    assert second.plan.counts == {"rows": 25}
    assert second.requests == 0


def ledger_rows(home, query):
    from activation.ledger import Ledger

    ledger = Ledger(home, "crm")
    rows = ledger.db.execute(query).fetchall()
    ledger.close()
    return rows


def written(path, head, rows):
    with path.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(head)
        table.writerows(rows)


def run(folder):
    command = [sys.executable, "-c", "from orchestration.cli import main; main()"]
    command += ["--config", str(folder / "hub.yaml"), "--home", str(folder / "home"), "run"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
    assert done.returncode == 0, done.stdout[-1500:] + done.stderr[-1500:]
