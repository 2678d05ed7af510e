"""What a classifier is: the one small interface behind which any of them stands.

A classifier answers one aspect (language, sentiment, intent, topic) for a batch of texts. One's
own is a class with these members, named in a package's entry points:

    [project.entry-points."tessera.classifiers"]
    intent = "ours.intents:OurIntent"

and chosen in hub.yaml with `social: {classifiers: {intent: intent}}`. Whatever it does wrong costs
the text it does it to, nothing more (see `scoring`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Protocol

ASPECTS = ("language", "sentiment", "intent", "topic")
UNKNOWN = "unknown"
GROUP = "tessera.classifiers"
# What the built-in ones answer; here, because asking must not import their models.
BUILTIN = {
    "language": "lingua-2-low-1",
    "sentiment": "vader-linear-1",
    "intent": "linear-1",
    "topic": "linear-1",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """One aspect of one text.

    Attributes:
        label: The answer; `unknown` when the classifier cannot say, `error` when it failed.
        confidence: Between 0 and 1, as sure as the classifier is.
        score: A number behind the label where there is one (sentiment: -1 to 1).
    """

    label: str
    confidence: float = 0.0
    score: float | None = None


class Classifier(Protocol):
    """Answers one aspect of texts; `version` changes whenever its answers may."""

    aspect: str
    version: str

    def classify(self, texts: Sequence[str], languages: Sequence[str]) -> list[Verdict]:
        """One verdict per text; `languages` are those found before, `unknown` where none was."""
        ...


def load(aspect: str, name: str = "builtin") -> Classifier:
    """The classifier of an aspect: ours, or one that an installed package offers by that name.

    Raises:
        LookupError: No package offers it; the message lists what there is.
    """
    if name == "builtin":
        return _builtin(aspect)
    offered = {point.name: point for point in entry_points(group=GROUP)}
    if name not in offered:
        known = ", ".join(sorted(offered)) or "none is installed"
        raise LookupError(
            f"no classifier named {name} for {aspect}; known to entry point {GROUP}: {known}"
        )
    made: Classifier = offered[name].load()()
    return made


def version(aspect: str, name: str = "builtin") -> str:
    """The version of a classifier; of a built-in one without loading its models."""
    return BUILTIN[aspect] if name == "builtin" else load(aspect, name).version


def _builtin(aspect: str) -> Classifier:
    # imported here: the models take a second, and most callers need no more than one
    if aspect == "language":
        from social.understanding.language import Language

        return Language()
    if aspect == "sentiment":
        from social.understanding.sentiment import Sentiment

        return Sentiment()
    if aspect in ("intent", "topic"):
        from social.understanding.intent import Intent, Topic

        return Intent() if aspect == "intent" else Topic()
    raise LookupError(f"{aspect} is not an aspect; known: {', '.join(ASPECTS)}")
