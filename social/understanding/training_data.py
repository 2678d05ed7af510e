"""Reads what the models learn from: our own written corpus, and public labelled sentences.

The public sets are not in this repository. `python -m social.understanding.train --data DIR`
expects them in DIR as their authors publish them: `hutto_ICWSM_2014/` (Hutto & Gilbert 2014, MIT),
`product_reviews_1/`, `product_reviews_2/` (Hu & Liu), `pros_cons/` (Ganapathibhotla & Liu) and
`sentence_polarity/` (Pang & Lee), the latter as NLTK distributes them under CC BY 4.0.
"""

import hashlib
import html
import re
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from random import Random

from ruamel.yaml import YAML

NEUTRAL_WITHIN = 0.5  # of a rating from -4 to 4
SENTIMENT_OF = {
    "question": "neutral",
    "purchase": "neutral",
    "noise": "neutral",
    "complaint": "negative",
    "churn_threat": "negative",
    "crisis": "negative",
    "praise": "positive",
}
_OPENERS = ("", "", "", "hi, ", "hello, ", "hey there, ", "good morning, ", "seriously, ", "so, ")
_FITTING = {
    "question": ("", "", " please", " 🙂", " thanks"),
    "purchase": ("", "", " please", " 🙂"),
    "complaint": ("", "!", " ...", " #fail", " 😡", "!!"),
    "churn_threat": ("", "!", " ..."),
    "crisis": ("", "!", "!!", " 😱", " please help"),
    "praise": ("", "!", " 🙂", " ❤️", "!!"),
    "noise": ("", " 🙂", "!", " ..."),
}


@dataclass(frozen=True)
class Example:
    """One labelled text.

    `template` is the sentence it was made from: a split keeps all its variants on one side.
    """

    text: str
    intent: str
    topic: str
    language: str
    template: str


def written(variants: int = 6, seed: int = 1) -> list[Example]:
    """Our corpus, each sentence in several variants."""
    source = (files("social.understanding") / "corpus/intents.yaml").read_text("utf-8")
    corpus = YAML(typ="safe").load(source)
    slots = corpus["slots"]
    examples = []
    for intent, languages in corpus["intents"].items():
        for language, topics in languages.items():
            for topic, sentences in topics.items():
                for sentence in sentences:
                    rng = Random(f"{seed}:{sentence}")
                    for _ in range(variants):
                        text = _variant(rng, sentence, slots, intent, language)
                        examples.append(Example(text, intent, topic, language, sentence))
    return examples


def _variant(
    rng: Random, sentence: str, slots: dict[str, list[str]], intent: str, language: str
) -> str:
    filled = re.sub(r"\{(\w+)\}", lambda slot: rng.choice(slots[slot[1]]), sentence)
    opener = rng.choice(_OPENERS) if language == "en" else ""
    return opener + filled + rng.choice(_FITTING[intent])


def public(folder: Path) -> dict[str, list[tuple[str, str]]]:
    """Data set -> (text, negative | neutral | positive). Sets that are not there are left out."""
    sets = {}
    for name in ("tweets", "amazonReviewSnippets"):
        path = folder / f"hutto_ICWSM_2014/{name}_GroundTruth.txt"
        if path.is_file():
            sets[f"hutto {name}"] = _rated(path)
    reviews = [
        pair
        for part in ("product_reviews_1", "product_reviews_2")
        for path in sorted((folder / part).glob("*.txt"))
        if path.stem != "README"
        for pair in _reviewed(path)
    ]
    if reviews:
        sets["product reviews"] = reviews
    plain = {
        "pros and cons": ("pros_cons/IntegratedPros.txt", "pros_cons/IntegratedCons.txt"),
        "sentence polarity": (
            "sentence_polarity/rt-polarity.pos",
            "sentence_polarity/rt-polarity.neg",
        ),
    }
    for name, (good, bad) in plain.items():
        if (folder / good).is_file():
            sets[name] = [
                *((text, "positive") for text in _lines(folder / good)),
                *((text, "negative") for text in _lines(folder / bad)),
            ]
    return sets


def held_out(text: str) -> bool:
    """Every fifth text by its hash: never learned from, only measured on."""
    return hashlib.sha256(text.encode()).digest()[0] % 5 == 0


def _lines(path: Path) -> list[str]:
    raw = path.read_text("latin-1").splitlines()
    return [t for t in (html.unescape(re.sub(r"<[^>]+>", "", line)).strip() for line in raw) if t]


def _rated(path: Path) -> list[tuple[str, str]]:
    pairs = []
    for line in path.read_text("latin-1").splitlines():
        _, rating, text = line.split("\t", 2)
        value = float(rating)
        label = "neutral" if abs(value) <= NEUTRAL_WITHIN else _signed(value)
        pairs.append((html.unescape(text), label))
    return pairs


def _reviewed(path: Path) -> list[tuple[str, str]]:
    pairs = []
    for line in path.read_text("latin-1").splitlines():
        tags, mark, text = line.partition("##")
        if not mark or not text.strip():
            continue
        total = sum(int(n) for n in re.findall(r"\[([+-]\d)\]", tags))
        pairs.append((text.strip(), "neutral" if total == 0 else _signed(total)))
    return pairs


def _signed(value: float) -> str:
    return "positive" if value > 0 else "negative"
