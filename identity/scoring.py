"""Pairs to bits of evidence: the model's comparisons, the ladder's rungs, what profiles show, and vetoes.

Everything is a pure function of two standardised records and the identifiers they share, so that an
edge can be computed at any time, by any run, with the same result.
"""

import re

from identity.config import Config
from identity.model import Model, within_edits
from identity.profile_scoring import COLUMNS as PROFILE_COLUMNS
from identity.profile_scoring import profile_sql
from identity.rungs import rung_sql
from identity.store import literal
from identity.terms import joins as term_joins

# Why two records must not be one, whatever else they share; the number is stored with the edge.
VETOES = {
    1: "a person and an organisation",
    2: "given names differ and no birth date supports the pair",
    3: "generations differ (junior, senior, II, III)",
    4: "a machine and a person",
    5: "two verified accounts of a platform where a person has one",
    6: "names differ, and too little else agrees",
    7: "a shared mailbox, phone or site, but birth dates a generation apart",
    8: "two ids of a source that keeps its ids distinct",
    9: "a person decided that these are two",
}
# Vetoes that weigh against a group rather than forbid it: one garbled name or date among many must not split it.
CLASHES = (2, 6, 7)
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
    both = ", ".join(f"l.{c} AS {c}_l, r.{c} AS {c}_r" for c in columns)
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
    columns = [c for c in _columns(model, config, population) if not c.startswith("tf_")]
    listed = ", ".join(
        [f"s.{c}" for c in columns] + [f"t_{c}.tf AS tf_{c}" for c in model.term_columns]
    )
    wanted = (
        f"AND s.rkey IN (SELECT l FROM {pairs} UNION ALL SELECT r FROM {pairs})" if pairs else ""
    )
    return f"""
        SELECT s.rkey, array_to_string(s.roots, ' ') AS forms, {listed} FROM {records} AS s
        {term_joins(model.term_columns, terms, "s")} WHERE NOT s.profile {wanted}"""


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
    return f"{listed}, {_veto_sql(config)} AS veto".replace(_AKIN, "p.akin")


def _columns(model: Model, config: Config, population: int) -> list[str]:
    """Returns the columns of contacts that scoring reads."""
    read = {found[1] for found in _SIDE.findall(_compared(model, config, population))}
    return sorted({"given", "family", *read})


def read_columns(model: Model, config: Config, population: int) -> list[str]:
    """Returns the columns of standardised records that scoring and cutting read, of contacts or profiles."""
    contacts = {c for c in _columns(model, config, population) if not c.startswith("tf_")}
    return sorted({"rkey", "profile", "verified", "platform", "roots", *contacts, *PROFILE_COLUMNS})


def levels_sql(pairs: str, records: str, model: Model) -> str:
    """Returns a SELECT of a pair of contacts with `level_<comparison>`, the number of the level met."""
    listed = ", ".join(f"{sql} AS level_{name}" for name, sql in model.level_sql().items())
    return f"""
        SELECT p.l, p.r, {listed} FROM {pairs} AS p
        INNER JOIN {records} AS l ON p.l = l.rkey INNER JOIN {records} AS r ON p.r = r.rkey"""


def _veto_sql(config: Config) -> str:
    """Returns the number of the veto between two contacts, 0 for none (see VETOES)."""
    same_id = within_edits("l.national_id", "r.national_id", 1)
    same_birth = within_edits("l.birth", "r.birth", 1)
    same_given = within_edits("l.given", "r.given", 1)
    clash = f"""l.given <> r.given AND NOT list_has_any(l.roots, r.roots)
            AND NOT ((length(l.given) = 1 OR length(r.given) = 1) AND l.given[1] = r.given[1])
            AND (jaro_winkler_similarity(l.given, r.given) < 0.8
                OR l.known AND r.known AND NOT {same_given})
            AND NOT starts_with(l.given, r.given) AND NOT starts_with(r.given, l.given)
            AND NOT coalesce(l.given = r.family OR r.given = l.family, false)
            AND NOT coalesce(contains(' ' || l.middle || ' ', ' ' || r.given || ' '), false)
            AND NOT coalesce(contains(' ' || r.middle || ' ', ' ' || l.given || ' '), false)"""
    strangers = "coalesce(jaro_winkler_similarity(l.family, r.family) < 0.8, false)"
    generation = "('jr', 'sr', 'ii', 'iii', 'iv')"
    # A generation apart: less is what typing errors do.
    dates = """length(l.birth) = 10 AND length(r.birth) = 10 AND substr(l.birth, 6, 2) <> substr(r.birth, 6, 2)
            AND right(l.birth, 2) <> right(r.birth, 2)
            AND abs(TRY_CAST(left(l.birth, 4) AS INTEGER) - TRY_CAST(left(r.birth, 4) AS INTEGER)) >= 15
            AND (levenshtein(l.birth, r.birth) > 6 OR damerau_levenshtein(l.birth, r.birth) > 3)"""
    # What families share is why namesakes of two generations look like one.
    shared = sum(r.bit for r in config.rungs() if r.kind in ("email", "phone", "url"))
    listed = ", ".join(literal(s) for s in config.distinct)
    kept = f"WHEN l.source = r.source AND l.source IN ({listed}) THEN 8" if listed else ""
    return f"""CASE
        {kept}
        WHEN l.kind <> r.kind AND least(l.kind, r.kind) = 'organisation' AND greatest(l.kind, r.kind) = 'person' THEN 1
        WHEN l.suffix <> r.suffix AND l.suffix IN {generation} AND r.suffix IN {generation}
            AND coalesce(l.birth <> r.birth, true) THEN 3
        WHEN {clash} THEN CASE
            WHEN {same_id} THEN 0
            WHEN NOT {same_birth} THEN 2
            WHEN {strangers} THEN 6
            ELSE 0 END
        WHEN p.mask & {shared} <> 0 AND {dates} AND NOT {same_id} THEN 7
        ELSE 0 END"""
