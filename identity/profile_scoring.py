"""What a social profile shows of a contact, in bits: names, places, offices, sites and handles.

Each thing is counted once, wherever it shows: the family name in the display name, the handle or the
site's name is one piece of evidence, and so is the given name. What is left over speaks against the pair.
"""

from identity.config import Config
from identity.names import tokens
from identity.rungs import rung_sql
from identity.shares import rarest
from identity.vocabulary import words

# What is read of a contact and a profile.
COLUMNS = ("kind", "declared_kind", "profile", "given", "family", "roots", "givens", "middle", "city", "regions",
           "roles", "words", "display", "labels")  # fmt: skip
# What a contact `c` may be called, and the ways its name is written as one word: adalovelace, lovelaceada, alovelace.
# Made here for the few that meet a profile; a profile's are stored. `keys.shown_keys` says the same of all contacts, a
# part at a time: lists cost more there.
_GIVENS = """CASE WHEN c.profile THEN c.givens
    ELSE c.roots || list_filter(string_split(coalesce(c.middle, ''), ' '), lambda m: length(m) > 2) END"""
_COMBOS = """CASE WHEN c.profile OR c.given IS NULL OR c.family IS NULL THEN CAST([] AS VARCHAR[]) ELSE list_filter(
    list_transform(list_filter(c.roots, lambda r: length(r) > 1), lambda r: r || c.family)
    || list_transform(list_filter(c.roots, lambda r: length(r) > 1), lambda r: c.family || r)
    || [left(c.given, 1) || c.family], lambda f: length(f) >= 5) END"""
_BOTH_WAYS = 256 | 512
_ROLE, _OTHER_ROLE, _REGION, _OTHER_REGION, _CITY = 2.0, -4.0, 5.0, -3.0, 9.0


def profile_sql(pairs: str, records: str, terms: str, config: Config, population: int) -> str:
    """Returns a SELECT (l, r, mask, bits, veto, soft) of the pairs with a profile on either side or both."""
    weights = {r.name: r.weight for r in config.rungs()}
    bits = {r.name: r.bit for r in config.rungs()}
    declared = f"mask & {bits['declared_account']} <> 0"
    support = " + ".join(
        f"CASE WHEN mask & {bits[name]} <> 0 THEN {weights[name]} ELSE 0.0 END"
        for name in ("same_username", "same_site")
    )
    rung = rung_sql(config.rungs())
    return f"""
        SELECT l, r, mask,
            CASE
                WHEN mask & {_BOTH_WAYS} = {_BOTH_WAYS} THEN {weights["reciprocal_link"]}
                WHEN contact THEN greatest(
                    {rung} + CASE WHEN {declared} THEN 0.0 ELSE clash END,
                    -log2({max(128, population)}) + least(w_family + w_given, 30.0) + w_region + w_role + {support}
                )
                ELSE {rung} + clash
            END AS bits,
            -- A declared account outweighs a kind that was only guessed from words.
            CASE WHEN veto = 1 AND {declared} AND NOT both_declared THEN 0 ELSE veto END AS veto,
            {rung} < 0 AS soft
        FROM ({profile_parts_sql(pairs, records, terms, population)})"""


def profile_parts_sql(pairs: str, records: str, terms: str, population: int) -> str:
    """Returns a SELECT of such pairs with `w_family`, `w_given`, `w_region`, `w_role` in bits."""
    rare = rarest(population)
    # Lists are compared before the joins to `terms`: a list carried through several joins costs the most of all.
    return f"""
        SELECT
            s.* EXCLUDE (family, rarity, root, city),
            CASE WHEN contact AND family_seen OR NOT contact AND akin THEN 0.0 ELSE -12.0 END
            + CASE WHEN contact AND stranger THEN -6.0 ELSE 0.0 END AS clash,
            CASE WHEN family_said THEN least(log2(1 / coalesce(t_family.tf, {rare})), 18.0)
                WHEN family_seen THEN least(log2(1 / coalesce(t_family.tf, {rare})), 9.0) ELSE -6.0 END AS w_family,
            CASE WHEN given_said THEN least(log2(1 / coalesce(t_root.tf, {rare})), 12.0)
                WHEN stranger THEN -7.0 ELSE 0.0 END AS w_given,
            CASE WHEN same_city THEN least(log2(1 / coalesce(t_city.tf, {rare})), {_CITY})
                WHEN nowhere THEN 0.0
                WHEN same_region THEN {_REGION} ELSE {_OTHER_REGION} END AS w_region,
            CASE WHEN same_role THEN {_ROLE} WHEN other_office THEN {_OTHER_ROLE} ELSE 0.0 END AS w_role
        FROM ({_seen_sql(pairs, records)}) AS s
        LEFT JOIN {terms} AS t_family ON t_family.col = 'family' AND t_family.value = s.family
        LEFT JOIN {terms} AS t_root ON t_root.col = s.rarity AND t_root.value = s.root
        LEFT JOIN {terms} AS t_city ON t_city.col = 'city' AND t_city.value = s.city"""


def _seen_sql(pairs: str, records: str) -> str:
    """Returns where the contact's names show in the profile, and what else the two have in common."""
    places = sorted(
        {
            w
            for codes in words("regions").values()
            for ns in codes.values()
            for n in ns
            for w in tokens(n)
        }
    )
    codes = sorted({c.lower() for codes in words("regions").values() for c in codes})
    elsewhere = ", ".join(f"'{w}'" for w in (*places, *codes))
    offices = "[" + ", ".join(f"'{r}'" for r in words("titles")["exclusive"]) + "]"
    return f"""
        SELECT
            l, r, mask, contact, family, rarity, root, city, akin, both_declared, veto,
            family IS NOT NULL AND (list_contains(words, family) OR full_label
                OR list_contains(labels, family)) AS family_said,
            family IS NOT NULL AND (list_contains(words, family) OR full_label
                OR (length(family) >= 5 AND contains(label_text, family))) AS family_seen,
            family IS NOT NULL AND (given_shown OR full_label) AS given_said,
            -- A word beside the family name that is no form of the given names: somebody else's. As a CASE, since
            -- an AND computes all its sides for every row.
            CASE WHEN family IS NOT NULL AND NOT given_shown AND NOT full_label AND list_contains(display, family)
                THEN len(list_filter(display, lambda w:
                    length(w) > 2 AND NOT contains(family, w) AND NOT contains(w, family)
                    AND NOT starts_with(w, given[1:3]) AND w NOT IN ({elsewhere}))) > 0
                ELSE false END AS stranger,
            city_l = city_r AS same_city, regions_l = [] OR regions_r = [] AS nowhere,
            list_has_any(regions_l, regions_r) AS same_region, list_has_any(roles_l, roles_r) AS same_role,
            list_has_any(roles_l, {offices}) AND list_has_any(roles_r, {offices}) AS other_office
        FROM (
            SELECT *, list_has_any(shown, givens) AS given_shown,
                CASE WHEN label_text = '' THEN false WHEN list_has_any(labels, combos) THEN true
                    ELSE len(list_filter(combos, lambda c: length(c) >= 7 AND contains(label_text, c))) > 0
                    END AS full_label
            FROM ({_sides_sql(pairs, records)})
        )"""


def _sides_sql(pairs: str, records: str) -> str:
    """Returns the columns of the contact `c` and the profile `q` of each pair, whichever side they are on.

    The sides are told apart by key, before any list is carried along: of two profiles one stands for the contact.
    """
    return f"""
        SELECT p.l, p.r, p.mask, NOT c.profile AS contact,
            c.family, c.given, {_GIVENS} AS givens, {_COMBOS} AS combos,
            -- How rare the name is that both say, else a name that it may stand for.
            CASE WHEN list_contains(q.display, c.given) THEN 'given' ELSE 'root' END AS rarity,
            CASE WHEN list_contains(q.display, c.given) THEN c.given ELSE c.roots[1] END AS root, c.city,
            q.givens AS shown, q.words, q.display, q.labels, array_to_string(q.labels, '|') AS label_text,
            c.city AS city_l, q.city AS city_r, c.regions AS regions_l, q.regions AS regions_r,
            c.roles AS roles_l, q.roles AS roles_r,
            list_has_any(c.words, q.words) AS akin,
            c.declared_kind AND q.declared_kind AS both_declared,
            CASE
                WHEN c.kind IN ('person', 'organisation') AND q.kind IN ('person', 'organisation')
                    AND c.kind <> q.kind THEN 1
                WHEN (c.kind = 'bot') <> (q.kind = 'bot') THEN 4
                ELSE 0
            END AS veto
        FROM (
            SELECT p.l, p.r, p.mask, CASE WHEN l.profile THEN p.r ELSE p.l END AS contact_key,
                CASE WHEN l.profile THEN p.l ELSE p.r END AS profile_key
            FROM {pairs} AS p INNER JOIN {records} AS l ON p.l = l.rkey INNER JOIN {records} AS r ON p.r = r.rkey
            WHERE l.profile OR r.profile
        ) AS p
        INNER JOIN {records} AS c ON p.contact_key = c.rkey
        INNER JOIN {records} AS q ON p.profile_key = q.rkey"""
