"""What a text wants (question, complaint, crisis…) and what it is about."""

from collections.abc import Sequence

from social.understanding.interface import BUILTIN, UNKNOWN, Verdict
from social.understanding.linear import Linear, hashed

# Below it the model would rather say that it does not know.
SURE_ENOUGH = {"intent": 0.4, "topic": 0.35}
# A crisis that nobody sees costs more than a look at a text that was none.
RATHER = {"crisis": 0.35}


class _Trained:
    """A shipped model that answers one aspect."""

    aspect = ""
    version = ""

    def __init__(self) -> None:
        self._model = Linear.shipped(self.aspect)
        labels = self._model.labels
        self._rather = [(labels.index(name), at) for name, at in RATHER.items() if name in labels]

    def classify(self, texts: Sequence[str], languages: Sequence[str]) -> list[Verdict]:
        """The likeliest label of each text, `unknown` below the threshold."""
        if not texts:
            return []
        threshold = SURE_ENOUGH[self.aspect]
        verdicts = []
        for row in self._model.probabilities(hashed(tuple(texts))):
            best = next((i for i, least in self._rather if row[i] >= least), int(row.argmax()))
            sure = float(row[best])
            known = sure >= threshold or best in dict(self._rather)
            label = self._model.labels[best] if known else UNKNOWN
            verdicts.append(Verdict(label, round(sure, 4)))
        return verdicts


class Intent(_Trained):
    """Question, complaint, praise, purchase, churn_threat, crisis or noise."""

    aspect = "intent"
    version = BUILTIN["intent"]


class Topic(_Trained):
    """Delivery, billing, quality, app, taste, subscription, service, safety, security, legal."""

    aspect = "topic"
    version = BUILTIN["topic"]
