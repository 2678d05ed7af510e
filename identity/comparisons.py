"""What is compared between two contacts, and how alike counts as alike: Splink's comparisons and levels.

One condition per level, first match wins, written over `column_l` and `column_r` as Splink writes them, so
that the trained model is a Splink settings file that Splink itself can load, chart and predict with.
"""

from typing import Any

from identity.levels import Comparison, Level, as_splink, digits_off, near, plain

# Many names serve as given and as family name: that one of them stands on the other side means something only
# where the rest does too, or where there is no rest.
_SWAPPED = (
    "(family_l <> family_r AND (given_l = family_r AND jaro_winkler_similarity(given_r, family_l) >= 0.7"
    " OR given_r = family_l AND jaro_winkler_similarity(given_l, family_r) >= 0.7))"
)
_GIVEN = Comparison(
    "given",
    ("given",),
    "given_l IS NULL OR given_r IS NULL",
    (
        Level("given_l = given_r", "same", 0.72, 0.006, "given"),
        Level(_SWAPPED, "swapped with family name", 0.02, 0.00001),
        Level("list_has_any(roots_l, roots_r)", "diminutive", 0.06, 0.004),
        Level(
            "(length(given_l) = 1 OR length(given_r) = 1) AND left(given_l, 1) = left(given_r, 1)",
            "initial", 0.02, 0.01,
        ),
        Level(
            "known_l AND known_r AND jaro_winkler_similarity(given_l, given_r) >= 0.8"
            " AND NOT starts_with(given_l, given_r) AND NOT starts_with(given_r, given_l)",
            "another name, written alike", 0.01, 0.01,
        ),
        Level(
            "length(given_l) > 3 AND " + near("given", 1)
            + " OR jaro_winkler_similarity(given_l, given_r) >= 0.93",
            "one typing error", 0.09, 0.002,
        ),
        Level(
            "given_l = family_r AND family_l IS NULL OR given_r = family_l AND family_r IS NULL",
            "stands as family name", 0.01, 0.001,
        ),
        Level("jaro_winkler_similarity(given_l, given_r) >= 0.8", "alike", 0.05, 0.015),
    ),
    (0.04, 0.96),
)  # fmt: skip
_FAMILY = Comparison(
    "family",
    ("family",),
    f"family_l IS NULL OR family_r IS NULL OR coalesce({_SWAPPED}, false)",
    (
        Level("family_l = family_r", "same", 0.78, 0.001, "family"),
        Level(
            "length(family_l) > 3 AND " + near("family", 1)
            + " OR jaro_winkler_similarity(family_l, family_r) >= 0.94",
            "one typing error", 0.12, 0.001,
        ),
        Level(
            "length(least(family_l, family_r)) >= 4"
            " AND (contains(family_l, family_r) OR contains(family_r, family_l))",
            "part of a double name", 0.02, 0.0005,
        ),
        Level(
            "family_l = given_r AND given_l IS NULL OR family_r = given_l AND given_r IS NULL",
            "stands as given name", 0.01, 0.001,
        ),
        Level("jaro_winkler_similarity(family_l, family_r) >= 0.85", "alike", 0.03, 0.005),
    ),
    (0.04, 0.99),
)  # fmt: skip
_BIRTH = Comparison(
    "birth",
    ("birth",),
    "birth_l IS NULL OR birth_r IS NULL",
    (
        Level("birth_l = birth_r AND length(birth_l) = 10", "same day", 0.80, 0.00004),
        Level(
            "length(birth_l) <> length(birth_r) AND (starts_with(birth_l, birth_r) OR starts_with(birth_r, birth_l))"
            " OR birth_l = birth_r",
            "same as far as known", 0.02, 0.01,
        ),
        Level(digits_off(1), "one digit off", 0.09, 0.0008),
        Level(
            "length(birth_l) = 10 AND left(birth_l, 4) = left(birth_r, 4)"
            " AND substr(birth_l, 6, 2) = right(birth_r, 2) AND right(birth_l, 2) = substr(birth_r, 6, 2)",
            "day and month swapped", 0.02, 0.00003,
        ),
        Level(
            "length(birth_l) = 10 AND length(birth_r) = 10 AND left(birth_l, 4) = left(birth_r, 4)"
            " AND (substr(birth_l, 6, 2) = substr(birth_r, 6, 2) OR right(birth_l, 2) = right(birth_r, 2))",
            "another day or month", 0.02, 0.0014,
        ),
        Level(
            "length(birth_l) = 10 AND length(birth_r) = 10 AND right(birth_l, 5) = right(birth_r, 5)",
            "another year", 0.01, 0.0027,
        ),
        Level(digits_off(2), "two digits off", 0.02, 0.009),
        Level("left(birth_l, 4) = left(birth_r, 4)", "same year", 0.01, 0.01),
    ),
    (0.02, 0.97),
)  # fmt: skip
_EMAIL = Comparison(
    "email",
    ("email",),
    "email_l IS NULL OR email_r IS NULL",
    (
        Level("email_l = email_r", "same", 0.70, 0.00001),
        Level("mailbox_l = mailbox_r", "same local part", 0.08, 0.00005),
        Level(
            "least(length(mailbox_l), length(mailbox_r)) >= 5"
            " AND jaro_winkler_similarity(email_l, email_r) >= 0.92"
            " AND damerau_levenshtein(email_l, email_r) <= 2",
            "typing errors", 0.10, 0.00002,
        ),
        Level("jaro_winkler_similarity(mailbox_l, mailbox_r) >= 0.9", "local parts alike", 0.04, 0.002),
    ),
    (0.08, 0.99),
)  # fmt: skip
_PHONE = Comparison(
    "phone",
    ("phone",),
    "phone_l IS NULL OR phone_r IS NULL",
    (
        Level("phone_l = phone_r", "same", 0.65, 0.00001),
        Level(near("phone", 1), "one digit off", 0.08, 0.002),
    ),
    (0.27, 0.99),
)  # fmt: skip
_PLACE = "coalesce({0}_l = {0}_r, false)"
_ADDRESS = Comparison(
    "address",
    ("street", "postal", "city", "region"),
    "(street_l IS NULL OR street_r IS NULL) AND (postal_l IS NULL OR postal_r IS NULL)"
    " AND (city_l IS NULL OR city_r IS NULL) AND (region_l IS NULL OR region_r IS NULL)",
    (
        Level(
            f"street_l = street_r AND ({_PLACE.format('postal')} OR {_PLACE.format('city')})",
            "same street and place", 0.35, 0.00001,
        ),
        Level(
            f"jaro_winkler_similarity(street_l, street_r) >= 0.88 AND ({_PLACE.format('postal')}"
            f" OR {_PLACE.format('city')})",
            "street alike, same place", 0.10, 0.00002,
        ),
        Level("jaro_winkler_similarity(street_l, street_r) >= 0.93", "street alike", 0.05, 0.00005),
        Level("postal_l = postal_r", "same postal code", 0.12, 0.001, "postal"),
        Level("city_l = city_r", "same city", 0.15, 0.008, "city"),
        Level("length(postal_l) > 3 AND " + near("postal", 1), "postal code one off", 0.03, 0.002),
        Level("length(city_l) > 3 AND jaro_winkler_similarity(city_l, city_r) >= 0.88", "city alike", 0.05, 0.004),
        Level("length(postal_l) > 4 AND length(postal_r) > 4 AND left(postal_l, 3) = left(postal_r, 3)", "near by", 0.04, 0.01),
        Level("region_l = region_r", "same region", 0.06, 0.06),
    ),
    (0.10, 0.92),
)  # fmt: skip
_NATIONAL = Comparison(
    "national_id",
    ("national_id",),
    "national_id_l IS NULL OR national_id_r IS NULL",
    (
        Level("national_id_l = national_id_r", "same", 0.85, 0.000001),
        Level(near("national_id", 1), "one digit off", 0.10, 0.00001),
        Level(near("national_id", 2), "two digits off", 0.02, 0.0005),
    ),
    (0.03, 0.999),
)  # fmt: skip
_MIDDLE = Comparison(
    "middle",
    ("middle",),
    "middle_l IS NULL OR middle_r IS NULL",
    (
        Level("middle_l = middle_r", "same", 0.70, 0.02, "middle"),
        Level("left(middle_l, 1) = left(middle_r, 1)", "same initial", 0.20, 0.08),
    ),
    (0.10, 0.90),
)


COMPARISONS = (
    _GIVEN, _FAMILY, _BIRTH, _EMAIL, _PHONE, _ADDRESS, _NATIONAL, _MIDDLE,
    plain("birth_place", 0.8, 0.02, 0.88), plain("occupation", 0.5, 0.02),
    plain("company", 0.5, 0.002, 0.9), plain("sex", 0.97, 0.5),
)  # fmt: skip


def settings(comparisons: tuple[Comparison, ...] = COMPARISONS) -> dict[str, Any]:
    """Returns Splink settings holding these comparisons with their first guesses."""
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "rkey",
        "probability_two_random_records_match": 1e-6,
        "blocking_rules_to_generate_predictions": [],
        "comparisons": [as_splink(c) for c in comparisons],
    }
