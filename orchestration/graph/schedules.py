"""When things happen: a source loads by its cron expression; new packages start a refresh."""

import json
from collections.abc import Callable

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from connectors.target_landing import ledger
from orchestration.activation import is_activation
from orchestration.graph.landing import landing_key
from orchestration.graph.streams import streams_of
from orchestration.site import Site


def source_schedules(
    site: Site, refresh: UnresolvedAssetJobDefinition
) -> list[dg.ScheduleDefinition]:
    """A schedule per source that has one: it loads that source and nothing else."""
    return [
        _schedule(site, source, cron, refresh)
        for source in site.enabled
        if (cron := site.hub.sources[source].schedule)
    ]


def _schedule(
    site: Site, source: str, cron: str, refresh: UnresolvedAssetJobDefinition
) -> dg.ScheduleDefinition:
    keys = [landing_key(source, stream) for stream in streams_of(site, source)]

    def request() -> dg.RunRequest:
        return dg.RunRequest(asset_selection=keys)

    return dg.ScheduleDefinition(
        name=f"load_{source}",
        job=refresh,
        cron_schedule=cron,
        execution_fn=lambda context: request(),
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description=f"Loads {source}.",
    )


def new_packages(site: Site, refresh: UnresolvedAssetJobDefinition) -> dg.SensorDefinition:
    """Starts reconciling, checking and publishing when packages arrived, whoever loaded them."""

    def arrived(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        newest = {name: ledger.newest(site.home.landing, name) for name in site.hub.sources}
        cursor = json.dumps(newest, sort_keys=True)
        if cursor == context.cursor or not any(newest.values()):
            return dg.SkipReason("No new load package.")
        context.update_cursor(cursor)
        definition = context.repository_def
        keys = definition.asset_graph.executable_asset_keys if definition else ()
        return dg.RunRequest(
            run_key=cursor,
            asset_selection=[
                key for key in keys if key.path[0] != "landing" and not is_activation(key)
            ],
        )

    decorated: Callable[..., dg.SensorDefinition] = dg.sensor(
        name="new_packages",
        job=refresh,
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Refreshes when new load packages arrived.",
    )
    return decorated(arrived)
