"""Asset `published/hub`: the checked generation that readers see."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb

from identity import ledger as ids
from identity import weigh_review
from orchestration.graph.built import built
from orchestration.graph.social import observe
from orchestration.locks import lock
from orchestration.reporting import Reporter
from orchestration.site import Site
from orchestration.warehouse.plan import identity_settings
from serving.publish import Also, PublishError, publish
from serving.settings import SettingsError


def published_asset(
    site: Site, upstream: Sequence[dg.AssetKey], report: Reporter, also: Sequence[Also] = ()
) -> dg.AssetsDefinition:
    """The asset; `also` are further things that serving writes into each generation."""

    def waterfalls(connection: duckdb.DuckDBPyConnection, _: Path) -> None:
        # Readers have no working tables, and the warehouse may be busy when a steward decides.
        weigh_review(
            connection,
            "hub.identity.review_evidence",
            home=site.home.root,
            config=identity_settings(site),
            schema="warehouse.identity_work",
            review="hub.identity.identity_review",
        )

    @dg.asset(
        key=["published", "hub"],
        deps=list(upstream),
        group_name="published",
        kinds={"duckdb"},
        pool="warehouse",
        description="What readers open: an immutable copy of the marts, switched to at once.",
    )
    def hub(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        report.step("publish")
        with lock(site.home.warehouse.with_name(".lock"), "a build of the warehouse"):
            stamped = built(site.home)
            if stamped is None or not stamped.checked:
                why = "is not the one that was checked; run the job refresh"
                raise dg.Failure(f"the warehouse {why}", allow_retries=False)
            facts = stamped.facts | {
                "checks": stamped.tests + stamped.verdicts,
                "measures": stamped.measures,
                "run_id": stamped.run_id,
            }
            now = f"{datetime.now(UTC):%Y%m%dT%H%M%S}"
            generation = f"{now}-{stamped.facts['fingerprint'][:8]}"
            home, keep = site.home.root, site.hub.run.keep_generations
            # Ids that readers have seen must outlive the warehouse: they are prepared before and
            # committed after; a run killed in between is finished or undone by the next one.
            with duckdb.connect(str(site.home.warehouse), read_only=True) as warehouse:
                ids.prepare(warehouse, home, generation)
            try:
                published = publish(
                    home,
                    generation,
                    facts=facts,
                    also=[waterfalls, *also],
                    keep=keep,
                    settings=site.serving,
                )
            except (PublishError, SettingsError) as error:
                raise dg.Failure(str(error)) from None
            ids.commit(home, generation)
        observe(context, site.home)
        rows = {f"rows/{table}": count for table, count in published.rows.items()}
        about: dict[str, Any] = {"generation": generation, "path": str(published.file)}
        return dg.MaterializeResult(metadata=about | rows)

    return hub
