"""How a text feels: VADER's rules, and a model that learned where they go wrong.

VADER is made for English. For other languages the model alone speaks, by the few words and marks
that it shares with English, and says how unsure it is; a better one is an entry point away.
"""

from collections.abc import Sequence

import numpy as np
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from social.understanding.interface import BUILTIN, UNKNOWN, Verdict
from social.understanding.linear import Floats, Linear, hashed

SURE_ENOUGH = 0.45
_LONGEST = 2_000  # characters: VADER's time grows faster than the text


def rules(texts: Sequence[str]) -> Floats:
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
    return np.asarray(rows, dtype=np.float32)


class Sentiment:
    """Negative, neutral or positive, with a score from -1 to 1."""

    aspect = "sentiment"
    version = BUILTIN["sentiment"]

    def __init__(self) -> None:
        self._model = Linear.shipped("sentiment")

    def classify(self, texts: Sequence[str], languages: Sequence[str]) -> list[Verdict]:
        """The feeling of each text; `unknown` where nothing speaks for any."""
        if not texts:
            return []
        chances = self._model.probabilities(hashed(tuple(texts)), rules(texts))
        order = [self._model.labels.index(name) for name in ("negative", "positive")]
        verdicts = []
        for row in chances:
            best = int(row.argmax())
            sure = float(row[best])
            label = self._model.labels[best] if sure >= SURE_ENOUGH else UNKNOWN
            score = round(float(row[order[1]] - row[order[0]]), 4)
            verdicts.append(Verdict(label, round(sure, 4), score))
        return verdicts
