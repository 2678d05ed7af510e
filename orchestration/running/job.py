"""The job `refresh` in this process, recorded in Dagster's instance so that its UI shows it."""

from typing import TYPE_CHECKING

import dagster as dg

from orchestration.graph.gate import ACCEPT_DRIFT
from orchestration.graph.hub import JOB, hub_definitions
from orchestration.graph.instance import IN_PROCESS, open_instance, reap
from orchestration.graph.models import REBUILD
from orchestration.loading import Loads
from orchestration.reporting import Reporter
from orchestration.site import Site

if TYPE_CHECKING:
    from orchestration.running.run import Early, RunOptions


def run_job(
    site: Site, report: Reporter, options: "RunOptions", early: "Early", loads: Loads
) -> list[str]:
    """Runs the job to its end.

    Args:
        site: The hub; its run lock is held.
        report: Told how far it is.
        options: What the person asked for.
        early: The run's processes that were started early.
        loads: The loads, done already.

    Returns:
        Why nothing was published, a sentence each; empty when all went well.
    """
    early.dbt().manifest()
    definitions = hub_definitions(
        site, loads=lambda: loads, dbt=early.dbt, keeper=early.keeper, report=report
    )
    job = definitions.resolve_job_def(JOB)
    tags = {IN_PROCESS: "yes"}
    tags |= {REBUILD: "yes"} if options.rebuild else {}
    tags |= {ACCEPT_DRIFT: "yes"} if options.accept_drift else {}
    with open_instance(site.home, site.hub.run) as instance:
        reap(instance, in_process=True)
        result = job.execute_in_process(
            instance=instance,
            tags=tags,
            raise_on_error=False,
            # Dagster's own log would cover the progress; the instance has all of it.
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )
        return [] if result.success else _refusals(result)


def _refusals(result: dg.ExecuteInProcessResult) -> list[str]:
    """Why the job failed: what its first failing step or its failed checks say."""
    checks = [
        f"{'.'.join(e.asset_key.path)}: {e.check_name}: {e.description}"
        for e in result.get_asset_check_evaluations()
        if not e.passed and e.blocking and e.severity == dg.AssetCheckSeverity.ERROR
    ]
    if checks:
        return [f"the gate refused {text}" for text in checks] + [
            "nothing was published; mend the source or the mapping, or if this is right "
            "run again with --accept-drift"
        ]
    found = []
    for event in result.all_events:
        if event.is_step_failure:
            data = event.step_failure_data
            told = data.user_failure_data.description if data.user_failure_data else None
            error = data.error.message.strip().splitlines()[-1] if data.error else "it failed"
            found.append(told or f"step {event.step_key}: {error}")
    return found or ["the run failed; `tessera dev` shows where"]
