"""Whether a theme grows: this week against its own past, among all themes that are looked at."""

from typing import Any

import numpy as np
import numpy.typing as npt

FALSE_SHARE = 0.05  # of the trends we call significant, so many may be chance
TRENDS = ("steady", "rising", "falling", "too early to say")
LEAST_WEEKS = 3  # of past, before a trend is spoken of
Floats = npt.NDArray[np.float64]


def surprise(
    now: npt.NDArray[np.int64], before: npt.NDArray[np.int64], weeks: npt.NDArray[np.int64]
) -> Floats:
    """Two-sided p-value that this week's count comes from the rate of the weeks before.

    Given both are Poisson with one rate, this week's share of the sum is binomial with 1 / (weeks
    + 1): exact, also for the small counts that themes mostly have.
    """
    from scipy.special import bdtr, bdtrc  # costs half a second: only who has themes pays it

    total = now + before
    chance = 1.0 / (weeks + 1)
    more = bdtrc(now - 1.0, total, chance)
    fewer = bdtr(now.astype(float), total, chance)
    smaller: Floats = np.minimum(more, fewer)
    return np.minimum(1.0, 2 * smaller)


def significant(p_values: Floats, share: float = FALSE_SHARE) -> npt.NDArray[np.bool_]:
    """Benjamini and Hochberg: which of many looks are more than chance."""
    count = len(p_values)
    order = np.argsort(p_values)
    passes = p_values[order] <= share * np.arange(1, count + 1) / max(count, 1)
    found = np.zeros(count, dtype=bool)
    if passes.any():
        found[order[: int(np.flatnonzero(passes).max()) + 1]] = True
    return found


def trends(connection: Any, weeks: Any) -> Any:
    """Relation (topic, product, segment, week, p_value, trend).

    Args:
        connection: The DuckDB connection of the run.
        weeks: Relation `theme_weeks`.
    """
    connection.register("weeks_of_themes", weeks)
    connection.execute("""
        create or replace temp table placed_weeks as
        select topic, product, segment, week, still_runs, messages, messages_before, weeks_before,
            row_number() over (order by topic, product, segment, week) - 1 as place
        from weeks_of_themes
    """)
    rows = connection.execute("""
        select week, still_runs, messages, messages_before, weeks_before
        from placed_weeks order by place
    """).fetchnumpy()
    p_values, trend = judged(rows)
    connection.register(
        "judged_weeks",
        {"place": np.arange(len(trend), dtype=np.int64), "p_value": p_values, "trend": trend},
    )
    connection.execute(f"""
        create or replace temp table found_trends as
        select topic, product, segment, week, p_value,
            (array{list(TRENDS)})[trend + 1] as trend
        from judged_weeks inner join placed_weeks using (place)
    """)
    for name in ("weeks_of_themes", "judged_weeks"):
        connection.unregister(name)
    return connection.table("found_trends")


def judged(rows: dict[str, Any]) -> tuple[Floats, npt.NDArray[np.int64]]:
    """P-value and trend (a place in `TRENDS`) of each week of each theme."""
    now = np.asarray(rows["messages"], dtype=np.int64)
    before = _filled(rows["messages_before"])
    past = _filled(rows["weeks_before"])
    p_values = surprise(now, before, np.maximum(past, 1)) if len(now) else np.empty(0)
    enough = past >= LEAST_WEEKS
    sure = np.zeros(len(now), dtype=bool)
    for week in np.unique(rows["week"]):
        here = (rows["week"] == week) & enough
        sure[here] = significant(p_values[here])
    rate = before / np.maximum(past, 1)
    trend = np.where(now > rate, 1, 2)
    trend = np.where(sure, trend, 0)
    # a week that still runs can have risen; that it has fallen is known when it is over
    told = enough & ~((trend == 2) & np.asarray(rows["still_runs"], dtype=bool))
    return p_values, np.where(told, trend, 3).astype(np.int64)


def _filled(values: Any) -> npt.NDArray[np.int64]:
    plain = np.ma.filled(values, 0)
    return np.nan_to_num(np.asarray(plain, dtype=np.float64)).astype(np.int64)
