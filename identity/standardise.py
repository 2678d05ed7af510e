"""Contacts to standardised records and identifiers: the one step that touches raw values.

Grain of the result: `records` one row per contact that is not deleted, `identifiers` one row per record,
kind and value. Both are pure functions of the contact, so that only new and changed contacts pass here.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import duckdb
import pyarrow as pa

from identity import contactpoints as points
from identity import dates, kinds, names, places, suppression
from identity.accounts import accounts_of, attributes_of, external_ids
from identity.config import Config
from identity.profiles import words_of_profile
from identity.vocabulary import words

_S, _L = pa.string(), pa.list_(pa.string())
RECORDS = pa.schema([
    ("rkey", pa.uint64()), ("source", _S), ("source_record_id", _S), ("hash", pa.uint64()),
    ("kind", _S), ("declared_kind", pa.bool_()), ("profile", pa.bool_()), ("platform", _S),
    ("handle", _S), ("verified", pa.bool_()), ("given", _S), ("middle", _S), ("family", _S), ("suffix", _S), ("roots", _L), ("known", pa.bool_()),
    ("birth", _S), ("email", _S), ("mailbox", _S), ("phone", _S), ("street", _S), ("city", _S), ("region", _S),
    ("postal", _S), ("country", _S), ("national_id", _S), ("sex", _S), ("birth_place", _S),
    ("occupation", _S), ("company", _S), ("display", _L), ("words", _L), ("labels", _L), ("regions", _L), ("roles", _L), ("offers", _L), ("givens", _L),
])  # fmt: skip
IDENTIFIERS = pa.schema([
    ("rkey", pa.uint64()), ("kind", _S), ("value", _S), ("origin", _S), ("junk", _S),
])  # fmt: skip
# Not an identifier but the mark of one that is suppressed.
SUPPRESSED = "suppressed"
CHUNK = 20_000
_NOT_WORD = re.compile(r"[^a-z0-9]")


@cache
def _nobody() -> frozenset[str]:
    return frozenset(words("junk")["names"]["values"])


def batches(
    con: duckdb.DuckDBPyConnection, select: str, config: Config
) -> Iterator[tuple[pa.Table, pa.Table]]:
    """Yields (records, identifiers) of a contacts SELECT, some thousand contacts at a time."""
    hidden = suppression.read(config)
    salt = suppression.secret(config) if hidden else ""
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE incoming AS SELECT *, row_number() OVER () AS n FROM ({select})"
    )
    row = con.execute("SELECT count(*) FROM incoming").fetchone()
    for start in range(0, row[0] if row else 0, CHUNK):
        # By row number: the same connection writes the results between two chunks.
        batch = con.execute(
            f"SELECT * FROM incoming WHERE n > {start} AND n <= {start + CHUNK}"
        ).to_arrow_table()
        found: list[tuple[int, str, str, str, str]] = []
        records = [
            _unless_suppressed(row, config, found, hidden, salt)
            if hidden
            else record(row, config, found)
            for row in batch.to_pylist()
        ]
        columns: list[Any] = list(zip(*found, strict=True)) or [[]] * len(IDENTIFIERS)
        yield (
            _table([[r[f.name] for r in records] for f in RECORDS], RECORDS),
            _table(columns, IDENTIFIERS),
        )
    con.execute("DROP TABLE incoming")


def _unless_suppressed(
    row: dict[str, Any],
    config: Config,
    found: list[tuple[int, str, str, str, str]],
    hidden: frozenset[str],
    salt: str,
) -> dict[str, Any]:
    """Returns the record of a contact as if it had never named what is suppressed: nothing is derived from it."""
    mine: list[tuple[int, str, str, str, str]] = []
    made = record(row, config, mine)
    named = {
        ("email" if kind == "verified_email" else kind, value) for _, kind, value, _, _ in mine
    }
    gone = {
        (kind, value) for kind, value in named if suppression.digest(salt, kind, value) in hidden
    }
    if gone:
        row, said = suppression.without(row, gone, _phone_country(row, config))
        mine = []
        made = record(row, config, mine)
        # What stands elsewhere than in the columns: former accounts, ids in other systems.
        mine = [f for f in mine if (f[1], f[2]) not in gone]
        mine += [(row["rkey"], kind, mark, "", SUPPRESSED) for kind, mark in dict.fromkeys(said)]
    found += mine
    return made


def _phone_country(row: dict[str, Any], config: Config) -> str | None:
    country = (row["country"] or config.country or "").strip().upper()
    return country if len(country) == 2 else config.country


def _table(columns: list[Any], schema: pa.Schema) -> pa.Table:
    arrays = [pa.array(c, f.type, from_pandas=False) for c, f in zip(columns, schema, strict=True)]
    return pa.table(arrays, schema)


def record(
    row: dict[str, Any], config: Config, found: list[tuple[int, str, str, str, str]]
) -> dict[str, Any]:
    """Returns one standardised record and appends its identifiers to `found`."""
    rkey, platform = row["rkey"], row["platform"]
    attributes = attributes_of(row["attributes"])
    profile = bool(platform)
    full = row["full_name"] or ""
    if row["given_name"] or row["family_name"]:
        parsed = _structured(row, attributes)
    else:
        parsed = names.parse(full) if not profile else names.Name()
    if full and " ".join(names.tokens(full)) in _nobody():
        parsed = names.Name()
    declared = row["kind"] if row["kind"] in ("person", "organisation") else None
    own = points.handle(platform, row["handle"]) if platform and row["handle"] else None
    kind = declared or (
        kinds.of_profile(full, own or "", row["bio"] or "")
        if profile
        else kinds.of_contact(
            full, row["given_name"] or "", row["family_name"] or "", row["company"] or ""
        )
    )
    region = places.region(row["region"]) if row["region"] else ""
    country = (row["country"] or config.country or "").strip().upper()
    emails = [p for raw in row["emails"] or () if raw and (p := points.email(raw))]
    phone_country = _phone_country(row, config)
    phones = [p for raw in row["phones"] or () if raw and (p := points.phone(raw, phone_country))]
    links = [made for raw in row["links"] or () if raw and (made := points.link(raw))]
    found.extend((rkey, "email", p.value, "declared", p.blocked) for p in emails)
    if attributes.get("email_verified") == "true":
        found.extend((rkey, "verified_email", p.value, "declared", p.blocked) for p in emails)
    found.extend((rkey, "phone", p.value, "declared", p.blocked) for p in phones)
    accounts_of(row, own, links, attributes, found)
    for name, value in external_ids(attributes):
        found.append((rkey, name, value, "declared", ""))
    usable = next((p.value for p in emails if not p.blocked), None)
    out = {
        "rkey": rkey, "source": row["source"], "source_record_id": row["source_record_id"],
        "hash": row["hash"], "kind": kind, "declared_kind": declared is not None, "profile": profile,
        "platform": platform, "handle": own, "verified": row["verified"],
        "given": parsed.given or None, "middle": parsed.middle or None, "family": parsed.family or None,
        "suffix": parsed.suffix or None, "roots": list(names.roots(parsed.given)), "known": names.is_known(parsed.given),
        "birth": dates.birth(row["birth_date"]) or None if row["birth_date"] else None,
        "email": usable, "mailbox": _mailbox(usable, parsed) if usable else None, "phone": next((p.value for p in phones if not p.blocked), None),
        "street": places.street(row["street"] or row["address"] or "") or None,
        "city": _city(row["city"] or (row["location"] if profile else None)),
        "region": region or None, "postal": places.postal(row["postal_code"]) or None if row["postal_code"] else None,
        "country": country or None,
        "company": names.joined(row["company"]) or None,
        "occupation": " ".join(names.tokens(row["job_title"] or attributes.get("occupation") or "")) or None,
    }  # fmt: skip
    for name in ("national_id", "sex", "birth_place"):
        out[name] = " ".join(names.tokens(attributes.get(name) or "")) or None
    out.update(words_of_profile(row, own, links, None if profile else parsed, region))
    return out


def _mailbox(address: str, name: names.Name) -> str | None:
    """Returns an address's local part, or None where it only spells the name: namesakes do that alike."""
    local = address.partition("@")[0]
    word = _NOT_WORD.sub("", names.fold(local))
    if not word:
        return local
    family = name.family
    for given in names.roots(name.given) or ("",):
        if word in (
            given,
            family,
            given + family,
            family + given,
            given[:1] + family,
            family + given[:1],
        ):
            return None
    return local


def _city(raw: str | None) -> str | None:
    """Returns a town, or what stands first in a profile's location."""
    return " ".join(names.tokens(re.split(r"[,/|&;]", raw, maxsplit=1)[0])) or None if raw else None


def _structured(row: dict[str, Any], attributes: dict[str, str]) -> names.Name:
    given = names.untitled(names.tokens(row["given_name"] or ""))
    family = names.tokens(row["family_name"] or "")
    suffix = next((t for t in family[1:] if t in names.suffix_words()), "")
    if len(family) == 1 and family[0] in names.suffix_words():
        family, suffix = [], family[0]
    middle = attributes.get("middle_name", "")
    return names.Name(
        given[0] if given else "",
        " ".join([*given[1:], *names.tokens(middle)]),
        "".join(t for t in family if t != suffix),
        suffix,
    )
