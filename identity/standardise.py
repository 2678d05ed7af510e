"""Contacts to standardised records and identifiers: the one step that touches raw values.

Grain of the result: `records` one row per contact that is not deleted, `identifiers` one row per record,
kind and value. Both are pure functions of the contact, so that only new and changed contacts pass here.
"""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import duckdb
import pyarrow as pa

from identity import contactpoints as points
from identity import dates, kinds, names, places, suppression
from identity.config import Config
from identity.profiles import words_of_profile
from identity.vocabulary import words

_TEXT = ("source", "source_record_id", "kind", "full_name", "given_name", "family_name", "platform",
         "handle", "profile_url", "street", "city", "region", "postal_code", "country", "address",
         "birth_date", "company", "job_title", "bio", "location")  # fmt: skip
_LISTS = {"links": "VARCHAR[]", "emails": "VARCHAR[]", "phones": "VARCHAR[]",
          "handles": "STRUCT(platform VARCHAR, handle VARCHAR)[]"}  # fmt: skip

_S, _L = pa.string(), pa.list_(pa.string())
RECORDS = pa.schema([
    ("rkey", pa.uint64()), ("source", _S), ("source_record_id", _S), ("hash", pa.uint64()),
    ("kind", _S), ("declared_kind", pa.bool_()), ("profile", pa.bool_()), ("platform", _S),
    ("handle", _S), ("verified", pa.bool_()), ("given", _S), ("middle", _S), ("family", _S), ("suffix", _S), ("roots", _L), ("known", pa.bool_()),
    ("birth", _S), ("email", _S), ("mailbox", _S), ("phone", _S), ("street", _S), ("city", _S), ("region", _S),
    ("postal", _S), ("country", _S), ("national_id", _S), ("sex", _S), ("birth_place", _S),
    ("occupation", _S), ("company", _S), ("display", _L), ("words", _L), ("labels", _L), ("regions", _L), ("roles", _L), ("offers", _L), ("givens", _L), ("combos", _L),
])  # fmt: skip
IDENTIFIERS = pa.schema([
    ("rkey", pa.uint64()), ("kind", _S), ("value", _S), ("origin", _S), ("junk", _S),
])  # fmt: skip
CHUNK = 20_000
_NOT_WORD = re.compile(r"[^a-z0-9]")


@cache
def _nobody() -> frozenset[str]:
    return frozenset(words("junk")["names"]["values"])


# A record's lasting key.
RKEY = "md5_number_lower(source || chr(31) || source_record_id) AS rkey"


def contents_sql(con: duckdb.DuckDBPyConnection, contacts: str) -> str:
    """Returns a SELECT of the columns used here from a contacts relation, absent ones as NULL.

    Contacts flagged as deleted are left out. `hash` says whether a contact changed, and tells any two apart.
    """
    have = {row[0] for row in con.execute(f"DESCRIBE SELECT * FROM {contacts}").fetchall()}
    text = [f"CAST({c} AS VARCHAR) AS {c}" if c in have else f"NULL::VARCHAR AS {c}" for c in _TEXT]
    lists = [
        f"CAST({c} AS {t}) AS {c}" if c in have else f"NULL::{t} AS {c}" for c, t in _LISTS.items()
    ]
    rest = [
        "CAST(attributes AS VARCHAR) AS attributes"
        if "attributes" in have
        else "NULL::VARCHAR AS attributes",
        "coalesce(verified, false) AS verified" if "verified" in have else "false AS verified",
    ]
    live = "WHERE NOT coalesce(deleted, false)" if "deleted" in have else ""
    listed = ", ".join([*text, *lists, *rest])
    columns = ", ".join([*_TEXT, *_LISTS, "attributes", "verified"])
    return f"SELECT hash({columns}) AS hash, * FROM (SELECT {listed} FROM {contacts} {live})"


def batches(
    con: duckdb.DuckDBPyConnection, select: str, config: Config
) -> Iterator[tuple[pa.Table, pa.Table]]:
    """Yields (records, identifiers) of a contacts SELECT, some thousand contacts at a time."""
    hidden = suppression.read(config)
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
        records = [record(row, config, found) for row in batch.to_pylist()]
        if hidden:
            _forget(records, found, hidden, config.salt)
        columns: list[Any] = list(zip(*found, strict=True)) or [[]] * len(IDENTIFIERS)
        yield (
            _table([[r[f.name] for r in records] for f in RECORDS], RECORDS),
            _table(columns, IDENTIFIERS),
        )
    con.execute("DROP TABLE incoming")


def _forget(
    records: list[dict[str, Any]],
    found: list[tuple[int, str, str, str, str]],
    hidden: frozenset[str],
    salt: str,
) -> None:
    """Drops suppressed identifiers, and with an account the name by which it could be met elsewhere."""
    gone = {
        (rkey, kind, value)
        for rkey, kind, value, _, _ in found
        if suppression.digest(salt, kind, value) in hidden
    }
    keys = {rkey for rkey, kind, _ in gone if kind == "account"}
    found[:] = [
        f
        for f in found
        if (f[0], "email" if f[1] == "verified_email" else f[1], f[2]) not in gone
        and not (f[1] == "username" and f[0] in keys)
    ]
    for r in records:
        if (r["rkey"], "email", r["email"]) in gone:
            r["email"] = r["mailbox"] = None
        if (r["rkey"], "phone", r["phone"]) in gone:
            r["phone"] = None


def _table(columns: list[Any], schema: pa.Schema) -> pa.Table:
    arrays = [pa.array(c, f.type, from_pandas=False) for c, f in zip(columns, schema, strict=True)]
    return pa.table(arrays, schema)


def record(
    row: dict[str, Any], config: Config, found: list[tuple[int, str, str, str, str]]
) -> dict[str, Any]:
    """Returns one standardised record and appends its identifiers to `found`."""
    rkey, platform = row["rkey"], row["platform"]
    attributes = _attributes(row["attributes"])
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
    phone_country = country if len(country) == 2 else config.country
    phones = [p for raw in row["phones"] or () if raw and (p := points.phone(raw, phone_country))]
    links = [made for raw in row["links"] or () if raw and (made := points.link(raw))]
    found.extend((rkey, "email", p.value, "declared", p.blocked) for p in emails)
    if attributes.get("email_verified") == "true":
        found.extend((rkey, "verified_email", p.value, "declared", p.blocked) for p in emails)
    found.extend((rkey, "phone", p.value, "declared", p.blocked) for p in phones)
    _accounts(row, own, links, attributes, found)
    for name, value in _external(attributes, row["source"]):
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
    given = names.tokens(row["given_name"] or "")
    family = list(names.tokens(row["family_name"] or ""))
    suffix = next((t for t in family[1:] if t in names.suffix_words()), "")
    middle = attributes.get("middle_name", "")
    return names.Name(
        given[0] if given else "",
        " ".join([*given[1:], *names.tokens(middle)]),
        "".join(t for t in family if t != suffix),
        suffix,
    )


def _attributes(raw: str | None) -> dict[str, str]:
    """Returns what the vocabulary knows of a contact's `attributes`, by its own names."""
    if not raw or raw == "{}":
        return {}
    try:
        given = json.loads(raw)
    except ValueError:
        return {}
    lowered = {str(k).lower(): v for k, v in given.items()} if isinstance(given, dict) else {}
    found = {}
    for name, spellings in words("attributes").items():
        value = next((lowered[s] for s in spellings if lowered.get(s) not in (None, "")), None)
        if value is not None:
            found[name] = str(value)
    # Somebody answered a message sent there: the platform or the CRM says so.
    if (
        lowered.get("email_verified") is True
        or str(lowered.get("email_verified")).lower() == "true"
    ):
        found["email_verified"] = "true"
    if isinstance(lowered.get("former_handles"), list):
        found["former_handles"] = json.dumps(lowered["former_handles"])
    return found


def _external(attributes: dict[str, str], source: str) -> Iterator[tuple[str, str]]:
    if value := attributes.get("external_id"):
        yield "external_id", names.fold(value).strip()


def _accounts(
    row: dict[str, Any],
    own: str | None,
    links: list[points.Link],
    attributes: dict[str, str],
    found: list[tuple[int, str, str, str, str]],
) -> None:
    """Appends the accounts a record is, was and names; the platform's own id is the lasting one."""
    rkey, platform = row["rkey"], row["platform"]
    seen: set[tuple[str, str]] = set()

    def add(kind: str, value: str, origin: str) -> None:
        if (kind, value) not in seen:
            seen.add((kind, value))
            found.append((rkey, kind, value, origin, ""))

    if platform:
        add("account", f"{platform}:id:{row['source_record_id']}", "own")
        if own:
            add("account", f"{platform}:{own}", "own")
        if row["profile_url"] and (p := points.link(row["profile_url"])) and p.handle:
            add("account", f"{p.platform}:{'id:' if p.stable else ''}{p.handle}", "own")
        for former in json.loads(attributes.get("former_handles", "[]")):
            add("account", f"{platform}:{points.handle(platform, str(former))}", "former")
    for declared in row["handles"] or ():
        if declared and declared["handle"] and declared["platform"]:
            name = points.handle(declared["platform"], declared["handle"])
            if name:
                add("account", f"{declared['platform']}:{name}", "declared")
    for link in links:
        if link.platform:
            add(
                "account",
                f"{link.platform}:{'id:' if link.stable else ''}{link.handle}",
                "declared",
            )
        else:
            add("url", link.url, "own" if platform else "declared")
    usernames = {v.split(":", 1)[1].partition("@")[0].replace(".", "").replace("_", "") for k, v in seen
                 if k == "account" and ":id:" not in v}  # fmt: skip
    for name in usernames:
        if len(name) >= 5:
            add("username", name, "own")
