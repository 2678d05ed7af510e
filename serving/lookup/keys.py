"""The keys by which one finds a customer, written one way when indexed and when asked for."""

import hashlib
import re
import unicodedata

import msgspec

# A key is `kind:value`. Values are folded as FOLDED_SQL folds them; a test holds the two together.
KINDS = ("email", "phone", "handle", "external")
LONGEST = 2_000  # characters; nothing that long is indexed

_PHONE_FILLING = re.compile(r"[\s().\-/\u00a0]+")

# Rows (key, customer_id) of the attached database `hub`. `keys_of` says the same of one document.
KEYS_SQL = """
    select 'email:' || lower(unnest(emails)) as key, customer_id from hub.marts.customers
    union all
    select 'phone:' || unnest(phones), customer_id from hub.marts.customers
    union all
    select
        'handle:' || lower(handle.platform) || ':'
        || ltrim(lower(nfc_normalize(handle.handle)), '@'), customer_id
    from (select unnest(handles) as handle, customer_id from hub.marts.customers)
    union all
    select 'external:' || source || ':' || source_record_id, customer_id
    from hub.marts.customer_identities semi join hub.marts.customers using (customer_id)
"""


class MalformedKeyError(ValueError):
    """The key cannot be one; says which kind and what it should look like, never its value."""


def key(kind: str, value: str) -> str:
    """The one spelling of a key.

    Args:
        kind: one of KINDS.
        value: as a person or a program wrote it.

    Raises:
        MalformedKeyError: nothing indexed could ever match.
    """
    if kind not in KINDS:
        raise MalformedKeyError(f"unknown kind of key; use one of {', '.join(KINDS)}")
    if len(value) > LONGEST or "\0" in value:
        raise MalformedKeyError(f"{kind}: longer than {LONGEST} characters or with a NUL in it")
    value = unicodedata.normalize("NFC", value.strip())
    if kind == "email":
        local, _, domain = value.rpartition("@")
        if not local or not domain:
            raise MalformedKeyError("email: write it like name@example.com")
        return f"email:{value.lower()}"
    if kind == "phone":
        return f"phone:{_phone(value)}"
    first, _, rest = value.partition(":")
    if not first or not rest:
        example = "x:name" if kind == "handle" else "salesforce:0035g00000"
        raise MalformedKeyError(f"{kind}: write it like {example}")
    if kind == "handle":
        return f"handle:{first.lower()}:{rest.lower().lstrip('@')}"
    return f"external:{first}:{rest}"


def _phone(value: str) -> str:
    digits = _PHONE_FILLING.sub("", value)
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    if not re.fullmatch(r"\+[0-9]{5,17}", digits):
        raise MalformedKeyError("phone: write it with its country, like +49 30 1234567")
    return digits


class _Account(msgspec.Struct):
    platform: str | None = None
    handle: str | None = None


class _Record(msgspec.Struct):
    emails: list[str] = []
    phones: list[str] = []
    handles: list[_Account] = []


class _Identity(msgspec.Struct):
    source: str
    source_record_id: str


class _Document(msgspec.Struct):
    customer: _Record
    identities: list[_Identity] = []


_decode = msgspec.json.Decoder(_Document).decode


def keys_of(document: bytes) -> set[str]:
    """The keys of one document, as KEYS_SQL has them for all."""
    found = _decode(document)
    record = found.customer
    keys = {f"email:{email.lower()}" for email in record.emails}
    keys.update(f"phone:{phone}" for phone in record.phones)
    for account in record.handles:
        if account.platform is not None and account.handle is not None:
            handle = unicodedata.normalize("NFC", account.handle).lower().lstrip("@")
            keys.add(f"handle:{account.platform.lower()}:{handle}")
    keys.update(f"external:{i.source}:{i.source_record_id}" for i in found.identities)
    return keys


def number_sql(text: str) -> str:
    """What `number` says of an expression, for DuckDB."""
    # `md5_number_lower` says the same at three times the cost.
    return f"(md5_number({text}) >> 65)::bigint"


def number(text: str) -> int:
    """63 bits of a key's or an id's MD5, as `number_sql` has it."""
    digest = hashlib.md5(text.encode(errors="replace"), usedforsecurity=False).digest()
    return int.from_bytes(digest[8:], "little") >> 1
