"""Public data with truth: our partition beside the best that Splink reaches at any threshold, in one run."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

import identity
from benchmarks.identity import datasets, truth

SITE = datasets.ROOT / ".venv" / "bench" / "identity"
THRESHOLDS = (
    1e-6,
    1e-4,
    1e-3,
    0.01,
    0.05,
    0.1,
    0.3,
    0.5,
    0.7,
    0.9,
    0.95,
    0.99,
    0.999,
    0.9999,
    0.99999,
)
Load = Callable[[duckdb.DuckDBPyConnection], None]


def install() -> str | None:
    """Installs the data packages apart from the project; returns why not, if not."""
    done = SITE / ".installed"
    wanted = (Path(__file__).parent / "requirements.txt").read_text("utf-8")
    if done.exists() and done.read_text("utf-8") == wanted:
        return None
    uv = Path(sys.executable).with_name("uv")
    command = [str(uv), "pip", "install", "--quiet", "--no-deps", "--target", str(SITE)]
    command += ["--python", sys.executable, "-r", str(Path(__file__).parent / "requirements.txt")]
    if subprocess.run(command, check=False).returncode:
        return "the data packages could not be installed"
    done.write_text(wanted, "utf-8")
    return None


def people() -> list[tuple[str, str, Load | str]]:
    """Returns (name, country, loader or the reason why it is left out) of the data sets of people."""
    failed = install()
    found: list[tuple[str, str, Load | str]] = []
    for n in (1, 2, 3, 4):
        found.append((f"febrl{n}", "AU", failed or (lambda con, n=n: datasets.febrl(con, n, SITE))))
    for n in (500, 10_000):
        found.append(
            (f"rldata{n}", "DE", failed or (lambda con, n=n: datasets.rldata(con, n, SITE)))
        )
    folder = datasets.SHARED / "splink"
    fake = folder / "fake_1000.csv"
    found.append(("fake_1000", "GB", datasets.fake_1000 if fake.exists() else f"no {fake.name}"))
    given = os.environ.get("HISTORICAL_50K", str(folder / "historical_50k.parquet"))
    found.append(
        ("historical_50k", "GB", (lambda con: datasets.historical(con, Path(given)))
         if Path(given).exists() else "HISTORICAL_50K names no Parquet file of it")
    )  # fmt: skip
    return found


def measure(load: Load, country: str) -> tuple[truth.Score, truth.Score, float]:
    """Returns our score, Splink's best, and the threshold of that."""
    con = duckdb.connect(config={"threads": 2})
    load(con)
    identity.resolve(con, "contacts", config={"country": country})
    ours = truth.score(con)
    con.execute(
        """CREATE TABLE std AS SELECT rkey AS unique_id, source, source_record_id, given, family, birth, city, postal,
            email, phone, street, national_id, birth_place, occupation FROM identity_work.records"""
    )
    from benchmarks.identity import splink_baseline

    trained = splink_baseline.people(con, threshold=THRESHOLDS[0])
    best: tuple[truth.Score, float] | None = None
    for threshold in THRESHOLDS:
        clusters = splink_baseline.clusters(trained, threshold)
        score = truth.score(
            con,
            f"SELECT s.source, s.source_record_id, c.cluster_id FROM {clusters} AS c INNER JOIN std AS s USING (unique_id)",
        )
        if best is None or score.f1 > best[0].f1:
            best = score, threshold
    assert best is not None
    return ours, *best


def congress(*, declared: bool) -> datasets.Links:
    """Returns how contacts and accounts of a congress were put together, with or without its handles."""
    con = duckdb.connect(config={"threads": 2})
    datasets.congress(con, declared=declared)
    identity.resolve(con, "contacts", config={"country": "US"})
    return datasets.congress_links(con)


def summary(name: str, score: Any) -> dict[str, float]:
    """Returns the figures of a data set under the names of the last line."""
    f1 = 2 * score.precision * score.recall / max(score.precision + score.recall, 1e-9)
    return {
        f"f1_{name}": round(f1, 4), f"p_{name}": round(score.precision, 4), f"r_{name}": round(score.recall, 4),
    }  # fmt: skip
