"""The gate: suites of `expectations` as blocking checks, before anything is published."""

from collections.abc import Callable, Iterator

import dagster as dg

from expectations import measure
from orchestration.graph.built import built, stamp
from orchestration.processes.gatekeeper import Gatekeeper
from orchestration.reporting import Reporter
from orchestration.site import Site
from serving.generations import current

# Run tag: publish although volume or distribution moved further than the gate allows.
ACCEPT_DRIFT = "tessera/accept-drift"
CHECKED = {"contacts": ["intermediate", "contacts"], "customers": ["marts", "customers"]}
ASPECTS = {
    "volume": "As many rows as the last generation, give or take.",
    "completeness": "What every row must have, and no column that emptied.",
    "uniqueness": "One row per key.",
    "formats": "E-mail addresses, countries, languages and links look like such.",
    "drift": "Shares of filled columns and of sources moved little.",
}


def gate(
    site: Site, keeper: Callable[[], Gatekeeper], report: Reporter
) -> dg.AssetChecksDefinition:
    """The suites over contacts and customers as one step: starting them is what costs.

    Args:
        site: The hub.
        keeper: Gives the gate's process, started already or now.
        report: Told that checking begins.
    """
    specs = [
        dg.AssetCheckSpec(aspect, asset=dg.AssetKey(key), blocking=True, description=text)
        for key in CHECKED.values()
        for aspect, text in ASPECTS.items()
    ]

    @dg.multi_asset_check(name="expectations", specs=specs, pool="warehouse")
    def expectations(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        report.step("check")
        stamped = built(site.home)
        if stamped is None:
            raise dg.Failure("the warehouse was not built to its end; run the job refresh")
        last = (current(site.home.root) or {}).get("measures", {})
        accepted = context.run.tags.get(ACCEPT_DRIFT) == "yes"
        stamped.measures = measure(site.home.warehouse)
        stamped.checked = True
        for verdict in keeper().judge(stamped.measures, last):
            excused = accepted and verdict["aspect"] in ("volume", "drift")
            stamped.verdicts += verdict["passed"]
            stamped.checked &= verdict["passed"] or excused
            yield dg.AssetCheckResult(
                passed=verdict["passed"],
                asset_key=dg.AssetKey(CHECKED[verdict["suite"]]),
                check_name=verdict["aspect"],
                severity=dg.AssetCheckSeverity.WARN if excused else dg.AssetCheckSeverity.ERROR,
                description="; ".join(verdict["sentences"]),
                metadata=verdict["numbers"],
            )
        stamp(site.home, stamped)

    return expectations
