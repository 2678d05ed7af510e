"""Trains the shipped models and writes their card.

`python -m social.understanding.train --data DIR`

Deterministic: the same corpus and public sets give the same weights and the same card.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score
from sklearn.model_selection import GroupKFold

from social.understanding.linear import Linear, hashed
from social.understanding.sentiment import rules
from social.understanding.training_data import SENTIMENT_OF, held_out, public, written

HERE = Path(__file__).parent
SET_WEIGHT = 8_000
SMALLEST = 0.02  # weights below it decide nothing and would only make the file bigger


def fit(
    features: Any, labels: Any, strength: float, weights: Sequence[float] | None = None
) -> Linear:
    """A balanced multinomial logistic regression."""
    model = LogisticRegression(C=strength, max_iter=2000, class_weight="balanced")
    model.fit(features, labels, sample_weight=weights)
    learned = model.coef_.T.astype(np.float32)
    learned[np.abs(learned) < SMALLEST] = 0
    return Linear(list(model.classes_), learned, model.intercept_.astype(np.float32))


def predict(model: Linear, texts: Sequence[str]) -> list[str]:
    """The likeliest label of each text."""
    return [model.labels[i] for i in model.probabilities(hashed(tuple(texts))).argmax(axis=1)]


def save(model: Linear, name: str) -> None:
    """Weights as half floats: a few hundred kilobytes."""
    np.savez_compressed(
        HERE / f"weights/{name}.npz",
        labels=np.array(model.labels),
        weights=model.weights.astype(np.float16),
        bias=model.bias,
    )


def train_written(aspect: str) -> list[str]:
    """Intent or topic from our own corpus; returns lines for the card."""
    examples = [e for e in written() if aspect == "intent" or e.topic != "none"]
    labels = np.array([getattr(e, aspect) for e in examples])
    texts = [e.text for e in examples]
    rows = hashed(tuple(texts)).matrix()
    groups = [e.template for e in examples]
    guesses = np.empty_like(labels)
    for train, test in GroupKFold(5).split(rows, labels, groups):
        model = fit(rows[train], labels[train], 30.0)
        guesses[test] = predict(model, [texts[i] for i in test])
    save(fit(rows, labels, 30.0), aspect)
    accuracy, macro = accuracy_score(labels, guesses), f1_score(labels, guesses, average="macro")
    lines = [f"| {aspect} | all | {len(set(groups))} | {accuracy:.3f} | {macro:.3f} |"]
    scores = f1_score(labels, guesses, average=None, labels=sorted(set(labels)))
    for label, score in zip(sorted(set(labels)), scores, strict=True):
        count = len({g for g, kind in zip(groups, labels, strict=True) if kind == label})
        lines.append(f"| {aspect} | {label} | {count} | | {score:.3f} |")
    return lines


def train_sentiment(folder: Path) -> list[str]:
    """Sentiment from public sets and our corpus; VADER's own score stands beside ours."""
    sets = public(folder)
    own = [(e.text, SENTIMENT_OF[e.intent]) for e in written(variants=3)]
    learned, weights = list(own), [1.0] * len(own)
    for pairs in sets.values():
        kept = [pair for pair in pairs if not held_out(pair[0])]
        learned += kept
        # every set counts the same, or the largest alone would say how a tweet feels
        weights += [SET_WEIGHT / len(kept)] * len(kept)
    texts = [text for text, _ in learned]
    rows = sparse.hstack([hashed(tuple(texts)).matrix(), rules(texts)], format="csr")
    model = fit(rows, [label for _, label in learned], 1.0, weights)
    save(model, "sentiment")
    lines = []
    for name, pairs in sets.items():
        test = [pair for pair in pairs if held_out(pair[0])]
        texts, truth = [t for t, _ in test], [label for _, label in test]
        binary = "neutral" not in truth
        ours, vader = _ours(model, texts, binary=binary), _vader(texts, binary=binary)
        scores = [
            f"{accuracy_score(truth, ours):.3f}",
            f"{accuracy_score(truth, vader):.3f}",
            f"{f1_score(truth, ours, average='macro'):.3f}",
            f"{f1_score(truth, vader, average='macro'):.3f}",
        ]
        kind = "2" if binary else "3"
        lines.append(f"| {name} | {len(test)} | {kind} | " + " | ".join(scores) + " |")
    return lines


def _ours(model: Linear, texts: Sequence[str], *, binary: bool) -> list[str]:
    chances = model.probabilities(hashed(tuple(texts)), rules(texts))
    if binary:
        chances[:, model.labels.index("neutral")] = 0
    return [model.labels[i] for i in chances.argmax(axis=1)]


def _vader(texts: Sequence[str], *, binary: bool) -> list[str]:
    compounds = [row[0] for row in rules(texts)]
    if binary:
        return ["positive" if c >= 0 else "negative" for c in compounds]
    return ["positive" if c >= 0.05 else "negative" if c <= -0.05 else "neutral" for c in compounds]


def main() -> None:
    """Trains all three and writes CARD.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    folder = parser.parse_args().data
    (HERE / "weights").mkdir(exist_ok=True)
    intent, topic = train_written("intent"), train_written("topic")
    sentiment = train_sentiment(folder)
    template = (HERE / "corpus/CARD.template.md").read_text("utf-8")
    card = template.replace("{written}", "\n".join(intent + topic))
    (HERE / "CARD.md").write_text(card.replace("{sentiment}", "\n".join(sentiment)), "utf-8")


if __name__ == "__main__":
    main()
