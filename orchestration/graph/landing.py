"""Assets `landing/<source>/<stream>`: what loads bring. A source that fails stops no other."""

from collections.abc import Callable, Iterator
from typing import Any

import dagster as dg

from orchestration.graph.streams import streams_of
from orchestration.loading import Loaded, Loads
from orchestration.site import Site


def landing_key(source: str, stream: str) -> dg.AssetKey:
    """The asset of one stream."""
    return dg.AssetKey(["landing", source, stream])


def landing_assets(site: Site, source: str, loads: Callable[[], Loads]) -> dg.AssetsDefinition:
    """The streams of one source, loaded together by its tap.

    Args:
        site: The hub.
        source: A source of it.
        loads: Where to ask for the load; called when the step runs.
    """
    block = site.hub.sources[source]
    keys = [landing_key(source, stream) for stream in streams_of(site, source)]
    specs = [
        dg.AssetSpec(
            key, group_name="landing", kinds={"singer", "parquet"}, metadata={"tap": block.tap}
        )
        for key in keys
    ]
    checks = [dg.AssetCheckSpec("loaded", asset=key, blocking=False) for key in keys]

    @dg.multi_asset(
        name=f"load_{source}",
        specs=specs,
        check_specs=checks,
        can_subset=True,
        pool=f"source_{source}",
        description=f"Runs {block.tap} into the landing zone.",
    )
    def load(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        loaded = loads().result(source)
        if loaded.error:
            context.log.error(loaded.error)
        for key in keys:
            if key in context.selected_asset_keys:
                yield _result(key, loaded)

    return load


def _result(key: dg.AssetKey, loaded: Loaded) -> dg.MaterializeResult[None]:
    """One stream's share of a load. A failed load shows as a failed check, not as a failed step."""
    about: dict[str, Any] = {
        "status": loaded.status,
        "dagster/row_count": loaded.rows.get(key.path[-1], 0),
        "packages": list(loaded.packages),
        "quarantined": loaded.quarantined,
    }
    failed = {"error": loaded.error} if loaded.error else {}
    check = dg.AssetCheckResult(
        passed=not loaded.error,
        check_name="loaded",
        asset_key=key,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata=failed,
    )
    return dg.MaterializeResult(asset_key=key, metadata=about | failed, check_results=[check])
