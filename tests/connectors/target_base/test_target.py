"""The Singer side: any tap can feed a target, and a refused row is offered again."""

import importlib
import io
import json
import subprocess
import sys

import pytest

from connectors.target_hubspot.sandbox import HubspotSandbox
from connectors.target_hubspot.target import TargetHubspot


def messages(rows, state=None):
    schema = {
        "type": "SCHEMA",
        "stream": "contacts",
        "key_properties": ["id"],
        "schema": {
            "properties": {n: {"type": ["string", "null"]} for n in ("id", "email", "city")}
        },
    }
    lines = [schema, *({"type": "RECORD", "stream": "contacts", "record": row} for row in rows)]
    lines.append({"type": "STATE", "value": state or {"bookmark": 1}})
    return "".join(json.dumps(line) + "\n" for line in lines)


def fed(crm, text, capsys, **config):
    settings = {"base_url": crm.base_url, "token": "sandbox-token", **config}
    target = TargetHubspot(config=settings)
    code = 0
    try:
        target.listen(io.StringIO(text))
    except SystemExit as end:
        code = end.code
    return code, capsys.readouterr().out


def people(count, **more):
    return [
        {"id": f"c{n}", "email": f"n{n}@example.org", "city": "Paris", **more} for n in range(count)
    ]


def test_records_are_created_then_only_what_differs_is_written(capsys):
    with HubspotSandbox() as crm:
        code, out = fed(crm, messages(people(5)), capsys)
        assert (code, json.loads(out)) == (0, {"bookmark": 1})
        assert crm.contacts.writes == {"create": 5}
        rows = people(5)
        rows[2]["city"] = "Lyon"
        rows[3]["city"] = None  # an empty value keeps what is there
        fed(crm, messages(rows), capsys)
        assert crm.contacts.writes == {"create": 5, "update": 1}
        assert crm.contacts.by_key("c3").values["city"] == "Paris"


def test_a_refused_row_blocks_no_other_keeps_the_state_back_and_ends_with_one(capsys, tmp_path):
    with HubspotSandbox() as crm:
        crm.contacts.properties["city"].choices = ("Paris",)
        rows = people(5)
        rows[2]["city"] = "Atlantis"
        fates = tmp_path / "fates.jsonl"
        code, out = fed(crm, messages(rows), capsys, fates=str(fates))
        told = [json.loads(line) for line in fates.read_text().splitlines()]
        assert code == 1
        assert out == ""
        assert len(crm.contacts.entries) == 4
        assert [one["key"] for one in told if one["status"] == "rejected"] == ["c2"]
        assert "Atlantis" not in fates.read_text()


def test_a_stream_without_a_key_is_refused_in_a_sentence(capsys):
    with HubspotSandbox() as crm:
        text = messages(people(1)).replace('["id"]', "[]")
        with pytest.raises(Exception, match="has no key"):
            fed(crm, text, capsys)


ROOMS = ["Dynamics", "Hubspot", "Odoo", "Postgres", "Salesforce", "Suitecrm", "Tryton", "Webhook"]


@pytest.mark.parametrize("room", ROOMS)
def test_every_target_names_itself_and_its_secrets(room):
    module = importlib.import_module(f"connectors.target_{room.lower()}.target")
    target = getattr(module, f"Target{room}")
    settings = target.config_jsonschema["properties"]
    assert target.name == f"target-{room.lower()}"
    assert [name for name, about in settings.items() if about.get("secret")]


def test_a_target_runs_as_a_command():
    command = [sys.executable, "-m", "connectors.target_webhook", "--about", "--format=json"]
    about = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert about["name"] == "target-webhook"
