"""Taps with bulk hand it over in files that live as long as the load."""

import sqlite3
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from orchestration.loading import load
from orchestration.site import Site

HUB = "sources: {shop: {tap: tap-sql, config: {url: 'sqlite:///%s', streams: {orders: {}}}}}"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    with sqlite3.connect(tmp_path / "shop.db") as shop:
        shop.execute("create table orders (id integer primary key, total decimal(12, 2))")
        shop.executemany("insert into orders values (?, ?)", [(i, f"{i}.10") for i in range(500)])
    shop.close()
    (tmp_path / "hub.yaml").write_text(HUB % (tmp_path / "shop.db"))
    site = Site.open(tmp_path / "hub.yaml", tmp_path / "home")
    site.home.make()
    return site


def test_rows_of_a_database_land_through_batch_files_that_are_gone_after(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed = site.home.root / "batches" / "shop"
    killed.mkdir(parents=True)
    (killed / "left-by-a-killed-load.parquet").write_text("")
    piped = []
    monkeypatch.setattr(load, "secret_file", lambda c, kept=load.secret_file: kept(_seen(c, piped)))
    done = load.load_source("shop", site, {}, lambda line: None)
    assert (done.error, done.rows) == (None, {"orders": 500})
    assert piped[0]["remove_batches"] is True
    assert not killed.exists()
    landed = str(site.home.landing / "shop" / "*" / "orders.parquet")
    found = duckdb.execute("select count(*), sum(total) from read_parquet(?)", [landed]).fetchone()
    assert found == (500, Decimal("124800.00"))


def _seen(config: dict[str, object], into: list[dict[str, object]]) -> dict[str, object]:
    into.append(config)
    return config


def test_batch_files_that_somebody_asked_for_are_theirs(site: Site) -> None:
    theirs = site.home.root / "theirs"
    theirs.mkdir()
    site.hub.sources["shop"].config["batch_config"] = {
        "encoding": {"format": "parquet", "compression": "none"},
        "storage": {"root": theirs.as_uri()},
    }
    done = load.load_source("shop", site, {}, lambda line: None)
    assert (done.error, done.rows) == (None, {"orders": 500})
    assert list(theirs.iterdir())
