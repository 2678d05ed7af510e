"""Why a message went where it went, and what other rules would have done with it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from social.declared.conditions import columns_of, parts
from social.declared.models import Routing, Rule


@dataclass(frozen=True)
class Part:
    """One condition of a rule, whether it held, and the values it looked at."""

    condition: str
    held: bool
    values: dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """One rule and how it met the message."""

    rule: str
    fired: bool
    held: bool
    parts: list[Part]


@dataclass(frozen=True)
class Explanation:
    """All rules in their order, and what the log says was done."""

    source: str
    interaction_id: str
    rules: list[Asked]
    logged: dict[str, Any] = field(default_factory=dict)


class NothingKnownError(LookupError):
    """The snapshot does not have what was asked for; the text is a sentence."""


def explain(snapshot: Path, interaction: str, routing: Routing) -> Explanation:
    """Asks every rule about one message.

    Args:
        snapshot: The published hub.
        interaction: `SOURCE:ID`, or an id that only one source has.
        routing: The declared rules.

    Raises:
        NothingKnownError: No brand was spoken to there, or several sources have that id.
    """
    with _open(snapshot) as hub:
        # ids may hold colons themselves, as those of Bluesky do
        found = hub.execute(
            "select source, interaction_id from marts.routing_candidates "
            "where interaction_id = ? or source || ':' || interaction_id = ?",
            [interaction, interaction],
        ).fetchall()
        if len(found) != 1:
            many = "several sources have it: write SOURCE:ID"
            none = "it is unknown or nobody said it to a brand"
            raise NothingKnownError(
                f"{interaction} cannot be explained: {many if found else none}."
            )
        place = list(found[0])
        rules: list[Asked] = []
        taken = False
        for rule in routing.rules:
            pieces = [_part(hub, place, condition) for condition in parts(rule.when)]
            held = all(piece.held for piece in pieces)
            rules.append(Asked(rule.name, held and not taken, held, pieces))
            taken = taken or held
        cursor = hub.execute(
            """select rule, outcome, priority, team, addressee, routed_at, due_at, notify_at
            from marts.routing_log where source = ? and interaction_id = ?
            order by routed_at desc limit 1""",
            place,
        )
        row = cursor.fetchone()
        names = [column[0] for column in cursor.description or []]
        logged = dict(zip(names, row, strict=True)) if row else {}
    return Explanation(place[0], place[1], rules, logged)


def _part(hub: duckdb.DuckDBPyConnection, place: Sequence[str], condition: str) -> Part:
    columns = columns_of(condition)
    listed = "".join(f', "{name}"' for name in columns)
    row = hub.execute(
        f"select coalesce(({condition}), false){listed} from marts.routing_candidates "
        "where source = ? and interaction_id = ?",
        list(place),
    ).fetchone()
    assert row is not None  # noqa: S101 (the caller found the message)
    return Part(condition, bool(row[0]), dict(zip(columns, row[1:], strict=True)))


@dataclass(frozen=True)
class Change:
    """Messages that one rule took and another would have taken."""

    before: str | None
    after: str | None
    messages: int
    examples: list[str]


def replay(snapshot: Path, routing: Routing, since_seconds: int) -> list[Change]:
    """What these rules would have done with the messages of the last `since_seconds`.

    Args:
        snapshot: The published hub; its log says what was done.
        routing: The changed rules.
        since_seconds: How far back.
    """
    with _open(snapshot) as hub:
        rows = hub.execute(f"""
            with recent as (
                select *, {first_rule(routing.rules)} as rule_now
                from marts.routing_candidates
                where said_at > (select max(said_at) from marts.routing_candidates)
                    - to_seconds({int(since_seconds)})
            )
            select log.rule as before, recent.rule_now as after, count(*) as messages,
                list(
                    recent.source || ':' || recent.interaction_id order by recent.said_at desc
                )[1:3]
            from recent
            inner join marts.routing_log as log
                on recent.source = log.source and recent.interaction_id = log.interaction_id
                and recent.text_key = log.text_key
            group by log.rule, recent.rule_now
            order by before is not distinct from after, messages desc, before, after
        """).fetchall()
    return [Change(*row) for row in rows]


def first_rule(rules: Sequence[Rule]) -> str:
    """SQL for the first rule that fits, as the model has it."""
    if not rules:
        return "null::varchar"
    branches = " ".join(f"when ({rule.when}) then '{rule.name}'" for rule in rules)
    return f"case {branches} end"


def _open(snapshot: Path) -> duckdb.DuckDBPyConnection:
    if not snapshot.exists():
        raise NothingKnownError(f"nothing is published at {snapshot} yet; run `tessera run`.")
    hub = duckdb.connect(str(snapshot), read_only=True)
    # conditions come from a file: they may look at the hub and at nothing else
    hub.execute(
        "set timezone = 'UTC'; set enable_external_access = false; set lock_configuration = true"
    )
    return hub
