"""Assets `published/<destination>`: the published marts in PostgreSQL servers of hub.yaml."""

import os
from collections.abc import Iterator

import dagster as dg
import msgspec

from orchestration.hub_config import UnsetVariableError, resolved
from orchestration.site import Site
from serving.generations import current, folder
from serving.postgres import PostgresError, Settings, publish

TARGET = "postgres"


def postgres_assets(site: Site) -> Iterator[dg.AssetsDefinition]:
    """One asset per enabled destination with `target: postgres`."""
    for name, block in site.hub.destinations.items():
        if block.enabled and block.target == TARGET:
            yield _asset(site, name)


def settings_of(site: Site, name: str) -> Settings:
    """A destination's settings, its secrets looked up.

    Raises:
        PostgresError: A variable is not set, or a setting is not known.
    """
    place = f"destinations.{name}.config"
    try:
        config, _ = resolved(site.hub.destinations[name].config, os.environ, place)
        return msgspec.convert(config, Settings)
    except UnsetVariableError as error:
        raise PostgresError(str(error)) from None
    except msgspec.ValidationError:
        known = ", ".join(Settings.__struct_fields__)
        raise PostgresError(f"hub.yaml: {place}: it knows {known}") from None


def _asset(site: Site, name: str) -> dg.AssetsDefinition:
    @dg.asset(
        key=["published", name],
        deps=[dg.AssetKey(["published", "hub"])],
        group_name="published",
        kinds={"postgres"},
        description="The published marts in a PostgreSQL schema, switched to at once.",
    )
    def marts(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        about = current(site.home.root)
        if about is None:
            raise dg.Failure("nothing is published yet", allow_retries=False)
        try:
            carried = publish(
                folder(site.home.root, about["generation_id"]), settings_of(site, name)
            )
        except PostgresError as error:
            raise dg.Failure(str(error)) from None
        said = {"generation": about["generation_id"], "copied": ", ".join(carried.copied)}
        return dg.MaterializeResult(metadata={**said, "unchanged": ", ".join(carried.kept)})

    return marts
