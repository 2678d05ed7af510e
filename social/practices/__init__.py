"""Practices: small trials with a holdout, judged as they run."""

from social.practices.statistics import Judgement, judge

__all__ = ["Judgement", "judge"]
