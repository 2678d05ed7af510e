"""The sensor that turns what waits into notices and tasks, without anybody asking."""

import shutil
from pathlib import Path

import dagster as dg
import pytest

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
