"""Pairs to bits of evidence: the model's comparisons, the ladder's rungs, what profiles show, and vetoes.

Everything is a pure function of two standardised records and the identifiers they share, so that an
edge can be computed at any time, by any run, with the same result.
"""

import re

import pyarrow as pa

from identity.config import Config
from identity.model import Model
from identity.profile_scoring import COLUMNS as PROFILE_COLUMNS
from identity.profile_scoring import profile_sql
from identity.rungs import rung_sql
from identity.standardise import RECORDS
from identity.terms import joins as term_joins
from identity.vetoes import veto_sql

# Bits that no score exceeds; a person's word counts more.
_MOST = 60.0
# Whether two given names may stand for one, as the model and the vetoes write it.
_AKIN = "list_has_any(l.roots, r.roots)"
_SIDE = re.compile(r"\b([lr])\.(\w+)")
# Bits from which two records are one although both names differ.
_STRANGERS = 15.0


def scored_sql(
    pairs: str, sides: str, records: str, terms: str, model: Model, config: Config, population: int
) -> tuple[str, str]:
    """Returns two SELECTs (l, r, mask, bits, veto, soft) of scored pairs: of contacts, and with profiles.

    To be run one after the other: what both need at once is more memory than either.

    Args:
        pairs: Relation (l, r, mask) of record keys, l < r, and the ladder bits they share.
        sides: Relation of `sides_sql`, of all contacts among the pairs.
        records: Standardised records.
        terms: Frozen shares of values.
        model: The trained model.
        config: Ladder and thresholds.
        population: Records that the prior reckons with.
    """
    contacts = contact_sql(pairs, sides, model, config, population)
    profiles = profile_sql(pairs, records, terms, config, population)
    written = "l, r, mask, CAST(bits AS FLOAT) AS bits, CAST(veto AS UTINYINT) AS veto, soft"
    return f"SELECT {written} FROM ({contacts})", f"SELECT {written} FROM ({profiles})"


def contact_sql(pairs: str, sides: str, model: Model, config: Config, population: int) -> str:
    """Returns the part of `scored_sql` for pairs of contacts."""
    names = [c["output_column_name"] for c in model.raw["comparisons"]]
    total = " + ".join(f"w_{name}" for name in names)
    prior = f"{model.prior_bits(population):.4f}"
    against = " + ".join(
        f"least(w_{n}, 0)" for n in ("given", "family", "birth", "middle", "sex") if n in names
    )
    rung = rung_sql(config.rungs(), named="w_family")
    return f"""
        SELECT l, r, mask, bits, false AS soft,
            CASE WHEN veto = 6 AND bits >= {_STRANGERS} THEN 0 ELSE veto END AS veto
        FROM (
            SELECT l, r, mask, veto,
                least(greatest({prior} + {total}, {rung} + {against or "0.0"}), {_MOST}) AS bits
            FROM ({contact_parts_sql(pairs, sides, model, config, population)})
        )"""


def contact_parts_sql(pairs: str, sides: str, model: Model, config: Config, population: int) -> str:
    """Returns a SELECT of a pair of contacts with `w_<comparison>` in bits and its veto."""
    columns = _columns(model, config, population)
    said = [c for c in columns if c.removeprefix("tf_") not in model.unsaid]
    both = ", ".join(
        [f"l.{c} AS {c}_l, r.{c} AS {c}_r" for c in said]
        + [f"{_nothing(c)} AS {c}_l, {_nothing(c)} AS {c}_r" for c in columns if c not in said]
    )
    compared = _SIDE.sub(r"p.\2_\1", _compared(model, config, population))
    # Roots hold the name itself: where each name has but one, the same root is the same name.
    akin = """CASE WHEN l.given = r.given THEN true WHEN contains(l.forms, ' ') OR contains(r.forms, ' ')
        THEN list_has_any(string_split(l.forms, ' '), string_split(r.forms, ' ')) ELSE false END"""
    return f"""
        SELECT p.l, p.r, p.mask, {compared},
            coalesce(p.given_l, p.family_l, p.given_r, p.family_r) IS NULL AS nameless
        FROM (
            SELECT p.l, p.r, p.mask, {akin} AS akin, {both}
            FROM {pairs} AS p INNER JOIN {sides} AS l ON p.l = l.rkey INNER JOIN {sides} AS r ON p.r = r.rkey
        ) AS p"""


def sides_sql(
    records: str,
    terms: str,
    model: Model,
    config: Config,
    population: int,
    pairs: str | None = None,
) -> str:
    """Returns a SELECT of what scoring reads of contacts, shares of their values (`tf_<column>`) included.

    Once per contact, as there are several pairs for each: a narrow table, and one look at the shares.

    Args:
        records: Standardised records.
        terms: Frozen shares of values.
        model: The trained model.
        config: Ladder.
        population: Records that the prior reckons with.
        pairs: Relation (l, r) of the pairs whose contacts are wanted, None for all contacts.
    """
    columns = _read(model, config, population)
    wanted = (
        f"WHERE rkey IN (SELECT l FROM {pairs} UNION ALL SELECT r FROM {pairs})" if pairs else ""
    )
    return _with_rarities(f"(FROM {records} {wanted})", terms, model, columns)


def rarities_sql(records: str, terms: str, model: Model) -> str:
    """Returns a SELECT of what `sides_sql` adds to records alone."""
    return _with_rarities(records, terms, model, [])


def _with_rarities(records: str, terms: str, model: Model, columns: list[str]) -> str:
    weighed = [c for c in model.term_columns if c not in model.unsaid]
    listed = "".join([f", s.{c}" for c in columns] + [f", t_{c}.tf AS tf_{c}" for c in weighed])
    return f"""
        SELECT s.rkey, array_to_string(s.roots, ' ') AS forms{listed} FROM {records} AS s
        {term_joins(weighed, terms, "s")} WHERE NOT s.profile"""


def _compared(model: Model, config: Config, population: int) -> str:
    """Returns the expressions `w_<comparison>` and `veto` over the aliases l, r and p (mask, akin)."""
    exprs = model.bits_sql(population)
    # An identifier that too many carry is no evidence in the model either.
    for rung in config.rungs():
        if rung.kind in exprs:
            exprs[rung.kind] = (
                f"CASE WHEN l.{rung.kind} = r.{rung.kind} AND p.mask & {rung.bit} = 0 THEN 0.0"
                f" ELSE {exprs[rung.kind]} END"
            )
    listed = ", ".join(f"{sql} AS w_{name}" for name, sql in exprs.items())
    return f"{listed}, {veto_sql(config)} AS veto".replace(_AKIN, "p.akin")


def _columns(model: Model, config: Config, population: int) -> list[str]:
    """Returns the columns of contacts that scoring reads."""
    read = {found[1] for found in _SIDE.findall(_compared(model, config, population))}
    return sorted({"given", "family", *read})


def read_columns(model: Model, config: Config, population: int) -> list[str]:
    """Returns the columns of standardised records that scoring and cutting read, of contacts or profiles."""
    contacts = _read(model, config, population)
    return sorted({"rkey", "profile", "verified", "platform", "roots", *contacts, *PROFILE_COLUMNS})


def _read(model: Model, config: Config, population: int) -> list[str]:
    """Returns the columns of contacts that scoring reads of records, without those in which nobody says anything."""
    columns = _columns(model, config, population)
    return [c for c in columns if not c.startswith("tf_") and c not in model.unsaid]


def _nothing(column: str) -> str:
    return "NULL::DOUBLE" if column.startswith("tf_") else "NULL::VARCHAR"


def text_columns(model: Model, config: Config) -> list[str]:
    """Returns the columns of text that scoring reads of contacts beside their names."""
    text = {f.name for f in RECORDS if f.type == pa.string()} - {"given", "family"}
    return [c for c in _columns(model, config, 2) if c in text]


def levels_sql(pairs: str, records: str, model: Model) -> str:
    """Returns a SELECT of a pair of contacts with `level_<comparison>`, the number of the level met."""
    listed = ", ".join(f"{sql} AS level_{name}" for name, sql in model.level_sql().items())
    return f"""
        SELECT p.l, p.r, {listed} FROM {pairs} AS p
        INNER JOIN {records} AS l ON p.l = l.rkey INNER JOIN {records} AS r ON p.r = r.rkey"""
