"""Texts are understood without a download, and a bad text or a bad classifier costs itself only."""

import os
import sys
from pathlib import Path

import duckdb
import pytest

from social.understanding import fingerprint, score, table
from social.understanding.interface import Verdict, load
from social.understanding.scoring import LONGEST, Understanding, prepared
from social.understanding.training_data import written

STUBBORN = """
import os, time
from social.understanding.interface import Verdict
class Stubborn:
    aspect, version = "intent", "test-1"
    def classify(self, texts, languages):
        for text in texts:
            if "crash" in text: raise ValueError(text)
            if "die" in text: os._exit(3)
            if "hang" in text: time.sleep(3600)
            print("noise on stdout")
        odd = {"nameless": Verdict(None, 1.0), "unsure": Verdict("praise", float("nan"))}
        return [odd.get(text, Verdict("praise", 1.0)) for text in texts]
"""


@pytest.fixture
def stubborn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A classifier of an installed package, offered by entry point, that fails in three ways."""
    (tmp_path / "stubborn_classifier.py").write_text(STUBBORN)
    info = tmp_path / "stubborn-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: stubborn\nVersion: 1.0\n")
    points = "[tessera.classifiers]\nstubborn = stubborn_classifier:Stubborn\n"
    (info / "entry_points.txt").write_text(points)
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    monkeypatch.setenv("PYTHONPATH", path)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield "stubborn"
    sys.modules.pop("stubborn_classifier", None)


def test_the_built_in_classifiers_know_the_everyday_cases() -> None:
    texts = [
        "@shop my phone exploded and burned my hand, we are in hospital",
        "does the app run on my old tablet?",
        "three weeks and still no refund, terrible service",
        "I love it, thank you so much!",
        "that is it, I am cancelling my plan and moving to somebody else",
        "mein Paket kam beschädigt an, das ist sehr ärgerlich",
    ]
    found = score(texts)
    assert [row.intent.label for row in found] == [
        "crisis",
        "question",
        "complaint",
        "praise",
        "churn_threat",
        "complaint",
    ]
    assert [row.sentiment.label for row in found][2:4] == ["negative", "positive"]
    assert [row.language.label for row in found][-2:] == ["en", "de"]
    assert found[1].topic.label == "app"


def test_what_cannot_be_known_says_so() -> None:
    nothing, emoji, mixed = score(["", "☕☕☕", "ok"])
    assert nothing.language.label == nothing.intent.label == "unknown"
    assert emoji.language.label == "unknown"
    assert mixed.language.confidence < 0.9


STRANGE = {
    "long": "a" * 1_000_000,
    "emoji": "😀" * 5_000,
    "arabic": "مرحبا كيف حالك",
    "mixed": "שלום world 你好 мир",
    "override": "\u202eright to left override",
    "nul": "zero\u0000byte",
    "surrogate": "lone \ud83d surrogate",
    "marks": "?" * 3000,
    "handles": "@" * 3000,
}


def test_strange_texts_are_scored_like_any_other() -> None:
    rows = score(list(STRANGE.values()), workers=1)
    failed = [name for name, row in zip(STRANGE, rows, strict=True) if row.intent.label == "error"]
    assert not failed
    assert all(len(prepared(text)) <= LONGEST for text in STRANGE.values())


def test_a_classifier_that_crashes_dies_or_hangs_costs_that_text_only(stubborn: str) -> None:
    texts = ["fine one", "please crash", "fine two", "now die", "please hang", "fine three"]
    found = score(texts, {"intent": stubborn}, workers=1, patience_seconds=0.5)
    assert [row.intent.label for row in found] == [
        "praise",
        "error",
        "praise",
        "error",
        "error",
        "praise",
    ]
    assert all(row.sentiment.label != "error" for row in found)


def test_a_verdict_that_is_none_costs_that_text_only(stubborn: str) -> None:
    found = score(["fine", "nameless", "unsure"], {"intent": stubborn}, workers=1)
    assert [row.intent.label for row in found] == ["praise", "error", "error"]


def test_ones_own_classifier_changes_the_fingerprint_of_the_cache(stubborn: str) -> None:
    assert fingerprint({"intent": stubborn}) != fingerprint({})
    assert fingerprint({}) == fingerprint({})


def test_a_text_is_scored_once_by_its_hash_until_a_classifier_changes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    def counted(texts: list[str], names: dict[str, str], *, workers: int) -> list[Understanding]:
        asked.extend(texts)
        said = [Verdict("unknown", 0.5, 0.25 if "?" in text else None) for text in texts]
        return [Understanding(verdict, verdict, verdict, verdict) for verdict in said]

    monkeypatch.setattr(table, "score", counted)
    hub = duckdb.connect()
    hub.execute("""
        create table said as select * from (values ('a', 'where is it?'), ('b', 'where is it?'),
            ('c', '☕☕')) as rows (interaction_id, text), (values ('x')) as sources (source);
        create table turns as select source, interaction_id, interaction_id as thread_id,
            md5(text) as text_key, null as speaks_for, 'us' as addresses, 'inbound' as direction
            from said;
        create table turns_with_news as from turns""")

    def ask(known: str | None) -> int:
        asked.clear()
        made = table.understand(hub, hub.table("turns"), hub.table("said"), known, {})
        made.insert_into("known") if known else made.create("known")
        return len(asked)

    assert ask(None) == 2
    assert ask("known") == 0
    rows = hub.sql("select intent, sentiment_score from known order by 2").fetchall()
    assert rows == [("unknown", 0.25), ("unknown", None)]
    monkeypatch.setattr(table, "fingerprint", lambda classifiers: "newer")
    assert ask("known") == 2
    # what has no news is not looked at, but by other classifiers
    hub.execute("delete from turns_with_news; delete from known where text_key = md5('☕☕')")
    assert ask("known") == 0


def test_an_unknown_classifier_is_named_with_what_there_is() -> None:
    with pytest.raises(LookupError, match="no classifier named nobody for intent"):
        load("intent", "nobody")


def test_the_corpus_has_every_intent_in_several_languages() -> None:
    examples = written(variants=1)
    languages = {e.language for e in examples if e.intent == "crisis"}
    assert languages == {"en", "de", "fr", "es"}
    assert len({e.intent for e in examples}) == 7
