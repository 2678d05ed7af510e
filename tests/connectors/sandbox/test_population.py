"""The made-up population: same seed same bytes, its truth is true, its wire is the vendor's."""

import csv
import hashlib
import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from connectors.sandbox.population import generate
from connectors.sandbox.population.hours import business_seconds

FILES = (
    "crm_contacts.csv",
    "crm_deals.csv",
    "webshop_customers.jsonl",
    "orders.csv",
    "mastodon.json",
    "truth.csv",
    "truth_traits.csv",
    "truth_social.json",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generate(11, 200, tmp_path_factory.mktemp("population")).folder


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def digest(folder: Path) -> dict[str, str]:
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in FILES}


def test_the_same_seed_gives_the_same_bytes_in_any_process(folder: Path, tmp_path: Path) -> None:
    command = (
        "import sys; from connectors.sandbox.population import generate;"
        "generate(11, 200, sys.argv[1])"
    )
    for hash_seed in ("0", "77"):
        out = tmp_path / hash_seed
        env = {**os.environ, "PYTHONHASHSEED": hash_seed}
        subprocess.run([sys.executable, "-c", command, str(out)], env=env, check=True)
        assert digest(out) == digest(folder)


def test_another_seed_gives_other_people(folder: Path, tmp_path: Path) -> None:
    other = generate(12, 200, tmp_path).folder
    assert rows(other / "crm_contacts.csv")[0] != rows(folder / "crm_contacts.csv")[0]


def test_every_record_has_exactly_one_owner_in_the_truth(folder: Path) -> None:
    truth = Counter((r["source"], r["source_record_id"]) for r in rows(folder / "truth.csv"))
    network = json.loads((folder / "mastodon.json").read_text())
    shop = [json.loads(line) for line in (folder / "webshop_customers.jsonl").open()]
    records = [("crm", r["id"]) for r in rows(folder / "crm_contacts.csv")]
    records += [("shop", r["customer_id"]) for r in shop]
    records += [("mastodon", a["id"]) for a in network["accounts"]]
    assert truth == Counter(records)


def test_the_population_is_hard_in_all_the_promised_ways(folder: Path) -> None:
    traits = Counter(r["trait"] for r in rows(folder / "truth_traits.csv"))
    promised = "nickname typo moved shared_email renamed namesake romanised duplicate other_email"
    assert all(traits[name] for name in promised.split()), traits
    kinds = Counter(r["kind"] for r in rows(folder / "truth.csv"))
    assert set(kinds) == {"person", "organisation", "brand", "bot"}


def test_family_members_share_a_mailbox_and_are_still_two_people(folder: Path) -> None:
    owners = {r["source_record_id"]: r["person_id"] for r in rows(folder / "truth.csv")}
    mailboxes: dict[str, set[str]] = defaultdict(set)
    for row in rows(folder / "crm_contacts.csv"):
        if row["email"]:
            mailboxes[row["email"].strip().lower()].add(owners[row["id"]])
    assert any(len(people) == 2 for people in mailboxes.values())


def test_orders_and_deals_belong_to_records_that_exist(folder: Path) -> None:
    contacts = {r["id"] for r in rows(folder / "crm_contacts.csv")}
    assert {r["contact_id"] for r in rows(folder / "crm_deals.csv")} <= contacts
    lines = (folder / "webshop_customers.jsonl").open()
    customers = {json.loads(line)["customer_id"] for line in lines}
    assert {r["customer_id"] for r in rows(folder / "orders.csv")} == customers


def validator(shared: Path, name: str) -> Draft202012Validator:
    spec: dict[str, Any] = json.loads((shared / "specs/mastodon.openapi.json").read_text())
    schema = {"$ref": f"#/components/schemas/{name}", "components": spec["components"]}
    return Draft202012Validator(schema)


@pytest.mark.parametrize(
    ("key", "name"),
    [("accounts", "Account"), ("statuses", "Status"), ("notifications", "Notification")],
)
def test_mastodon_objects_have_the_shape_of_its_specification(
    folder: Path, shared: Path, key: str, name: str
) -> None:
    check = validator(shared, name)
    objects = json.loads((folder / "mastodon.json").read_text())[key]
    assert objects
    for wire in objects[:150]:
        problems = [error.message[:200] for error in check.iter_errors(wire)]
        assert not problems


def test_ids_sort_by_time_and_replies_follow_what_they_answer(folder: Path) -> None:
    statuses = json.loads((folder / "mastodon.json").read_text())["statuses"]
    moments = [status["created_at"] for status in statuses]
    assert moments == sorted(moments)
    by_id = {status["id"]: status for status in statuses}
    for status in statuses:
        if status["in_reply_to_id"]:
            parent = by_id[status["in_reply_to_id"]]
            assert parent["created_at"] <= status["created_at"]
            assert parent["account"]["id"] == status["in_reply_to_account_id"]


def test_planted_truth_points_at_what_was_said(folder: Path) -> None:
    truth = json.loads((folder / "truth_social.json").read_text())
    network = json.loads((folder / "mastodon.json").read_text())
    statuses = {status["id"] for status in network["statuses"]}
    assert set(truth["intents"]) | set(truth["crises"]) <= statuses
    assert {c["thread_id"] for c in truth["conversations"]} <= statuses
    assert {truth["intents"][crisis] for crisis in truth["crises"]} == {"crisis"}
    accepted = Counter(row["by"] for row in truth["accepted_answers"])
    for advocate in truth["advocates"]:
        assert advocate["accepted"] == accepted[advocate["account_id"]]


def test_business_seconds_count_opening_hours_only_and_know_summer_time() -> None:
    friday = datetime(2026, 10, 23, 15, 0, tzinfo=UTC)  # 17:00 in Berlin, summer time
    monday = datetime(2026, 10, 26, 8, 30, tzinfo=UTC)  # 9:30 in Berlin, winter time
    assert business_seconds(friday, monday) == 3600
    assert business_seconds(friday, friday + timedelta(seconds=1)) == 1
    assert business_seconds(monday, friday) == 0
