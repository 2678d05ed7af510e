"""The sensor that turns what waits into notices and tasks, without anybody asking."""

import shutil
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from connectors.target_landing import ledger
from orchestration.graph import schedules
from orchestration.graph.social import work_sensors
from orchestration.home import Home
from orchestration.hub_config import read_hub
from orchestration.hub_config.destinations import Destination
from orchestration.site import DEMO, Site
from tests.social.conftest import Told

CRM = {
    "target": "target-webhook",
    "config": {"url": "http://127.0.0.1:1", "secret": "${HOOK_SECRET}"},
    "objects": {"tasks": {"fields": {"subject": "hub"}}, "contacts": {"fields": {"email": "hub"}}},
}


@pytest.fixture
def site(told: Told, tmp_path: Path) -> Site:
    """A hub with a CRM, whose published generation is the told one."""
    hub = read_hub(DEMO).model_copy(
        update={"destinations": {"crm": Destination.model_validate(CRM)}}
    )
    home = Home.at(tmp_path)
    home.published.parent.mkdir(parents=True)
    shutil.copy(told.home / "warehouse/hub.duckdb", home.published)
    return Site(hub, DEMO, home)


def look(site: Site, cursor: str | None = None) -> tuple[object, str | None]:
    """What one evaluation asks for, and the cursor after it."""
    (sensor,) = work_sensors(site)
    context = dg.build_sensor_context(cursor=cursor)
    return sensor(context), context.cursor


def test_a_changed_queue_asks_for_the_tasks_and_nothing_else(site: Site) -> None:
    asked, cursor = look(site)
    assert isinstance(asked, dg.RunRequest)
    assert asked.asset_selection == [dg.AssetKey(["activation", "crm", "tasks"])]
    again, _ = look(site, cursor)
    assert isinstance(again, dg.SkipReason)


def test_nothing_is_asked_before_anything_is_published(site: Site) -> None:
    site.home.published.unlink()
    asked, _ = look(site)
    assert isinstance(asked, dg.SkipReason)


def test_a_hub_without_rules_has_no_sensor(site: Site, tmp_path: Path) -> None:
    bare = site.hub.model_copy(update={"social": {"files": str(tmp_path)}})
    assert work_sensors(Site(bare, DEMO, site.home)) == []


def test_it_looks_twice_a_minute_and_is_on_by_itself(site: Site) -> None:
    (sensor,) = work_sensors(site)
    assert sensor.minimum_interval_seconds == 30
    assert sensor.default_status == dg.DefaultSensorStatus.RUNNING


@pytest.mark.parametrize("after", [0, 1, 13, 29])
def test_a_post_is_a_task_within_two_looks(
    site: Site, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The daemon's two sensors by a clock: a load lands `after` seconds after they looked."""
    job = dg.define_asset_job("refresh")
    packages = schedules.new_packages(site, job)
    (waits,) = work_sensors(site)
    every = packages.minimum_interval_seconds
    assert every == waits.minimum_interval_seconds == 30
    newest = 1
    monkeypatch.setattr(ledger, "newest", lambda landing, source: newest)
    cursors: dict[str, str | None] = {"packages": None, "waits": None}

    def tick(name: str, sensor: dg.SensorDefinition) -> bool:
        context = dg.build_sensor_context(cursor=cursors[name])
        asked = sensor(context)
        cursors[name] = context.cursor
        return isinstance(asked, dg.RunRequest)

    tick("packages", packages)
    tick("waits", waits)
    tasks = None
    for second in range(1, 200):
        if second == after + 1:
            newest = 2
        if second % every == 0:
            # each sensor looks at what the other left; the runs themselves take no time here
            if tick("waits", waits):
                tasks = second
                break
            if tick("packages", packages):
                with duckdb.connect(str(site.home.published)) as hub:
                    hub.execute(
                        "update marts.work_queue set interaction_id = 'new' "
                        "where item_id = (select min(item_id) from marts.work_queue)"
                    )
    assert tasks is not None
    assert tasks - after <= 2 * every
