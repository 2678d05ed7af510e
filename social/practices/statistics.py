"""Whether a practice works: a difference of means that one may look at every day.

An ordinary confidence interval is right for one look; who looks after every run and stops when it
pleases is wrong far more often. The interval here is an asymptotic confidence sequence (the normal
mixture of Robbins, in the form of Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, 2021): it covers
the truth at all looks together with probability 1 - alpha.
"""

from dataclasses import dataclass
from math import inf, log, sqrt

import numpy as np
import numpy.typing as npt

ALPHA = 0.05
TUNED_FOR = 1_000  # people at which the interval is narrowest
RATIO_ALARM = 0.001  # p-value below which the split was not the declared one
Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Judgement:
    """What the data say about one practice so far.

    `lift`, `low` and `high` are in units of the measure: treated minus holdout.
    """

    treated: int
    holdout: int
    treated_mean: float | None
    holdout_mean: float | None
    lift: float | None
    low: float | None
    high: float | None
    ratio_p: float | None
    verdict: str
    reason: str


def radius(people: int, variance: float, alpha: float = ALPHA) -> float:
    """Half the width of the confidence sequence after `people` people.

    Args:
        people: In both arms together.
        variance: Of one person's contribution, so that variance / people is the squared error.
        alpha: How often all looks together may be wrong.
    """
    if people < 1:
        return inf
    tuned = (-2 * log(alpha) + log(-2 * log(alpha)) + 1) / TUNED_FOR
    grown = people * tuned + 1
    return sqrt(variance) * sqrt(2 * grown / (people**2 * tuned) * log(sqrt(grown) / alpha))


def split_p(held: int, people: int, share: float) -> float:
    """Two-sided p-value (twice the smaller tail) that so many were held out by that share."""
    from scipy.special import bdtr, bdtrc  # costs half a second: only who has practices pays it

    fewer, more = bdtr(held, people, share), bdtrc(held - 1, people, share)
    return float(min(1.0, 2 * min(fewer, more)))


@dataclass(frozen=True)
class Arm:
    """What is measured in one arm: customers, the mean of their measure and its variance."""

    count: int = 0
    mean: float = 0.0
    variance: float = 0.0

    @classmethod
    def of(cls, values: Values) -> "Arm":
        """From the measure of each customer."""
        if not len(values):
            return cls()
        variance = float(values.var(ddof=1)) if len(values) > 1 else 0.0
        return cls(len(values), float(values.mean()), variance)


def judge(
    treated: Arm,
    holdout: Arm,
    *,
    share_held: float,
    least: int = 100,
    over: bool = False,
    lower_is_better: bool = False,
) -> Judgement:
    """Compares the arms.

    Args:
        treated: The measure of treated customers.
        holdout: The measure of customers held out.
        share_held: Declared share of the holdout.
        least: Customers per arm before anything is said.
        over: Whether the practice has run its time.
        lower_is_better: For measures such as complaints.

    Returns:
        The judgement; verdicts are `not enough data yet`, `trying`, `works`, `does not`, `unclear`
        and `broken` (the split is not the declared one, so nothing can be said).
    """
    count, held = treated.count, holdout.count
    ratio = split_p(held, count + held, share_held) if count + held else None
    facts = (
        count,
        held,
        treated.mean if count else None,
        holdout.mean if held else None,
    )
    if ratio is not None and ratio < RATIO_ALARM:
        reason = f"{held} of {count + held} were held out, not {share_held:.0%}"
        return Judgement(*facts, None, None, None, float(ratio), "broken", reason)
    if min(count, held) < least:
        reason = f"{min(count, held)} of {least} customers in the smaller arm"
        low_ratio = float(ratio) if ratio is not None else None
        return Judgement(*facts, None, None, None, low_ratio, "not enough data yet", reason)
    people = count + held
    error = treated.variance / count + holdout.variance / held
    lift = treated.mean - holdout.mean
    half = radius(people, error * people)
    low, high = lift - half, lift + half
    verdict, reason = _verdict(low, high, over=over, lower_is_better=lower_is_better)
    return Judgement(*facts, lift, low, high, float(ratio or 0), verdict, reason)


def _verdict(low: float, high: float, *, over: bool, lower_is_better: bool) -> tuple[str, str]:
    better, worse = (high < 0, low > 0) if lower_is_better else (low > 0, high < 0)
    if better:
        return "works", "the whole interval is on the good side of no difference"
    if worse:
        return "does not", "the whole interval is on the bad side of no difference"
    if over:
        return "unclear", "its time is over and no difference is still possible"
    return "trying", "no difference is still possible"
