"""Destinations as Dagster sees them: an asset per sync, checks, job `activate`, schedules."""

import os
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import dagster as dg

from activation import engine
from activation.ledger import ActivationError
from activation.notices import Mail, by_mail, by_webhook
from activation.shapes import FIELDS
from activation.spec import Brake, Consent, FieldPolicy, Sync
from orchestration.hub_config import UnsetVariableError, resolved
from orchestration.hub_config.destinations import Destination
from orchestration.site import Site

JOB = "activate"


def sync_of(site: Site, name: str, object_: str, env: Mapping[str, str] = os.environ) -> Sync:
    """One sync of hub.yaml, its secrets looked up.

    Raises:
        ActivationError: A variable is not set.
    """
    block = site.hub.destinations[name]
    rule = block.objects[object_]
    try:
        config, _ = resolved(block.config, env, f"destinations.{name}.config")
    except UnsetVariableError as error:
        raise ActivationError(str(error)) from None
    extra = {"object": rule.object, "key": rule.key, "batch_size": rule.batch_size}
    fields = {field: FieldPolicy(**policy.model_dump()) for field, policy in rule.fields.items()}
    return Sync(
        destination=name,
        name=object_,
        target=block.target,
        settings=config | {key: value for key, value in extra.items() if value is not None},
        relation=block.relation(object_),
        fields=fields,
        mode=rule.mode,
        brake=Brake(**rule.brake.model_dump()),
        consent=Consent(**rule.consent.model_dump()) if rule.consent else None,
        source=block.source,
        shape=rule.shape if rule.shape is not None else _shape(block, rule.object),
        merge=rule.merge,
        on_deleted=rule.on_deleted,
        region=block.default_region,
    )


def _shape(block: Destination, object_: str | None) -> Mapping[str, str]:
    people = object_ in {None, "res.partner", "party.party", "contacts", "Contact", "Contacts"}
    return FIELDS.get(block.target, {}) if people else {}


def tell(site: Site, report: engine.Report, env: Mapping[str, str] = os.environ) -> list[str]:
    """Send the notices that a report calls for; returns what could not be sent."""
    notify = site.hub.destinations[report.destination].notify
    if report.status != "held" and not report.failed and report.status != "failed":
        return []
    failures = []
    try:
        if notify.webhook:
            by_webhook(resolved(notify.webhook, env, "notify.webhook")[0], report)
        if notify.email:
            told, _ = resolved(notify.email.model_dump(), env, "notify.email")
            by_mail(Mail(**told | {"to": tuple(told["to"])}), report)
    except Exception as error:  # the run's own outcome must not hang on a notice
        failures.append(f"{report.destination}: the notice was not sent ({type(error).__name__})")
    return failures


def activation_assets(site: Site) -> list[dg.AssetsDefinition]:
    """One asset per sync of the enabled destinations; objects that refer to others come after."""
    return [
        _asset(site, name, object_)
        for name, block in site.hub.destinations.items()
        if block.enabled
        for object_ in block.objects
    ]


def _asset(site: Site, name: str, object_: str) -> dg.AssetsDefinition:
    block = site.hub.destinations[name]
    rules = block.objects[object_].fields.values()
    refers = sorted({rule.refers_to for rule in rules if rule.refers_to})
    share = f"Not more than {block.max_failed_percent:g}% of the rows failed."

    @dg.asset(
        key=["activation", name, object_],
        deps=[dg.AssetKey(["published", "hub"]), *(["activation", name, one] for one in refers)],
        group_name="activation",
        kinds={block.target.removeprefix("target-")},
        pool=f"destination_{name}",
        freshness_policy=_fresh(block),
        check_specs=[
            dg.AssetCheckSpec(
                "few_failures", asset=["activation", name, object_], description=share
            )
        ],
        description=f"{object_} of {name}: changed fields of changed rows, under contract.",
    )
    def sync(context: dg.AssetExecutionContext) -> Iterator[Any]:
        try:
            report = engine.activate(site.home.root, sync_of(site, name, object_))
        except ActivationError as error:
            raise dg.Failure(str(error), allow_retries=False) from None
        for line in tell(site, report):
            context.log.warning(line)
        yield dg.MaterializeResult(
            metadata=metadata(report), check_results=[few_failures(report, block)]
        )

    return sync


def _fresh(block: Destination) -> dg.FreshnessPolicy | None:
    """An activation that has a schedule and has not run for long is told."""
    if block.schedule is None:
        return None
    return dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=block.fresh_hours))


def metadata(report: engine.Report) -> dict[str, Any]:
    """What a run did, as the asset's metadata."""
    wanted = ("created", "updated", "deleted", "merged", "unchanged", "conflict", "withheld")
    counts = {what: report.counts.get(what, 0) for what in wanted}
    about: dict[str, Any] = {
        **counts,
        "failed": report.failed,
        "requests": report.requests,
        "status": report.status,
        "run": report.run_id,
        "generation": report.generation_id,
    }
    if report.quota_left is not None:
        about["quota_left"] = report.quota_left
    if report.held:
        about["held"] = "; ".join(report.held)
    return about


def few_failures(report: engine.Report, block: Destination) -> dg.AssetCheckResult:
    """The share of failures; a held or broken-off run does not pass."""
    rows = report.plan.counts.get("rows", 0) if report.plan else 0
    percent = 100.0 * report.failed / max(rows, 1)
    return dg.AssetCheckResult(
        check_name="few_failures",
        passed=report.status == "done" and percent <= block.max_failed_percent,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"percent": percent, "status": report.status},
    )


def is_activation(key: dg.AssetKey) -> bool:
    """Whether an asset writes to a CRM (`activation/<destination>/<object>`)."""
    return key.path[0] == "activation" and len(key.path) == 3


def activations(site: Site, *names: str) -> dg.AssetSelection:
    """The assets that write to these destinations, or to all."""
    keys = [
        ["activation", name, object_]
        for name, block in site.hub.destinations.items()
        if block.enabled and (not names or name in names)
        for object_ in block.objects
    ]
    return dg.AssetSelection.assets(*keys)


def activation_schedules(site: Site) -> list[dg.ScheduleDefinition]:
    """The job of each destination, on its own schedule."""
    made = []
    for name, block in site.hub.destinations.items():
        if block.enabled and block.schedule and block.objects:
            job = dg.define_asset_job(f"{JOB}_{name}", selection=activations(site, name))
            made.append(
                dg.ScheduleDefinition(
                    name=f"{JOB}_{name}",
                    job=job,
                    cron_schedule=block.schedule,
                    default_status=dg.DefaultScheduleStatus.RUNNING,
                )
            )
    return made


def activation_jobs(site: Site) -> list[Any]:
    """The job `activate`: every destination."""
    if not any(b.enabled and b.objects for b in site.hub.destinations.values()):
        return []
    return [dg.define_asset_job(JOB, selection=activations(site), description="Write to the CRMs.")]
