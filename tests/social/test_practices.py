"""Practices are judged as they run: false hopes stay rare however often one looks."""

from typing import Any

import numpy as np
import pytest

from social.practices.statistics import Arm, Judgement, radius
from social.practices.statistics import judge as judge_arms


def judge(treated: Any, holdout: Any, **settings: Any) -> Judgement:
    """Judges the values of two arms."""
    return judge_arms(Arm.of(treated), Arm.of(holdout), **settings)


LOOKS = (200, 300, 400, 600, 800, 1_000, 1_500, 2_000, 3_000, 4_000)


def ever_decided(rng: np.random.Generator, draw: object, effect: float = 0.0) -> str:
    """The first verdict that ends a trial which is looked at ten times."""
    treated, holdout = draw(rng, 3_200) + effect, draw(rng, 800)  # type: ignore[operator]
    for people in LOOKS:
        count = int(people * 0.8)
        verdict = judge(
            treated[:count], holdout[: people - count], share_held=0.2, least=30
        ).verdict
        if verdict in ("works", "does not"):
            return verdict
    return "trying"


@pytest.mark.parametrize(
    "draw",
    [
        lambda rng, n: (rng.random(n) < 0.1).astype(float),
        lambda rng, n: rng.gamma(0.3, 60.0, n),
        lambda rng, n: rng.normal(0, 1, n),
    ],
    ids=["shares", "skewed money", "normal"],
)
def test_looking_ten_times_is_wrong_in_at_most_five_of_a_hundred_trials(draw: object) -> None:
    rng = np.random.default_rng(20_260)
    wrong = sum(ever_decided(rng, draw) != "trying" for _ in range(1_000))
    assert wrong <= 50


def test_a_real_effect_is_found_and_its_sign_is_right() -> None:
    rng = np.random.default_rng(7)
    found = [ever_decided(rng, lambda r, n: r.normal(0, 1, n), effect=0.4) for _ in range(100)]
    assert found.count("works") >= 95
    assert "does not" not in found


def test_the_interval_covers_the_truth_at_all_looks_together() -> None:
    rng = np.random.default_rng(11)
    missed = 0
    for _ in range(500):
        treated, holdout = rng.normal(0.2, 1, 2_000), rng.normal(0, 1, 2_000)
        looks = (judge(treated[:n], holdout[:n], share_held=0.5) for n in (150, 400, 900, 2_000))
        missed += any(not (look.low <= 0.2 <= look.high) for look in looks)  # type: ignore[operator]
    assert missed <= 25


def test_too_few_customers_is_said_plainly() -> None:
    judgement = judge(np.ones(500), np.zeros(20), share_held=0.04, least=100)
    assert judgement.verdict == "not enough data yet"
    assert judgement.lift is None
    assert judgement.reason == "20 of 100 customers in the smaller arm"


def test_nobody_at_all_is_not_enough_data() -> None:
    nobody = np.array([], dtype=np.float64)
    assert judge(nobody, nobody, share_held=0.5).verdict == "not enough data yet"


def test_a_split_that_is_not_the_declared_one_breaks_the_trial() -> None:
    judgement = judge(np.ones(1_000), np.zeros(1_000), share_held=0.2)
    assert judgement.verdict == "broken"


def test_fewer_complaints_can_be_the_good_side() -> None:
    rng = np.random.default_rng(3)
    few, many = rng.poisson(0.5, 2_000) * 1.0, rng.poisson(1.0, 2_000) * 1.0
    assert judge(few, many, share_held=0.5, lower_is_better=True).verdict == "works"
    assert judge(few, many, share_held=0.5).verdict == "does not"


def test_the_end_of_its_time_makes_an_open_question_unclear() -> None:
    rng = np.random.default_rng(5)
    same = rng.normal(0, 1, 400)
    assert judge(same[:200], same[200:], share_held=0.5, over=True).verdict == "unclear"


def test_the_interval_narrows_with_people() -> None:
    widths = [radius(people, 1.0) for people in (100, 1_000, 10_000, 100_000)]
    assert widths == sorted(widths, reverse=True)
    assert radius(0, 1.0) == float("inf")
