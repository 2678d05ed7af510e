"""Scores the texts that no run has scored before (the model `int_text_understanding`)."""

import math
from typing import Any

import numpy as np

from social.told import literal
from social.understanding.interface import ASPECTS
from social.understanding.scoring import fingerprint, score

CHUNK = 100_000  # texts in memory at once
FEW = 20_000
# Turns of threads with something new, as the model's pre-hook leaves them where texts are known.
NEWS = "turns_with_news"
COLUMNS = ", ".join(
    [
        "text_key varchar",
        "classifiers varchar",
        *(f"{name} varchar" for name in ASPECTS),
        *(f"{name}_confidence double" for name in ASPECTS),
        "sentiment_score double",
    ]
)


def understand(
    connection: Any, turns: Any, said: Any, known: str | None, classifiers: dict[str, str]
) -> Any:
    """Relation of verdicts on texts of customers in threads with a brand, where `known` holds none.

    Args:
        connection: The DuckDB connection of the run.
        turns: Relation `turns`.
        said: Relation `interactions` with the texts.
        known: Table of texts scored before, beside which there is a table `NEWS`; None at the
            first time.
        classifiers: Aspect to the name of a classifier, where not the built-in one.
    """
    stamp = fingerprint(classifiers)
    connection.register("turns_to_understand", turns)
    connection.register("said_to_understand", said)
    turns_now = "turns_to_understand"
    if known and not _forgotten(connection, known, stamp):
        turns_now = NEWS
    connection.execute(f"""
        create or replace temp table unscored as
        select arg_min(turns.source, turns.interaction_id) as source,
            min(turns.interaction_id) as interaction_id, turns.text_key
        from {turns_now} as turns
        semi join (
            select source, thread_id from {turns_now}
            where speaks_for is not null or addresses is not null or direction = 'inbound'
        ) as ours on turns.source = ours.source and turns.thread_id = ours.thread_id
        where turns.text_key is not null and turns.speaks_for is null
        group by turns.text_key
    """)
    if known:
        connection.execute(f"""
            delete from unscored
            where text_key in (select text_key from {known} semi join unscored using (text_key))
        """)
    connection.execute("""
        create or replace temp table texts as
        select row_number() over (order by unscored.text_key) - 1 as place, unscored.text_key,
            said.text
        from unscored
        inner join said_to_understand as said
            on unscored.source = said.source and unscored.interaction_id = said.interaction_id
    """)
    connection.execute(f"create or replace temp table verdicts ({COLUMNS})")
    (count,) = connection.execute("select count(*) from texts").fetchone()
    for start in range(0, count, CHUNK):
        _score(connection, start, min(CHUNK, count - start), stamp, classifiers)
    connection.execute("drop table texts; drop table unscored")
    for name in ("turns_to_understand", "said_to_understand"):
        connection.unregister(name)
    return connection.table("verdicts")


def _forgotten(connection: Any, known: str, stamp: str) -> bool:
    """Whether other classifiers scored some of the texts; those verdicts leave.

    With them leave texts that nobody asks for any more, so that the next run has nothing to forget.
    """
    other = f"from {known} where classifiers <> {literal(stamp)}"
    (found,) = connection.execute(f"select count(*) {other}").fetchone()
    if found:
        connection.execute(f"delete {other}")
    return bool(found)


def _score(connection: Any, start: int, many: int, stamp: str, classifiers: dict[str, str]) -> None:
    """Scores `many` texts from place `start` on.

    Verdicts go back as numbers, labels as places in a list: a column of texts would cost more to
    hand over than its scoring.
    """
    rows = connection.execute(
        f"select text from texts where place >= {start} and place < {start + many} order by place"
    ).fetchall()
    # a second process is worth its start only for many texts
    found = score([text for (text,) in rows], classifiers, workers=2 if many > FEW else 1)
    columns: dict[str, Any] = {"place": np.arange(start, start + many, dtype=np.int64)}
    lists: list[list[str]] = []
    for aspect in ASPECTS:
        verdicts = [getattr(row, aspect) for row in found]
        labels = sorted({verdict.label for verdict in verdicts})
        places = {label: i for i, label in enumerate(labels, 1)}
        columns[aspect] = np.array([places[v.label] for v in verdicts], dtype=np.int64)
        columns[f"{aspect}_confidence"] = np.array([v.confidence for v in verdicts])
        lists.append(labels)
    # no score is no number, which becomes null
    scores = [math.nan if v.sentiment.score is None else v.sentiment.score for v in found]
    columns["sentiment_score"] = np.array(scores)
    connection.register("scored_now", columns)
    labelled = ", ".join(
        f"[{', '.join(map(literal, labels))}][{aspect}]"
        for aspect, labels in zip(ASPECTS, lists, strict=True)
    )
    confidences = ", ".join(f"{aspect}_confidence" for aspect in ASPECTS)
    connection.execute(
        f"""insert into verdicts
        select texts.text_key, {literal(stamp)}, {labelled}, {confidences},
            case when not isnan(sentiment_score) then sentiment_score end
        from scored_now inner join texts using (place)"""
    )
    connection.unregister("scored_now")
