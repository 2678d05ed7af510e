"""How a text feels: VADER's rules, and a model that learned where they go wrong.

VADER is made for English. For other languages the model alone speaks, by the few words and marks
that it shares with English, and says how unsure it is; a better one is an entry point away.
"""

from collections.abc import Sequence

import numpy as np
from scipy import sparse
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from social.understanding.interface import UNKNOWN, Verdict
from social.understanding.linear import Linear, vectorizer

SURE_ENOUGH = 0.45
_LONGEST = 2_000  # characters: VADER's time grows faster than the text


def rules(texts: Sequence[str]) -> list[list[float]]:
    """VADER's compound, positive and negative shares, and two steps of the compound, per text."""
    analyzer = SentimentIntensityAnalyzer()
    rows = []
    for text in texts:
        found = analyzer.polarity_scores(text[:_LONGEST]) if text.strip() else {}
        compound = float(found.get("compound", 0.0))
        rows.append(
            [
                compound,
                float(found.get("pos", 0.0)),
                float(found.get("neg", 0.0)),
                float(compound >= 0.05),
                float(compound <= -0.05),
            ]
        )
    return rows


def features(texts: Sequence[str]) -> sparse.csr_matrix:
    """Hashed n-grams followed by the five numbers of VADER."""
    extra = sparse.csr_matrix(np.asarray(rules(texts), dtype=np.float32))
    return sparse.hstack([vectorizer().transform(texts), extra], format="csr")


class Sentiment:
    """Negative, neutral or positive, with a score from -1 to 1."""

    aspect = "sentiment"
    version = "vader-linear-1"

    def __init__(self) -> None:
        self._model = Linear.shipped("sentiment")

    def classify(self, texts: Sequence[str], languages: Sequence[str]) -> list[Verdict]:
        """The feeling of each text; `unknown` where nothing speaks for any."""
        if not texts:
            return []
        chances = self._model.probabilities(features(texts))
        order = [self._model.labels.index(name) for name in ("negative", "positive")]
        verdicts = []
        for row in chances:
            best = int(row.argmax())
            sure = float(row[best])
            label = self._model.labels[best] if sure >= SURE_ENOUGH else UNKNOWN
            score = round(float(row[order[1]] - row[order[0]]), 4)
            verdicts.append(Verdict(label, round(sure, 4), score))
        return verdicts
