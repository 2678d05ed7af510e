"""Why two contacts must not be one, as SQL over the aliases l and r."""

from identity.config import Config
from identity.model import within_edits
from identity.store import literal

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


def veto_sql(config: Config) -> str:
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
