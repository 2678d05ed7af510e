"""Practices: small trials with a holdout, judged as they run."""

from social.practices.statistics import Arm, Judgement, judge

__all__ = ["Arm", "Judgement", "judge"]
