"""Assets of the dbt project: staging/…, intermediate/…, identity/… and marts/… as one step."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg

from identity import ledger as ids
from orchestration.graph.built import Built, stamp, unstamp
from orchestration.graph.dagster_dbt_alone import (
    DagsterDbtTranslator,
    DbtCoreCliEventMessage,
    DbtProject,
    dbt_assets,
)
from orchestration.graph.landing import landing_key
from orchestration.graph.streams import streams_of
from orchestration.locks import lock
from orchestration.reporting import Reporter
from orchestration.site import Site
from orchestration.warehouse.dbt import Dbt, DbtError
from orchestration.warehouse.plan import make_plan
from serving.generations import current

# Unit tests hold models to made-up rows: they belong to the suite, not to a run.
# And nobody reads the project again after it ran: parsing wrote it.
WITHOUT = ("--exclude-resource-type", "unit_test", "--no-write-json")
# Run tag: build everything anew from the landing zone.
REBUILD = "tessera/rebuild"


class Translator(DagsterDbtTranslator):
    """Names assets by schema and table, and ties staging models to the streams they read."""

    def __init__(self, site: Site) -> None:
        """Remembers the hub: its sources are what staging models read."""
        super().__init__()
        self._site = site

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """`<schema>/<table>`."""
        table = dbt_resource_props.get("alias") or dbt_resource_props["name"]
        return dg.AssetKey([dbt_resource_props["schema"], table])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The layer."""
        return str(dbt_resource_props["schema"])

    def get_asset_spec(
        self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> dg.AssetSpec:
        """Adds the landing assets that a staging model reads to what dbt knows."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        props = self.get_resource_props(manifest, unique_id)
        if props["schema"] != "staging":
            return spec
        return spec.merge_attributes(deps=self._landing(props["name"]))

    def _landing(self, model: str) -> list[dg.AssetKey]:
        """`stg_mapped__<shape>` reads what maps to the shape, `stg_<tap>__<stream>` a stream."""
        tap, _, name = model.removeprefix("stg_").partition("__")
        found = []
        for source, block in self._site.hub.sources.items():
            if tap == "mapped":
                streams = [s for s, maps in block.shape.items() if any(m.as_ == name for m in maps)]
            elif block.tap == f"tap-{tap.replace('_', '-')}":
                known = streams_of(self._site, source)
                streams = [name] if name in known else known
            else:
                streams = []
            found += [landing_key(source, stream) for stream in streams]
        return found


def model_assets(
    site: Site,
    manifest: Path,
    start: Callable[[], Dbt],
    report: Reporter,
    halfway: Callable[[], object],
) -> dg.AssetsDefinition:
    """All models, seeds and tests of the project as one step.

    Args:
        site: The hub.
        manifest: The parsed project.
        start: Gives a dbt process, started already or now.
        report: Told each model that is done.
        halfway: Called again and again once half of the models and tests are under way.
    """
    translator = Translator(site)
    parsed = json.loads(manifest.read_text())

    @dbt_assets(manifest=parsed, dagster_dbt_translator=translator, name="dbt", pool="warehouse")
    def models(context: dg.AssetExecutionContext) -> Iterator[Any]:
        with lock(site.home.warehouse.with_name(".lock"), "a build of the warehouse"):
            known = current(site.home.root)
            # A run that was killed while it published may have left its ids half-way.
            ids.recover(site.home.root, known["generation_id"] if known else None)
            plan = make_plan(site, known)
            for sentence in (text for texts in plan.held.values() for text in texts):
                context.log.error(sentence)
            rebuild = context.run.tags.get(REBUILD) == "yes"
            outdated = known is not None and (
                known.get("code") != plan.code or not site.home.warehouse.exists()
            )
            rebuild = rebuild or outdated
            if known and known["fingerprint"] == plan.fingerprint and not rebuild:
                context.log.info(f"Nothing is new since generation {known['generation_id']}.")
                return
            unstamp(site.home)
            select = _selected(context, parsed, translator)
            arguments = ["build", *WITHOUT, *select, *(["--full-refresh"] if rebuild else [])]
            passed = 0
            report.step("reconcile")
            with start() as dbt:
                try:
                    for event in dbt.run(arguments, plan):
                        passed += _tell(event, report)
                        if _is_past_half(event):
                            halfway()
                        yield from DbtCoreCliEventMessage(
                            raw_event=event, event_history_metadata={}
                        ).to_default_asset_events(parsed, translator, context)
                except DbtError as error:
                    raise dg.Failure(str(error), allow_retries=False) from None
            # A warehouse of which only a part was built is not what any plan says.
            if not select:
                stamp(site.home, Built(context.run.run_id, plan.facts(), passed))

    return models


def _selected(
    context: dg.AssetExecutionContext, parsed: Mapping[str, Any], translator: Translator
) -> list[str]:
    """Dbt's selection of the assets that somebody picked in the UI; empty for all."""
    if not context.is_subset:
        return []
    chosen = context.selected_asset_keys
    nodes = (n for n in parsed["nodes"].values() if n["resource_type"] in ("model", "seed"))
    names = [node["name"] for node in nodes if translator.get_asset_key(node) in chosen]
    return ["--select", *names]


def _is_past_half(event: dict[str, Any]) -> bool:
    if event["info"]["name"] != "LogStartLine":
        return False
    return bool(event["data"]["index"] * 2 > event["data"]["total"])


def _tell(event: dict[str, Any], report: Reporter) -> bool:
    """Tells of a model that starts; whether the event is a test that passed."""
    name, data = event["info"]["name"], event["data"]
    if name == "LogStartLine":
        report.line(f"{data['index']} of {data['total']}: {data['node_info']['node_name']}")
    return bool(name == "LogTestResult" and data["status"] == "pass")
