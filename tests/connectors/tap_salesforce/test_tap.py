"""What the tap promises about an org."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from connectors.tap_base.errors import AuthorisationError, MissingError, QuotaError
from connectors.tap_base.testing import StillClock, run
from connectors.tap_salesforce import streams
from connectors.tap_salesforce.sandbox import SalesforceSandbox
from connectors.tap_salesforce.streams import schema_of
from connectors.tap_salesforce.tap import TapSalesforce

from .conftest import described, row

CUMULUS = "recordings/salesforce_cumulusci/cumulusci"


def asked(sandbox: SalesforceSandbox, part: str) -> int:
    return sum(count for path, count in sandbox.seen.items() if part in path)


def test_few_rows_come_whole_by_rest_and_many_by_bulk_and_both_read_alike(
    sandbox: SalesforceSandbox, config: dict[str, Any], clock: StillClock
) -> None:
    rest = run(TapSalesforce, config, clock=clock)
    assert rest.error is None
    assert not asked(sandbox, "jobs")
    assert {row["Id"] for row in rest.records("contacts")} == set(sandbox.objects["Contact"])
    (deal,) = rest.records("opportunities")
    assert deal["Amount"] == "1234.5", "every digit"
    bulk = run(TapSalesforce, config | {"bulk_from": 500}, clock=clock)
    assert bulk.error is None
    assert asked(sandbox, "results") == 1
    assert sorted(bulk.records("contacts"), key=lambda row: row["Id"]) == sorted(
        rest.records("contacts"), key=lambda row: row["Id"]
    )
    assert bulk.records("contacts")[0]["Name"] == 'Zoë "1",\nA'


def test_a_bulk_result_of_many_parts_comes_whole(
    sandbox: SalesforceSandbox,
    config: dict[str, Any],
    clock: StillClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(streams, "BULK_ROWS", 100)
    got = run(TapSalesforce, config | {"bulk_from": 500}, clock=clock, select={"contacts"})
    assert got.error is None
    assert asked(sandbox, "results") == 7
    assert len({row["Id"] for row in got.records("contacts")}) == 650


def test_an_object_too_wide_for_a_url_comes_by_bulk(
    sandbox: SalesforceSandbox,
    config: dict[str, Any],
    clock: StillClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(streams, "LONGEST_URL", 10)
    got = run(TapSalesforce, config, clock=clock, select={"cases", "tasks"})
    assert got.error is None
    assert [row["Subject"] for row in got.records("cases")] == ["Help"]
    assert asked(sandbox, "results") == 1, "nothing is asked for where nothing is counted"


def test_a_second_run_has_nothing_to_say(config: dict[str, Any], clock: StillClock) -> None:
    first = run(TapSalesforce, config, clock=clock)
    second = run(TapSalesforce, config | {"bulk_from": 10}, first.state, clock=clock)
    assert (first.error, second.error) == (None, None)
    assert [m for m in second.messages if m["type"] == "RECORD"] == []


def test_new_changed_and_deleted_rows_are_seen_and_only_they_are_asked_for(
    sandbox: SalesforceSandbox, config: dict[str, Any], clock: StillClock
) -> None:
    only = {"contacts"}
    first = run(TapSalesforce, config, clock=clock, select=only)
    clock.sleep(7200)
    ids = list(sandbox.objects["Contact"])
    sandbox.write("Contact", "new", Name="New")
    sandbox.write("Contact", ids[3], Name="Renamed")
    second = run(TapSalesforce, config, first.state, clock=clock, select=only)
    assert {row["Id"] for row in second.records("contacts")} == {"new", ids[3]}
    further = asked(sandbox, "/query/")
    clock.sleep(7200)
    sandbox.write("Contact", ids[4], IsDeleted=True)
    third = run(TapSalesforce, config, second.state, clock=clock, select=only)
    (gone,) = third.records("contacts")
    assert (gone["Id"], bool(gone["_sdc_deleted_at"])) == (ids[4], True)
    assert asked(sandbox, "/query/") == further, "no second page is asked for"


def test_any_object_is_read_and_one_that_is_missing_stops_no_other(
    sandbox: SalesforceSandbox, config: dict[str, Any], clock: StillClock
) -> None:
    sandbox.describes = {**sandbox.describes, "Pet__c": described("Pet__c", {"Kind__c": "string"})}
    sandbox.objects["Pet__c"] = {"1": row(1, Kind__c="cat")}
    objects = {"objects": ["Pet__c", "Nothing__c"]}
    got = run(TapSalesforce, config | objects, clock=clock)
    assert [row["Kind__c"] for row in got.records("Pet__c")] == ["cat"]
    assert isinstance(got.error, MissingError)
    assert "Nothing__c" in str(got.error)


def test_an_assertion_is_signed_for_the_user_and_not_for_another_audience(
    sandbox: SalesforceSandbox, config: dict[str, Any], clock: StillClock
) -> None:
    key = rsa.generate_private_key(65537, 2048)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
    sandbox.public_key = (
        key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )
    by_key = {"base_url": config["base_url"], "client_id": "app", "username": "u@e.test"}
    by_key |= {"private_key": private, "objects": ["Case"]}
    got = run(TapSalesforce, by_key, clock=clock)
    assert got.error is None
    assert got.records("cases")
    tap = TapSalesforce(config=by_key)
    claims = jwt.decode(tap.client._assertion()["assertion"], options={"verify_signature": False})
    assert (claims["iss"], claims["sub"]) == ("app", "u@e.test")
    with pytest.raises(AuthorisationError, match="pre-authorised"):
        run(TapSalesforce, by_key | {"audience": "https://test.salesforce.com"}, clock=clock)
    with pytest.raises(AuthorisationError, match="private_key") as told:
        run(TapSalesforce, by_key | {"private_key": "hush-hush"}, clock=clock)
    assert "hush" not in str(told.value)


def test_a_refused_secret_is_told_with_the_fix(config: dict[str, Any], clock: StillClock) -> None:
    with pytest.raises(AuthorisationError, match="connected app") as told:
        run(TapSalesforce, config | {"client_secret": "hush-hush"}, clock=clock)
    assert "hush" not in str(told.value)


def test_spent_requests_are_no_missing_right(
    sandbox: SalesforceSandbox, config: dict[str, Any], clock: StillClock
) -> None:
    sandbox.spent = True
    got = run(TapSalesforce, config, clock=clock, select={"cases"})
    assert isinstance(got.error, QuotaError)


def test_a_check_starts_no_bulk_job(sandbox: SalesforceSandbox, config: dict[str, Any]) -> None:
    report = TapSalesforce(config=config | {"bulk_from": 100}).check()
    assert report.ok
    assert next(s.rows for s in report.streams if s.name == "contacts") == 650
    assert not asked(sandbox, "jobs")
    assert report.quota_limit == sandbox.limit


RECORDED = ("Contact", "Account", "Case", "Lead", "Opportunity", "Event", "Custom__c")


def recorded(shared: Path, name: str) -> Any:
    file = shared / CUMULUS / "tests" / "shared_cassettes" / f"GET_sobjects_{name}_describe.yaml"
    return json.loads(yaml.safe_load(file.read_text("utf-8"))["response"]["body"]["string"])


def test_recorded_describes_become_streams_that_can_be_asked_for(
    shared: Path, clock: StillClock
) -> None:
    describes = {name: recorded(shared, name) for name in RECORDED}
    rows = {
        name: [{f["name"]: None for f in told["fields"]} | row(1)]
        for name, told in describes.items()
    }
    with SalesforceSandbox(describes, rows) as served:
        config = {"base_url": served.base_url, "client_id": "a", "client_secret": "sandbox-secret"}
        got = run(TapSalesforce, config | {"objects": list(RECORDED)}, clock=clock)
    assert got.error is None
    for name, stream in zip(RECORDED[:3], ("contacts", "accounts", "cases"), strict=True):
        fields = schema_of(describes[name])["properties"]
        assert {"Id", "SystemModstamp", "IsDeleted"} <= fields.keys()
        assert not any("Address" in field and fields[field] is None for field in fields)
        assert len(got.records(stream)) == 1
    assert "MailingAddress" not in schema_of(describes["Contact"])["properties"], "its parts are"


def test_recorded_answers_are_understood(shared: Path, clock: StillClock) -> None:
    folder = shared / CUMULUS / "tasks/bulkdata/tests/cassettes"
    text = (folder / "TestSelect.test_select_standard_strategy.yaml").read_text("utf-8")
    (answer,) = [
        json.loads(one["response"]["body"]["string"])
        for one in yaml.safe_load(text)["interactions"]
        if "request" in one and "AccountNumber%20FROM" in one["request"]["uri"]
    ]
    fixtures = shared / "recordings/salesforce_restforce/spec/fixtures"
    first = json.loads((fixtures / "sobject/query_paginated_first_page_response.json").read_text())
    first["nextRecordsUrl"] = first["nextRecordsUrl"].replace("v26.0", "v62.0")
    last = json.loads((fixtures / "sobject/query_paginated_last_page_response.json").read_text())
    token = json.loads((fixtures / "auth_success_response.json").read_text())
    assert {"access_token", "instance_url"} <= token.keys()

    kinds = {"Name": "string", "Description": "textarea", "AccountNumber": "string"}
    told = {"Account": described("Account", kinds)}
    answers = {"Account": answer}
    with _Replaying(told, {"Account": []}) as served:
        config = {"base_url": served.base_url, "client_id": "a", "client_secret": "sandbox-secret"}
        served.first, served.later = answers["Account"], {}
        got = run(TapSalesforce, config | {"objects": ["Account"]}, clock=clock)
        assert got.error is None
        names = [one["Name"] for one in answer["records"]]
        assert [one["Name"] for one in got.records("accounts")] == names
        served.first, served.later = first, {"01gD": last}
        got = run(TapSalesforce, config | {"objects": ["Account"]}, clock=clock)
        assert len(got.records("accounts")) == 2, "both pages, though they have no ids"


class _Replaying(SalesforceSandbox):
    """An org that answers queries with what was recorded."""

    first: Any
    later: Any

    async def _query(self, request: Any) -> Any:
        assert parse_qs(urlsplit(str(request.url)).query)["q"][0].startswith("SELECT ")
        return _answer(self.first)

    async def _more(self, request: Any) -> Any:
        return _answer(self.later[request.path_params["locator"]])


def _answer(body: Any) -> Any:
    from starlette.responses import JSONResponse

    for number, one in enumerate(body["records"]):
        one.setdefault("Id", f"{body.get('done')}{number}")
    return JSONResponse(body)
