"""What a new generation says about conversations: observations, notices, and tasks for the CRM."""

from collections.abc import Callable

import dagster as dg

from orchestration.home import Home
from orchestration.notices import notify
from orchestration.site import Site
from social.reading import queue_digest, rule_troubles, theme_alarms
from social.routing import NothingKnownError

MOST = 20  # observations per run: who gets a hundred reads none


def observe(context: dg.AssetExecutionContext, home: Home) -> None:
    """Notes themes that left their own past, and rules that never or always fire.

    Args:
        context: The step that published.
        home: Where the published hub is.
    """
    try:
        alarms, troubles = theme_alarms(home.published), rule_troubles(home.published)
    except NothingKnownError:
        return
    for alarm in alarms[:MOST]:
        about = " / ".join(str(alarm[name]) for name in ("topic", "product", "segment"))
        words = f"{about} is {alarm['trend']}: {alarm['messages']} in the week of {alarm['week']}"
        _note(context, "feedback_themes", words, alarm)
    for trouble in troubles:
        words = f"rule {trouble['rule']}: {trouble['health']}"
        _note(context, "routing_rules", words, trouble)


def _note(
    context: dg.AssetExecutionContext, mart: str, words: str, facts: dict[str, object]
) -> None:
    metadata = {name: str(value) for name, value in facts.items() if value is not None}
    context.log_event(dg.AssetObservation(["marts", mart], description=words, metadata=metadata))


def work_sensors(site: Site) -> list[dg.SensorDefinition]:
    """A sensor for what waits: notices when it is not quiet, tasks in the CRMs; none without rules.

    Together with the sensor for new packages it keeps the time from a load to its tasks within
    two polling intervals.
    """
    if not site.declared.routing.rules:
        return []
    keys = [
        dg.AssetKey(["activation", name, object_])
        for name, block in site.hub.destinations.items()
        if block.enabled
        for object_ in block.objects
        if block.relation(object_).endswith("__tasks")
    ]

    def waits(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        try:
            told = notify(site)
            digest = queue_digest(site.home.published)
        except NothingKnownError as error:
            return dg.SkipReason(str(error))
        for line in told.failures:
            context.log.warning(line)
        if digest == context.cursor or not keys:
            return dg.SkipReason(f"{told.sent} notices went out; no task changed.")
        context.update_cursor(digest)
        return dg.RunRequest(run_key=digest, asset_selection=keys)

    decorated: Callable[..., dg.SensorDefinition] = dg.sensor(
        name="work_waits",
        target=dg.AssetSelection.assets(*keys) if keys else None,
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Tells teams what waits and writes tasks where the queue changed.",
    )
    return [decorated(waits)]
