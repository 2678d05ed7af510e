"""Understanding: language, sentiment, intent and topic of what people write (see CARD.md)."""

from social.understanding.interface import Classifier, Verdict
from social.understanding.scoring import Understanding, fingerprint, score

__all__ = ["Classifier", "Understanding", "Verdict", "fingerprint", "score"]
