"""Scores the texts that no run has scored before (the model `int_text_understanding`)."""

from typing import Any

import pyarrow as pa

from social.understanding.interface import ASPECTS
from social.understanding.scoring import fingerprint, score

CHUNK = 100_000  # texts in memory at once
FEW = 20_000
SCHEMA = pa.schema(
    [
        ("text_key", pa.string()),
        ("classifiers", pa.string()),
        *((name, pa.string()) for name in ASPECTS),
        *((f"{name}_confidence", pa.float64()) for name in ASPECTS),
        ("sentiment_score", pa.float64()),
    ]
)


def understand(
    connection: Any, turns: Any, said: Any, known: str | None, classifiers: dict[str, str]
) -> pa.Table:
    """Verdicts on texts of customers in threads with a brand, where `known` holds none.

    Args:
        connection: The DuckDB connection of the run.
        turns: Relation `turns`.
        said: Relation `interactions` with the texts.
        known: Table of texts scored before; None at the first time.
        classifiers: Aspect to the name of a classifier, where not the built-in one.
    """
    stamp = fingerprint(classifiers)
    connection.register("turns_to_understand", turns)
    connection.register("said_to_understand", said)
    scored = (
        f"anti join (select text_key from {known} where classifiers = '{stamp}') as scored "
        "on turns.text_key = scored.text_key"
        if known
        else ""
    )
    connection.execute(f"""
        create or replace temp table news as
        select turns.source, turns.interaction_id, turns.thread_id, turns.text_key
        from turns_to_understand as turns {scored}
        where turns.text_key is not null and turns.speaks_for is null
    """)
    connection.execute("""
        create or replace temp table unscored as
        select arg_min(source, interaction_id) as source, min(interaction_id) as interaction_id,
            text_key
        from news
        semi join (
            select source, thread_id from turns_to_understand
            where speaks_for is not null or addresses is not null or direction = 'inbound'
        ) as ours on news.source = ours.source and news.thread_id = ours.thread_id
        group by text_key
    """)
    tables = []
    keys = connection.execute("""
        select unscored.text_key, said.text
        from unscored
        inner join said_to_understand as said
            on unscored.source = said.source and unscored.interaction_id = said.interaction_id
    """)
    while rows := keys.fetchmany(CHUNK):
        tables.append(
            _scored([key for key, _ in rows], [text for _, text in rows], stamp, classifiers)
        )
    connection.execute("drop table unscored; drop table news")
    for name in ("turns_to_understand", "said_to_understand"):
        connection.unregister(name)
    return pa.concat_tables(tables) if tables else SCHEMA.empty_table()


def _scored(keys: list[str], texts: list[str], stamp: str, classifiers: dict[str, str]) -> pa.Table:
    # a second process is worth its start only for many texts
    found = score(texts, classifiers, workers=2 if len(texts) > FEW else 1)
    columns: dict[str, Any] = {"text_key": keys, "classifiers": [stamp] * len(keys)}
    for aspect in ASPECTS:
        verdicts = [getattr(row, aspect) for row in found]
        columns[aspect] = [verdict.label for verdict in verdicts]
        columns[f"{aspect}_confidence"] = [verdict.confidence for verdict in verdicts]
    columns["sentiment_score"] = [row.sentiment.score for row in found]
    return pa.table(columns, schema=SCHEMA)
