"""Linear models over hashed n-grams: trained with scikit-learn, stored as plain numbers.

A pickle would run code on load and break with the next scikit-learn; weights do neither.
"""

import functools
import itertools
import re
import unicodedata
from collections.abc import Sequence
from importlib.resources import files

import numpy as np
import numpy.typing as npt
from ruamel.yaml import YAML
from scipy import sparse
from sklearn.feature_extraction.text import HashingVectorizer

BUCKETS = 2**15
_WORD = re.compile(r"[^\W_]+(?:'\w+)?|[?!]+|[^\w\s]", re.UNICODE)
Floats = npt.NDArray[np.float32]


@functools.cache
def _concepts() -> tuple[dict[str, list[str]], list[tuple[str, str]]]:
    text = (files("social.understanding") / "corpus/concepts.yaml").read_text("utf-8")
    exact: dict[str, list[str]] = {}
    prefixes: list[tuple[str, str]] = []
    for concept, words in YAML(typ="safe").load(text).items():
        for word in words:
            if word.endswith("*"):
                prefixes.append((word[:-1], concept))
            else:
                exact.setdefault(word, []).append(concept)
    return exact, prefixes


@functools.lru_cache(maxsize=200_000)
def _marks(word: str) -> tuple[str, ...]:
    exact, prefixes = _concepts()
    found = {*exact.get(word, ()), *(c for start, c in prefixes if word.startswith(start))}
    return tuple(f"__{concept}__" for concept in sorted(found))


def tokens(text: str) -> list[str]:
    """Words, their pairs, and a mark per concept and pair of concepts that the text touches."""
    words = _WORD.findall(unicodedata.normalize("NFC", text).lower())
    words = ["?" if "?" in w or w in "？؟" else "!" if w[0] == "!" else w for w in words]
    marks = sorted({mark for word in words for mark in _marks(word)})
    pairs = [f"{a} {b}" for a, b in itertools.pairwise(words)]
    both = [f"{a}+{b}" for i, a in enumerate(marks) for b in marks[i + 1 :]]
    return words + pairs + marks * 2 + both


@functools.cache
def vectorizer() -> HashingVectorizer:
    """Tokens to a sparse row of length one."""
    return HashingVectorizer(
        analyzer=tokens, n_features=BUCKETS, norm="l2", alternate_sign=False, dtype=np.float32
    )


class Linear:
    """A multinomial logistic regression: `labels`, `weights` (features x labels), `bias`."""

    def __init__(self, labels: Sequence[str], weights: Floats, bias: Floats) -> None:
        self.labels, self.weights, self.bias = list(labels), weights, bias

    @classmethod
    def shipped(cls, name: str) -> "Linear":
        """One of the models that come with the package."""
        with (files("social.understanding") / f"weights/{name}.npz").open("rb") as file:
            stored = np.load(file, allow_pickle=False)
            return cls(
                [str(label) for label in stored["labels"]],
                stored["weights"].astype(np.float32),
                stored["bias"].astype(np.float32),
            )

    def probabilities(self, features: sparse.csr_matrix) -> Floats:
        """Rows: texts; columns: labels; each row sums to one."""
        logits = np.asarray(features @ self.weights) + self.bias
        logits -= logits.max(axis=1, keepdims=True)
        powers = np.exp(logits)
        result: Floats = powers / powers.sum(axis=1, keepdims=True)
        return result
