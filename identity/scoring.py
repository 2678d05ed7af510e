"""Pairs to bits of evidence: the model's comparisons, the ladder's rungs, what profiles show, and vetoes.

Everything is a pure function of two standardised records and the identifiers they share, so that an
edge can be computed at any time, by any run, with the same result.
"""

from identity.config import Config, Rung
from identity.model import Model

# Why two records must not be one, whatever else they share; the number is stored with the edge.
VETOES = {
    1: "a person and an organisation",
    2: "given names differ and no birth date supports the pair",
    3: "generations differ (junior, senior, II, III)",
    4: "a machine and a person",
    5: "two verified accounts of a platform where a person has one",
    6: "both names differ and too little else agrees",
    9: "a person decided that these are two",
}
# Vetoes that weigh against a group rather than forbid it: one garbled name among many must not split it.
CLASHES = (2, 6)
_FORWARD, _BACKWARD = 256, 512
# Bits from which two records are one although both names differ.
_STRANGERS = 15.0


def scored_sql(pairs: str, records: str, model: Model, config: Config, population: int) -> str:
    """Returns a SELECT (l, r, mask, bits, veto, soft) of scored pairs.

    Args:
        pairs: Relation (l, r, mask) of record keys, l < r, and the ladder bits they share.
        records: Standardised records with term frequencies.
        model: The trained model.
        config: Ladder and thresholds.
        population: Records that the prior reckons with.
    """
    return f"""
        SELECT l, r, mask, CAST(bits AS FLOAT) AS bits, CAST(veto AS UTINYINT) AS veto, soft FROM (
            {contact_sql(pairs, records, model, config, population)}
            UNION ALL
            {profile_sql(pairs, records, config, population)}
        )"""


def contact_sql(pairs: str, records: str, model: Model, config: Config, population: int) -> str:
    """Returns the part of `scored_sql` for pairs of contacts."""
    exprs = model.bits_sql()
    listed = ", ".join(f"{sql} AS w_{name}" for name, sql in exprs.items())
    total = " + ".join(f"w_{name}" for name in exprs)
    prior = f"{model.prior_bits(population):.4f}"
    against = " + ".join(
        f"least(w_{n}, 0)" for n in ("given", "family", "birth", "middle", "sex") if n in exprs
    )
    return f"""
        SELECT l, r, mask, bits, CASE WHEN veto = 6 AND bits >= {_STRANGERS} THEN 0 ELSE veto END AS veto,
            false AS soft
        FROM (
            SELECT *, greatest({prior} + {total}, {_rung_sql(config.rungs())} + {against or "0.0"}) AS bits FROM (
            SELECT p.l, p.r, p.mask, {listed}, {_veto_sql()} AS veto
            FROM {pairs} AS p
            INNER JOIN {records} AS l ON p.l = l.rkey
            INNER JOIN {records} AS r ON p.r = r.rkey
            WHERE NOT l.profile AND NOT r.profile
        ))"""


def _rung_sql(rungs: list[Rung]) -> str:
    """Returns the weight of the strongest rung in `mask` that links by itself, -100 without one."""
    cases = " ".join(
        f"WHEN mask & {r.bit} <> 0 THEN {r.weight}" for r in rungs if r.alone and r.bit > 1
    )
    return f"CASE {cases} ELSE -100.0 END"


def _veto_sql() -> str:
    """Returns the number of the veto between two contacts, 0 for none (see VETOES)."""
    same_id = "coalesce(damerau_levenshtein(l.national_id, r.national_id) <= 1, false)"
    clash = """l.given <> r.given AND NOT list_has_any(l.roots, r.roots)
            AND NOT ((length(l.given) = 1 OR length(r.given) = 1) AND l.given[1] = r.given[1])
            AND jaro_winkler_similarity(l.given, r.given) < 0.8
            AND NOT starts_with(l.given, r.given) AND NOT starts_with(r.given, l.given)
            AND NOT coalesce(l.given = r.family OR r.given = l.family, false)
            AND NOT coalesce(contains(' ' || l.middle || ' ', ' ' || r.given || ' '), false)
            AND NOT coalesce(contains(' ' || r.middle || ' ', ' ' || l.given || ' '), false)"""
    strangers = "coalesce(jaro_winkler_similarity(l.family, r.family) < 0.8, false)"
    unlike = "coalesce(damerau_levenshtein(l.birth, r.birth) > 1, true)"
    generation = "('jr', 'sr', 'ii', 'iii', 'iv')"
    return f"""CASE
        WHEN least(l.kind, r.kind) = 'organisation' AND greatest(l.kind, r.kind) = 'person' THEN 1
        WHEN l.suffix <> r.suffix AND l.suffix IN {generation} AND r.suffix IN {generation}
            AND coalesce(l.birth <> r.birth, true) THEN 3
        WHEN {clash} AND NOT {same_id} AND {unlike} THEN 2
        WHEN {clash} AND NOT {same_id} AND {strangers} THEN 6
        ELSE 0 END"""


def profile_sql(pairs: str, records: str, config: Config, population: int) -> str:
    """Returns the part of `scored_sql` for pairs with a profile (a contact and an account, two accounts).

    Each thing is counted once, wherever it shows: the family name in the display name, the handle or the
    site's name is one piece of evidence; so is the given name. What is left over speaks against the pair.
    """
    weights = {r.name: r.weight for r in config.rungs()}
    bits = {r.name: r.bit for r in config.rungs()}
    size = max(128, population)
    username = f"CASE WHEN mask & {bits['same_username']} <> 0 THEN {weights['same_username']} ELSE 0.0 END"
    site = f"CASE WHEN mask & {bits['same_site']} <> 0 THEN {weights['same_site']} ELSE 0.0 END"
    both_ways = f"mask & {_FORWARD | _BACKWARD} = {_FORWARD | _BACKWARD}"
    return f"""
        SELECT l, r, mask,
            CASE
                WHEN {both_ways} THEN {weights["reciprocal_link"]}
                WHEN contact THEN greatest(
                    {_rung_sql(config.rungs())} + CASE WHEN mask & {bits["declared_account"]} <> 0 THEN 0.0 ELSE clash END,
                    -log2({size}) + least(w_family + w_given, 30.0) + w_region + w_role + {username} + {site})
                ELSE {_rung_sql(config.rungs())} + clash
            END AS bits,
            CASE WHEN veto = 1 AND mask & {bits["declared_account"]} <> 0 AND NOT both_declared THEN 0
                ELSE veto END AS veto,
            coalesce({_rung_sql(config.rungs())} < 0, true) AS soft
        FROM (
            SELECT
                *,
                CASE WHEN contact AND family_seen OR NOT contact AND akin THEN 0.0 ELSE -12.0 END
                + CASE WHEN contact AND stranger THEN -6.0 ELSE 0.0 END AS clash,
                CASE WHEN family_said THEN least(log2(1 / tf_family), 18.0)
                    WHEN family_seen THEN least(log2(1 / tf_family), 9.0) ELSE -6.0 END AS w_family,
                CASE WHEN given_said THEN least(log2(1 / tf_root), 12.0) WHEN stranger THEN -7.0 ELSE 0.0 END
                    AS w_given,
                CASE WHEN regions_l = [] OR regions_r = [] THEN 0.0
                    WHEN list_has_any(regions_l, regions_r) THEN 5.0 ELSE -3.0 END AS w_region,
                CASE WHEN roles_l = [] OR roles_r = [] THEN 0.0
                    WHEN list_has_any(roles_l, roles_r) THEN 2.0 ELSE -4.0 END AS w_role
            FROM (
                SELECT
                    *,
                    family IS NOT NULL AND (list_contains(words, family) OR full_label
                        OR list_contains(labels, family)) AS family_said,
                    family IS NOT NULL AND (list_contains(words, family) OR full_label
                        OR (length(family) >= 5 AND contains(label_text, family))) AS family_seen,
                    family IS NOT NULL AND (list_has_any(shown, givens) OR full_label) AS given_said,
                    -- A word beside the family name that is no form of the given names: somebody else's.
                    family IS NOT NULL AND list_contains(words, family) AND NOT list_has_any(shown, givens)
                        AND NOT full_label AND len(list_filter(words, lambda w:
                            length(w) > 2 AND NOT contains(family, w) AND NOT contains(w, family)
                            AND NOT starts_with(w, given[1:3]))) > 0 AS stranger
                FROM (
                    SELECT p.l, p.r, p.mask, l.profile <> r.profile AS contact,
                        {_either("family")} AS family, {_either("given")} AS given,
                        {_either("tf_family")} AS tf_family, {_either("tf_root")} AS tf_root,
                        {_either("givens")} AS givens, {_profile("givens")} AS shown,
                        {_profile("words")} AS words, {_profile("labels")} AS labels,
                        array_to_string({_profile("labels")}, '|') AS label_text,
                        l.regions AS regions_l, r.regions AS regions_r, l.roles AS roles_l, r.roles AS roles_r,
                        list_has_any({_profile("labels")}, {_either("combos")})
                            OR len(list_filter({_either("combos")}, lambda c: length(c) >= 7
                                AND contains(array_to_string({_profile("labels")}, '|'), c))) > 0 AS full_label,
                        list_has_any(l.words, r.words) AS akin,
                        l.declared_kind AND r.declared_kind AS both_declared,
                        CASE
                            WHEN l.kind IN ('person', 'organisation') AND r.kind IN ('person', 'organisation')
                                AND l.kind <> r.kind THEN 1
                            WHEN (l.kind = 'bot') <> (r.kind = 'bot') THEN 4
                            ELSE 0
                        END AS veto
                    FROM {pairs} AS p
                    INNER JOIN {records} AS l ON p.l = l.rkey
                    INNER JOIN {records} AS r ON p.r = r.rkey
                    WHERE l.profile OR r.profile
                )
            )
        )"""


def _either(column: str) -> str:
    """Returns the contact's side of a pair of contact and profile."""
    return f"CASE WHEN l.profile THEN r.{column} ELSE l.{column} END"


def _profile(column: str) -> str:
    return f"CASE WHEN l.profile THEN l.{column} ELSE r.{column} END"
