"""Destinations in hub.yaml, in Dagster and at the command line."""

import dagster as dg
import pytest

from activation.ledger import ActivationError
from connectors.target_hubspot.sandbox import HubspotSandbox
from orchestration.activation import (
    activation_assets,
    activation_jobs,
    activation_schedules,
    few_failures,
    metadata,
    sync_of,
    tell,
)
from orchestration.cli.app import app
from orchestration.cli.console import settings
from orchestration.hub_config import HubConfigError, read_hub
from orchestration.site import Site
from tests.activation.conftest import Hub

HUB = """
sources: {{}}
destinations:
  crm:
    target: target-hubspot
    config: {{base_url: "{url}", token: "${{HUBSPOT_TOKEN}}"}}
    source: null
    schedule: "0 * * * *"
    objects:
      contacts:
        relation: sync_crm__contacts
        fields: {{firstname: hub, email: if_empty, city: {{own: hub, on_conflict: overwrite}}}}
        brake: {{changed_percent: 100}}
"""


@pytest.fixture
def crm():
    with HubspotSandbox() as running:
        yield running


@pytest.fixture
def site(tmp_path, crm, monkeypatch):
    monkeypatch.setenv("HUBSPOT_TOKEN", "sandbox-token")
    (tmp_path / "hub.yaml").write_text(HUB.format(url=crm.base_url))
    hub = Hub(tmp_path / "home")
    hub.people(5)
    hub.publish()
    return Site.open(tmp_path / "hub.yaml", tmp_path / "home")


def test_a_sync_is_an_asset_with_metadata_a_pool_a_check_freshness_and_a_schedule(site, crm):
    (asset,) = activation_assets(site)
    result = dg.materialize([asset])
    (made,) = result.asset_materializations_for_node(asset.op.name)
    told = {name: value.value for name, value in made.metadata.items()}
    (check,) = result.get_asset_check_evaluations()
    assert asset.key == dg.AssetKey(["activation", "crm", "contacts"])
    assert asset.op.pool == "destination_crm"
    assert told["created"] == 5
    assert told["failed"] == 0
    assert told["requests"] > 0
    assert {"updated", "unchanged", "conflict"} <= set(told)
    assert check.passed
    assert len(crm.contacts.entries) == 5
    assert [schedule.cron_schedule for schedule in activation_schedules(site)] == ["0 * * * *"]
    assert activation_jobs(site)
    assert asset.get_asset_spec(asset.key).freshness_policy


def test_a_missing_credential_is_named_before_anything_is_sent(site, crm, monkeypatch):
    monkeypatch.delenv("HUBSPOT_TOKEN")
    with pytest.raises(ActivationError, match="HUBSPOT_TOKEN"):
        sync_of(site, "crm", "contacts", {})
    assert not crm.calls


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("firstname: hub", "firstname: boss", "hub"),
        ('schedule: "0 * * * *"', "schedule: soon", "cron"),
        ('"${HUBSPOT_TOKEN}"', "pat-na1-secret", "secret does not belong"),
        ("email: if_empty", "email: {own: never_null, clear: true}", "contradict"),
        ("brake:", "brakes:", "brake"),
    ],
)
def test_a_mistake_in_a_destination_is_told_with_its_fix(site, old, new, words):
    text = site.file.read_text()
    assert old in text
    site.file.write_text(text.replace(old, new))
    with pytest.raises(HubConfigError, match=words) as told:
        read_hub(site.file)
    assert "pat-na1-secret" not in str(told.value)


def test_the_command_plans_applies_tells_and_takes_back(site, crm, capsys):
    from typer.testing import CliRunner

    settings.config, settings.home = site.file, site.home.root
    run = CliRunner().invoke
    planned = run(app, ["activate", "crm", "--plan"])
    assert planned.exit_code == 0, planned.output
    assert "plan 1: tessera activate crm --apply 1" in planned.output
    assert not crm.contacts.entries
    assert run(app, ["activate", "crm", "--apply", "1"]).exit_code == 0
    assert len(crm.contacts.entries) == 5
    shown = run(app, ["activate", "crm", "--status"])
    assert "5 created" in shown.output
    assert run(app, ["activate", "crm", "--undo", "2"]).exit_code == 0
    assert not crm.contacts.entries


def test_a_held_run_is_told_by_webhook_and_mail_and_fails_its_check(site, monkeypatch):
    from activation import engine, notices

    sent = []
    monkeypatch.setattr("orchestration.activation.by_webhook", lambda url, r: sent.append(url))
    monkeypatch.setattr("orchestration.activation.by_mail", lambda mail, r: sent.append(mail))
    monkeypatch.setenv("MAIL_SECRET", "mail-secret")
    mail = "{host: mail.example.org, sender: hub@example.org, to: [a@example.org], user: hub, "
    mail += 'password: "${MAIL_SECRET}"}'
    notify = 'notify: {webhook: "http://127.0.0.1:1/hook", email: ' + mail + "}\n    schedule:"
    text = site.file.read_text().replace("schedule:", notify)
    site.file.write_text(
        text.replace("changed_percent: 100", "changed_percent: 1, changed_rows: 1")
    )
    site = Site.open(site.file, site.home.root)
    report = engine.activate(site.home.root, sync_of(site, "crm", "contacts"))
    assert report.status == "held"
    assert tell(site, report) == []
    assert sent[0] == "http://127.0.0.1:1/hook"
    assert (sent[1].port, sent[1].password, sent[1].to) == (587, "mail-secret", ("a@example.org",))
    assert "held" in metadata(report)
    assert not few_failures(report, site.hub.destinations["crm"]).passed
    assert "held" in notices.words(report)[0]
