"""A destination block in hub.yaml with a DSN publishes the marts there."""

from pathlib import Path

import dagster as dg
import psycopg
import pytest

from orchestration.graph.postgres import postgres_assets, settings_of
from orchestration.site import Site
from serving.postgres import PostgresError
from tests.serving.conftest import CUSTOMERS, Postgres


def site(home: Path, config: str) -> Site:
    file = home / "hub.yaml"
    file.write_text(f"destinations: {{bi: {{target: postgres, config: {config}}}}}")
    return Site.open(file, home)


def test_the_asset_publishes(
    home: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BI_DSN", postgres.dsn)
    assets = list(postgres_assets(site(home, "{dsn: '${BI_DSN}', schema: by_block}")))
    assert dg.materialize(assets).success
    with psycopg.connect(postgres.dsn) as server:
        assert server.execute("select count(*) from by_block.customers").fetchone() == (CUSTOMERS,)


def test_mistakes_are_told_in_a_sentence(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BI_DSN", raising=False)
    with pytest.raises(PostgresError, match="BI_DSN"):
        settings_of(site(home, "{dsn: '${BI_DSN}'}"), "bi")
    monkeypatch.setenv("BI_DSN", "postgresql://")
    with pytest.raises(PostgresError, match="it knows dsn, schema, reader, audience"):
        settings_of(site(home, "{dsn: '${BI_DSN}', shema: x}"), "bi")
