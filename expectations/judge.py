"""Judges measures with Great Expectations: ephemeral context, suites in Python, booleans only.

Importing this module imports Great Expectations, which takes seconds: `python -m expectations` is
the way in from other rooms.
"""

import os
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

os.environ["GX_ANALYTICS_ENABLED"] = "false"

import great_expectations as gx
import pandas as pd  # type: ignore[import-untyped]
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.expectations.core.expect_column_values_to_be_between import (
    ExpectColumnValuesToBeBetween,
)

from expectations.measures import Measures
from expectations.suites import Limit, limits
from expectations.verdicts import Verdict

SUITES = ("contacts", "customers")


def judge(now: Measures, last: Measures) -> list[Verdict]:
    """Judges the measures of a built warehouse.

    Args:
        now: Its measures.
        last: Those of the last published generation; empty before the first.

    Returns:
        A verdict per suite and aspect.
    """
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    pandas = context.data_sources.add_pandas("measures")
    verdicts = []
    for suite in SUITES:
        asked = limits(suite, now, last)
        # A source of which nothing is left has no row to be counted in.
        gone = {limit.measure: 0.0 for limit in asked if limit.measure.startswith("rows.")}
        measured = gone | now.get(suite, {})
        batch = (
            pandas.add_dataframe_asset(suite)
            .add_batch_definition_whole_dataframe("now")
            .get_batch({"dataframe": pd.DataFrame([measured])})
        )
        expectations = [_expectation(limit, index) for index, limit in enumerate(asked)]
        result = batch.validate(
            gx.ExpectationSuite(name=suite, expectations=expectations),
            result_format="BOOLEAN_ONLY",
        )
        verdicts += _verdicts(suite, measured, asked, _held(result.results))
    return verdicts


def _expectation(limit: Limit, index: int) -> ExpectColumnValuesToBeBetween:
    return ExpectColumnValuesToBeBetween(
        column=limit.measure,
        min_value=limit.least,
        max_value=limit.most,
        meta={"limit": index},
    )


def _held(results: Iterable[Any]) -> dict[int, bool]:
    """Limit to whether it held; one that could not be evaluated did not.

    Great Expectations puts what it raised into `exception_info`, flat or by metric.
    """
    held = {}
    for result in results:
        info = result.exception_info or {}
        raised = [info, *(part for part in info.values() if isinstance(part, dict))]
        evaluated = not any(part.get("raised_exception") for part in raised)
        held[result.expectation_config.meta["limit"]] = bool(result.success) and evaluated
    return held


def _verdicts(
    suite: str, measured: dict[str, float], asked: list[Limit], held: dict[int, bool]
) -> list[Verdict]:
    aspects: dict[str, list[int]] = defaultdict(list)
    for index, limit in enumerate(asked):
        aspects[limit.aspect].append(index)
    found = []
    for aspect in ("volume", "completeness", "uniqueness", "formats", "drift"):
        indices = aspects[aspect]
        failed = [index for index in indices if not held.get(index, False)]
        names = [asked[index].measure for index in indices]
        found.append(
            Verdict(
                suite,
                aspect,
                passed=not failed,
                sentences=[_sentence(asked[index], measured) for index in failed],
                numbers={name: measured[name] for name in names if name in measured},
            )
        )
    return found


def _sentence(limit: Limit, measured: dict[str, float]) -> str:
    if limit.measure not in measured:
        return f"{limit.words}: could not be measured"
    bound = []
    if limit.least is not None:
        bound.append(f"at least {limit.least:.4g}")
    if limit.most is not None:
        bound.append(f"at most {limit.most:.4g}")
    return f"{limit.words}: {measured[limit.measure]:.6g}, expected {' and '.join(bound)}"
