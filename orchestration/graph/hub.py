"""All of the hub's definitions, from its configuration."""

from collections.abc import Callable

import dagster as dg

from orchestration.activation import (
    activation_assets,
    activation_jobs,
    activation_schedules,
    activations,
)
from orchestration.graph.gate import gate
from orchestration.graph.landing import landing_assets
from orchestration.graph.models import model_assets
from orchestration.graph.postgres import postgres_assets
from orchestration.graph.published import published_asset
from orchestration.graph.schedules import new_packages, source_schedules
from orchestration.graph.social import work_sensors
from orchestration.loading import Loads
from orchestration.processes.gatekeeper import Gatekeeper
from orchestration.reporting import Reporter, Silent
from orchestration.site import Site
from orchestration.warehouse.dbt import Dbt, manifest_file, manifest_is_current

JOB = "refresh"


def hub_definitions(
    site: Site,
    *,
    loads: Callable[[], Loads] | None = None,
    dbt: Callable[[], Dbt] | None = None,
    keeper: Callable[[], Gatekeeper] | None = None,
    report: Reporter | None = None,
) -> dg.Definitions:
    """Assets, checks, the job `refresh`, a schedule per source, the sensor for new packages.

    Args:
        site: The hub.
        loads: Gives loads that were started already; by default a step starts its own.
        dbt: Gives a dbt process that was started already; by default a step starts its own.
        keeper: Starts the gate's process or gives the one that was started: asked for while models
            are built, as importing takes it seconds; by default the gate's step starts its own.
        report: Told how far a run is.
    """
    report = report or Silent()
    if not manifest_is_current(site):
        with Dbt(site) as parser:
            parser.manifest()
    start = dbt or (lambda: Dbt(site))
    halfway: Callable[[], object] = keeper or (lambda: None)
    models = model_assets(site, manifest_file(site.home), start, report, halfway)
    published_from = [
        key for key in models.keys if key.path[0] in ("marts", "intermediate", "activation")
    ]
    landing = [
        landing_assets(site, source, loads or (lambda: Loads(site))) for source in site.enabled
    ]
    limit = site.hub.run.max_runtime_seconds
    refresh = dg.define_asset_job(
        JOB,
        selection=dg.AssetSelection.all() - activations(site),
        description="Load, reconcile, check, publish.",
        tags={"dagster/max_runtime": str(limit), "dagster/max_retries": str(site.hub.run.retries)},
        executor_def=dg.multiprocess_executor.configured({"max_concurrent": 4}),
    )
    return dg.Definitions(
        assets=[
            *landing,
            models,
            published_asset(site, published_from, report),
            *postgres_assets(site),
            *activation_assets(site),
        ],
        asset_checks=[gate(site, keeper or Gatekeeper, report)],
        jobs=[refresh, *activation_jobs(site)],
        schedules=[*source_schedules(site, refresh), *activation_schedules(site)],
        sensors=[new_packages(site, refresh), *work_sensors(site)],
    )
