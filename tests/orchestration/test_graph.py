"""The graph has what hub.yaml says, by the names that others rely on; dead runs are reaped."""

from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from orchestration.graph.hub import hub_definitions
from orchestration.graph.instance import IN_PROCESS, open_instance, reap
from orchestration.home import Home
from orchestration.hub_config.models import Run
from orchestration.site import Site
from tests.orchestration.conftest import HUB, Place


@pytest.fixture(scope="module")
def graph(done: tuple[Place, dict[str, Any]]) -> dg.Definitions:
    place = done[0]
    file = place.folder / "scheduled.yaml"
    file.write_text(HUB.replace("  shop:\n", "    schedule: '*/15 * * * *'\n  shop:\n"))
    return hub_definitions(Site.open(file, place.home))


def test_assets_are_named_by_folder(graph: dg.Definitions) -> None:
    keys = {key.to_user_string() for key in graph.resolve_asset_graph().get_all_asset_keys()}
    assert {
        "landing/crm/people",
        "landing/shop/buyers",
        "landing/shop/orders",
        "staging/stg_mapped__contacts",
        "intermediate/contacts",
        "identity/edges",
        "marts/customers",
        "published/hub",
    } <= keys


def test_staging_reads_what_sources_landed_and_publishing_comes_last(graph: dg.Definitions) -> None:
    assets = graph.resolve_asset_graph()
    staged = assets.get(dg.AssetKey(["staging", "stg_mapped__contacts"])).parent_keys
    assert {key.to_user_string() for key in staged} >= {"landing/crm/people", "landing/shop/buyers"}
    above = assets.get(dg.AssetKey(["published", "hub"])).parent_keys
    assert dg.AssetKey(["marts", "customers"]) in above


def test_the_gate_blocks_on_contacts_and_customers(graph: dg.Definitions) -> None:
    assets = graph.resolve_asset_graph()
    blocking = {
        (key.asset_key.to_user_string(), key.name)
        for key in assets.asset_check_keys
        if assets.get(key).blocking
    }
    for asset in ("intermediate/contacts", "marts/customers"):
        for aspect in ("volume", "completeness", "uniqueness", "formats", "drift"):
            assert (asset, aspect) in blocking


def test_jobs_schedules_sensors_and_pools_follow_the_hub(graph: dg.Definitions) -> None:
    job = graph.resolve_job_def("refresh")
    assert job.tags["dagster/max_runtime"] == str(6 * 3600)
    schedule = graph.resolve_schedule_def("load_crm")
    assert schedule.cron_schedule == "*/15 * * * *"
    assert graph.resolve_sensor_def("new_packages").job_name == "refresh"
    pools = {node.name: node.definition.pool for node in job.nodes}
    assert pools["load_crm"] == "source_crm"
    assert {pools["dbt"], pools["expectations"], pools["published__hub"]} == {"warehouse"}


def test_a_schedule_loads_its_source_and_nothing_else(graph: dg.Definitions) -> None:
    context = dg.build_schedule_context()
    (request,) = graph.resolve_schedule_def("load_crm").evaluate_tick(context).run_requests
    assert [key.to_user_string() for key in request.asset_selection] == ["landing/crm/people"]


def test_the_sensor_refreshes_once_for_what_arrived(graph: dg.Definitions) -> None:
    sensor = graph.resolve_sensor_def("new_packages")
    repository = graph.get_repository_def()
    with dg.instance_for_test() as instance:
        context = dg.build_sensor_context(instance=instance, repository_def=repository)
        (request,) = sensor.evaluate_tick(context).run_requests
        seen = dg.build_sensor_context(
            instance=instance, repository_def=repository, cursor=context.cursor
        )
        assert sensor.evaluate_tick(seen).run_requests == []
    assert all(key.path[0] != "landing" for key in request.asset_selection)
    assert dg.AssetKey(["published", "hub"]) in request.asset_selection


def test_runs_that_a_crash_left_are_ended_and_their_pool_slots_freed(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with open_instance(home, Run()) as instance:
        for run_id, tags in (("a" * 32, {IN_PROCESS: "yes"}), ("b" * 32, {})):
            run = dg.DagsterRun(
                job_name="refresh", run_id=run_id, tags=tags, status=dg.DagsterRunStatus.STARTED
            )
            instance.add_run(run)
        storage = instance.event_log_storage
        storage.set_concurrency_slots("warehouse", 1)
        storage.claim_concurrency_slot("warehouse", "a" * 32, "dbt")
        assert reap(instance, in_process=True) == ["a" * 32]
        assert instance.get_run_by_id("a" * 32).status == dg.DagsterRunStatus.FAILURE
        assert instance.get_run_by_id("b" * 32).status == dg.DagsterRunStatus.STARTED
        assert not storage.get_concurrency_info("warehouse").claimed_slots
        assert reap(instance, in_process=False) == ["b" * 32]
    assert '"enabled": false' in (home.dagster / "dagster.yaml").read_text()
