"""Linear models over hashed n-grams: trained with scikit-learn, stored as plain numbers.

A pickle would run code on load and break with the next scikit-learn; weights do neither. Nothing
here imports scikit-learn or scipy: that alone would cost every run seconds.
"""

import functools
import itertools
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import mmh3
import numpy as np
import numpy.typing as npt
from ruamel.yaml import YAML

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


@dataclass(frozen=True)
class Rows:
    """Sparse rows of length one: `starts` of each row in `buckets` and `values`."""

    starts: npt.NDArray[np.int64]
    buckets: npt.NDArray[np.int64]
    values: Floats

    def matrix(self) -> Any:
        """The same as scipy's matrix, as training wants it."""
        from scipy import sparse

        shape = (len(self.starts) - 1, BUCKETS)
        return sparse.csr_matrix((self.values, self.buckets, self.starts), shape=shape)

    def times(self, weights: Floats) -> Floats:
        """The product with weights (buckets x labels)."""
        product = np.zeros((len(self.starts) - 1, weights.shape[1]), dtype=np.float32)
        spoken = np.flatnonzero(np.diff(self.starts))
        if len(spoken):
            terms = weights[self.buckets] * self.values[:, None]
            product[spoken] = np.add.reduceat(terms, self.starts[spoken], axis=0)
        return product


@functools.lru_cache(maxsize=2)  # several models ask for the same batch one after the other
def hashed(texts: tuple[str, ...]) -> Rows:
    """Each text as counts of its hashed tokens, scaled to length one."""
    words = [tokens(text) for text in texts]
    rows = np.repeat(np.arange(len(words)), [len(found) for found in words])
    hashes = np.array([mmh3.hash(word) for found in words for word in found], dtype=np.int64)
    cells, counts = np.unique(rows * BUCKETS + np.abs(hashes) % BUCKETS, return_counts=True)
    rows, buckets = np.divmod(cells, BUCKETS)
    lengths = np.sqrt(np.bincount(rows, weights=counts.astype(float) ** 2, minlength=len(words)))
    values = (counts / lengths[rows]).astype(np.float32)
    starts = np.searchsorted(rows, np.arange(len(words) + 1))
    return Rows(starts.astype(np.int64), buckets, values)


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

    def probabilities(self, rows: Rows, more: Floats | None = None) -> Floats:
        """Rows: texts; columns: labels; each row sums to one.

        Args:
            rows: The texts, hashed.
            more: Further features (texts x features), whose weights follow those of the buckets.
        """
        logits = rows.times(self.weights) + self.bias
        if more is not None:
            logits += more @ self.weights[BUCKETS:]
        logits -= logits.max(axis=1, keepdims=True)
        powers = np.exp(logits)
        result: Floats = powers / powers.sum(axis=1, keepdims=True)
        return result
