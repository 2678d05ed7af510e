"""What people decided: `confirm` two records are one, `never` they are, `lock` a set against change.

The file is JSON Lines under version control, one decision per line, later lines outrank earlier ones on
the same records; it outranks every rule and score.
{"verb": "never", "records": [["crm", "17"], ["x", "93"]], "by": "ann", "at": "2026-03-01T10:00:00+00:00", "why": "…"}
"""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from identity.config import Config
from identity.ladder import IdentityError
from identity.store import Store

VERBS = ("confirm", "never", "lock", "unlock", "undo")
# The bits of a pair that a person confirmed, and from which a pair is known as such: more than any evidence gives.
_CONFIRMED = 99.0
DECIDED = 90.0


@dataclass(frozen=True)
class Decision:
    """A person's word on some records."""

    verb: str
    records: tuple[tuple[str, str], ...]
    by: str
    at: str
    why: str


class DecisionError(IdentityError):
    """A decision that cannot be taken; the message says where and what to do."""


def read(path: Path | str | None) -> list[Decision]:
    """Returns the decisions of a file, oldest first; none where there is no file yet.

    Raises:
        DecisionError: A line is no decision.
    """
    return [decision for _, decision in numbered(path)]


def numbered(path: Path | str | None) -> list[tuple[int, Decision]]:
    """Returns the same with their lines, from 1."""
    if not path or not Path(path).exists():
        return []
    try:
        lines = Path(path).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise DecisionError(f"{path}: this is no text in UTF-8; save it as such") from None
    found = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        place = f"{path}:{number}"
        try:
            given = json.loads(line)
            records = tuple((_text(s), _text(i)) for s, i in given.pop("records"))
            decision = Decision(
                records=records, **{key: _text(said) for key, said in given.items()}
            )
        except (ValueError, TypeError, KeyError, AttributeError):
            example = '{"verb": "never", "records": [["crm", "17"], ["x", "93"]], "by": …, "at": …, "why": …}'
            raise DecisionError(f"{place}: this is no decision; write {example}") from None
        found.append((number, _valid(decision, place)))
    return found


def _text(said: object) -> str:
    """Returns a value that a decision may hold as text."""
    if isinstance(said, bool) or not isinstance(said, str | int):
        raise TypeError
    return str(said)


def decide(
    path: Path | str,
    verb: str,
    records: list[tuple[str, str]],
    *,
    by: str,
    why: str,
    at: datetime | None = None,
) -> Decision:
    """Appends a decision to the file and returns it.

    Raises:
        DecisionError: Unknown verb, too few records, or nobody and no reason named.
    """
    when = (at or datetime.now(UTC)).isoformat(timespec="seconds")
    decision = _valid(Decision(verb, tuple(records), by, when, why), "identity decide")
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(decision), ensure_ascii=False) + "\n")
    return decision


def _valid(decision: Decision, place: str) -> Decision:
    least = 1 if decision.verb in ("lock", "unlock") else 2
    if decision.verb not in VERBS:
        raise DecisionError(f"{place}: the verb must be one of {', '.join(VERBS)}")
    if len(set(decision.records)) < least:
        raise DecisionError(f"{place}: {decision.verb} needs at least {least} different records")
    if not decision.by.strip() or not decision.why.strip():
        raise DecisionError(f"{place}: say who decided (by) and why")
    return decision


def effective(taken: list[Decision]) -> list[tuple[tuple[str, str], tuple[str, str], str]]:
    """Returns (record, record, verb) in force: the last word on a pair wins; locks name their first record."""
    pairs: dict[tuple[tuple[str, str], tuple[str, str]], str] = {}
    locks: dict[tuple[str, str], tuple[str, str]] = {}
    for decision in taken:
        records = sorted(set(decision.records))
        if decision.verb in ("lock", "unlock"):
            for record in records:
                if decision.verb == "lock":
                    locks[record] = records[0]
                else:
                    locks.pop(record, None)
            continue
        for i, a in enumerate(records):
            for b in records[i + 1 :]:
                if decision.verb == "undo":
                    pairs.pop((a, b), None)
                else:
                    pairs[a, b] = decision.verb
    return [(a, b, verb) for (a, b), verb in pairs.items()] + [
        (a, b, "lock") for a, b in locks.items()
    ]


def behind(
    taken: list[Decision], a: tuple[str, str], b: tuple[str, str], *, one: bool
) -> Decision | None:
    """Returns the decision in force by which two records are `one`, or are not; None where nobody said so."""
    word: Decision | None = None
    locks: dict[tuple[str, str], Decision] = {}
    for decision in taken:
        for record in {a, b} & set(decision.records):
            if decision.verb == "lock":
                locks[record] = decision
            elif decision.verb == "unlock":
                locks.pop(record, None)
        if decision.verb not in ("lock", "unlock") and {a, b} <= set(decision.records):
            word = None if decision.verb == "undo" else decision
    word = word or locks.get(a) or locks.get(b)
    contrary = "never" if one else "confirm"
    return word if word and word.verb != contrary else None


def load(store: Store, config: Config, before: str | None = None) -> None:
    """Fills `decided` (l, r, verb) from the file; `before` names a temp table for what it held."""
    con, table = store.con, store.name("decided")
    if before:
        con.execute(f"CREATE OR REPLACE TEMP TABLE {before} AS FROM {table}")
    _asked(store, config)
    con.execute(f"DELETE FROM {table}")
    con.execute(f"INSERT INTO {table} FROM decided_now")


def changed(store: Store, config: Config) -> bool:
    """Returns whether the file says something else than the last run read."""
    _asked(store, config)
    table = store.name("decided")
    return bool(
        store.one(
            f"SELECT count(*) FROM ((FROM {table} EXCEPT FROM decided_now) UNION ALL (FROM decided_now EXCEPT FROM {table}))"
        )
    )


def _asked(store: Store, config: Config) -> None:
    rows = effective(read(config.decisions))
    store.con.execute("CREATE OR REPLACE TEMP TABLE said (a VARCHAR, b VARCHAR, verb VARCHAR)")
    if rows:
        store.con.executemany(
            "INSERT INTO said VALUES (?, ?, ?)",
            [("\x1f".join(a), "\x1f".join(b), verb) for a, b, verb in rows],
        )
    store.con.execute(
        """CREATE OR REPLACE TEMP TABLE decided_now AS
        SELECT CASE WHEN verb = 'lock' THEN a ELSE least(a, b) END AS l,
            CASE WHEN verb = 'lock' THEN b ELSE greatest(a, b) END AS r, verb
        FROM (SELECT md5_number_lower(a) AS a, md5_number_lower(b) AS b, verb FROM said)"""
    )


def apply(store: Store, dirty: str | None) -> None:
    """Lets decisions overrule the temp table `scored`.

    A lock confirms its records with its first one, and forbids every other link of theirs.
    """
    con, decided, records = store.con, store.name("decided"), store.name("records")
    if not store.one(f"SELECT count(*) FROM {decided}"):
        return
    touched = f"AND (d.l IN (FROM {dirty}) OR d.r IN (FROM {dirty}))" if dirty else ""
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE ruled AS
        SELECT least(d.l, d.r) AS l, greatest(d.l, d.r) AS r, any_value(d.verb) AS verb FROM {decided} AS d
        WHERE d.l <> d.r AND d.l IN (SELECT rkey FROM {records}) AND d.r IN (SELECT rkey FROM {records}) {touched}
        GROUP BY 1, 2"""
    )
    con.execute(
        f"""UPDATE scored SET veto = 9 WHERE coalesce(
            (SELECT any_value(r) FROM {decided} AS d WHERE d.verb = 'lock' AND d.l = scored.l), scored.l)
            <> coalesce((SELECT any_value(r) FROM {decided} AS d WHERE d.verb = 'lock' AND d.l = scored.r), scored.r)
        AND (scored.l IN (SELECT l FROM {decided} WHERE verb = 'lock')
            OR scored.r IN (SELECT l FROM {decided} WHERE verb = 'lock'))"""
    )
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE scored AS
        SELECT * FROM scored WHERE NOT EXISTS (SELECT 1 FROM ruled AS d WHERE d.l = scored.l AND d.r = scored.r)
        UNION ALL
        SELECT d.l, d.r, coalesce(s.mask, 0)::SMALLINT, CASE WHEN d.verb = 'never' THEN coalesce(s.bits, 0) ELSE {_CONFIRMED} END::FLOAT,
            CASE WHEN d.verb = 'never' THEN 9 ELSE 0 END::UTINYINT, false
        FROM ruled AS d LEFT JOIN scored AS s ON d.l = s.l AND d.r = s.r"""
    )
