"""What a new generation says about conversations that somebody should look at: observations."""

import dagster as dg

from orchestration.home import Home
from social.reading import rule_troubles, theme_alarms
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
