"""Splink as a careful user runs it: train unsupervised, predict, cluster, on our standardised records.

Its comparisons are its own library's; u comes from random pairs, m from two passes of EM.
"""

import logging
from dataclasses import dataclass
from typing import Any

import duckdb
import splink.internals.comparison_library as cl
from splink import Linker, SettingsCreator, block_on
from splink.internals.duckdb.database_api import DuckDBAPI

logging.getLogger("splink").setLevel(logging.ERROR)

# Compared as they are; those that many share by their frequency too.
_WEIGHED = ("city", "postal", "birth_place", "occupation")
_EXACT = (*_WEIGHED, "phone", "street", "national_id")
_SAID = ("birth", "email", *_EXACT)


@dataclass(frozen=True)
class Trained:
    """A trained linker with its predictions, ready to be clustered at any threshold."""

    linker: Any
    predictions: Any


def people(
    con: duckdb.DuckDBPyConnection, max_pairs: float = 2e6, threshold: float = 0.01
) -> Trained:
    """Trains and predicts over table `std` (unique_id, given, family and what there is of `_SAID`)."""
    columns = {row[0] for row in con.execute("DESCRIBE std").fetchall()}
    have = {
        c: c in columns and con.execute(f"SELECT count({c}) * 20 > count(*) FROM std").fetchone()[0]
        for c in _SAID
    }
    comparisons = [
        cl.JaroWinklerAtThresholds("given", [0.93, 0.85]).configure(
            term_frequency_adjustments=True
        ),
        cl.JaroWinklerAtThresholds("family", [0.93, 0.85]).configure(
            term_frequency_adjustments=True
        ),
    ]
    rules = [block_on("given", "family")]
    if have["birth"]:
        comparisons.append(cl.DamerauLevenshteinAtThresholds("birth", [1, 2]))
        rules += [
            block_on("birth", "family"),
            block_on("birth", "given"),
            block_on("birth", "city"),
        ][: 3 if have["city"] else 2]
    if have["email"]:
        comparisons.append(cl.EmailComparison("email"))
        rules.append(block_on("email"))
    for column in _EXACT:
        if have[column]:
            comparison = cl.ExactMatch(column)
            comparisons.append(comparison.configure(term_frequency_adjustments=column in _WEIGHED))
            if column in ("phone", "national_id"):
                rules.append(block_on(column))
            if column in ("postal", "birth_place"):
                rules += [block_on(column, "family"), block_on(column, "given")]
    api = DuckDBAPI(con)
    frame = api.register("std") if hasattr(api, "register") else "std"
    settings = SettingsCreator(
        link_type="dedupe_only", comparisons=comparisons, blocking_rules_to_generate_predictions=rules,
        unique_id_column_name="unique_id",
    )  # fmt: skip
    linker = Linker(frame, settings, log_level=40)
    exact = (
        [block_on("given", "family", "birth")] if have["birth"] else [block_on("given", "family")]
    )
    linker.training.estimate_probability_two_random_records_match(
        exact + ([block_on("email")] if have["email"] else []), recall=0.6
    )
    if not linker.misc.save_model_to_json()["probability_two_random_records_match"]:
        # No two records agree in all of it: half the records have a twin, as a user would guess.
        records = con.execute("SELECT count(*) FROM std").fetchone()[0]
        linker._settings_obj._probability_two_random_records_match = 0.5 / records
    linker.training.estimate_u_using_random_sampling(max_pairs=max_pairs, seed=1)
    passes = [block_on("given", "family")] + (
        [block_on("birth")] if have["birth"] else [block_on("city", "family")]
    )
    for rule in passes:
        linker.training.estimate_parameters_using_expectation_maximisation(rule, max_pairs=None)
    return Trained(linker, linker.inference.predict(threshold_match_probability=threshold))


def clusters(trained: Trained, threshold: float) -> str:
    """Clusters at a threshold; returns the physical table (unique_id, cluster_id)."""
    found = trained.linker.clustering.cluster_pairwise_predictions_at_threshold(
        trained.predictions, threshold
    )
    return str(found.physical_name)
