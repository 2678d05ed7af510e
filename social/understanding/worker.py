"""One process that classifies: whatever a classifier does to it, the run goes on without it.

Speaks `wire` on stdin and stdout. First it gets {aspect: classifier name}; then requests
(aspect, texts, languages), answered by a list of (label, confidence, score) or by an error's name.
"""

import os
import sys
from math import isfinite, isnan

from social.understanding.interface import Classifier, Verdict, load
from social.understanding.wire import receive, send


def main() -> None:
    """Answers until stdin ends."""
    requests = sys.stdin.buffer
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a classifier prints must not end up between our messages
    names: dict[str, str] = receive(requests) or {}
    loaded: dict[str, Classifier] = {}
    while (request := receive(requests)) is not None:
        aspect, texts, languages = request
        try:
            if aspect not in loaded:
                loaded[aspect] = load(aspect, names.get(aspect, "builtin"))
            verdicts = loaded[aspect].classify(texts, languages)
            if len(verdicts) != len(texts):
                raise ValueError("not one verdict per text")
            send(answers, [_plain(verdict) for verdict in verdicts])
        except Exception as error:  # a stranger's code: anything may come
            send(answers, type(error).__name__)  # the name only: messages may quote the text


def _plain(verdict: Verdict) -> tuple[str, float, float | None]:
    """The verdict as it is written down; anything else would fail much later, for all texts."""
    label, confidence, score = verdict.label, float(verdict.confidence), verdict.score
    if not (isinstance(label, str) and label.isprintable() and label and isfinite(confidence)):
        raise ValueError("no verdict")
    return label, confidence, None if score is None or isnan(score) else float(score)


if __name__ == "__main__":
    main()
