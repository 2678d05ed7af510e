"""A party as one flat row: its own fields, the first address, the first of each kind of contact.

Tryton keeps e-mail, phone and web addresses in `party.contact_mechanism` and postal ones in
`party.address`; one nested write brings all of it in the same request as the party's fields.
"""

from collections.abc import Mapping
from typing import Any

from connectors.target_base.wire import Field

MECHANISMS = {
    "email": "email",
    "phone": "phone",
    "mobile": "phone",
    "fax": "phone",
    "website": "url",
    "skype": "code",
    "sip": "code",
    "irc": "code",
    "jabber": "code",
    "other": "text",
}
ADDRESS = ("street", "city", "postal_code")

NESTED = (
    [f"contact_mechanisms.{name}" for name in ("type", "value", "_timestamp")]
    + [f"addresses.{name}" for name in (*ADDRESS, "_timestamp")]
)  # fmt: skip


def described() -> dict[str, Field]:
    """The flat fields that a party has beyond its own."""
    flat = {name: Field(kind) for name, kind in MECHANISMS.items()}
    return flat | dict.fromkeys(ADDRESS, Field("text"))


def flat(row: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, int], dict[str, str]]:
    """Return a party's flat values, the ids of the sub-records they live in, and all timestamps.

    The ids are by flat field (`email` -> id of the mechanism) and `address` -> id.
    """
    values = {name: row[name] for name in row if not name.endswith((".", "_timestamp"))}
    ids: dict[str, int] = {}
    stamps = {f"party.party,{row['id']}": str(row.get("_timestamp") or "")}
    for one in row.get("contact_mechanisms.") or ():
        stamps[f"party.contact_mechanism,{one['id']}"] = str(one.get("_timestamp") or "")
        if one["type"] in MECHANISMS and one["type"] not in ids:
            ids[one["type"]] = one["id"]
            values[one["type"]] = one["value"]
    for one in (row.get("addresses.") or ())[:1]:
        stamps[f"party.address,{one['id']}"] = str(one.get("_timestamp") or "")
        ids["address"] = one["id"]
        values |= {name: one.get(name) for name in ADDRESS}
    for name in (*MECHANISMS, *ADDRESS):
        values.setdefault(name, None)
    return values, ids, stamps


def nested(values: Mapping[str, Any], ids: Mapping[str, int]) -> dict[str, Any]:
    """Return the values as Tryton takes them: sub-records created, written or deleted."""
    own = {n: v for n, v in values.items() if n not in MECHANISMS and n not in ADDRESS}
    commands: list[list[Any]] = []
    for name in (name for name in values if name in MECHANISMS):
        value = values[name]
        if value is None:
            commands += [["delete", [ids[name]]]] if name in ids else []
        elif name in ids:
            commands.append(["write", [ids[name]], {"value": value}])
        else:
            commands.append(["create", [{"type": name, "value": value}]])
    if commands:
        own["contact_mechanisms"] = commands
    address = {name: values[name] for name in ADDRESS if name in values}
    if address and "address" in ids:
        own["addresses"] = [["write", [ids["address"]], address]]
    elif any(value is not None for value in address.values()):
        own["addresses"] = [["create", [address]]]
    return own
