"""Accounts, user names and ids in other systems that a contact is, was or names."""

import json
from collections.abc import Iterator
from typing import Any

from identity import contactpoints as points
from identity import names
from identity.vocabulary import words


def attributes_of(raw: str | None) -> dict[str, str]:
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


def external_ids(attributes: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yields (kind, value) of the ids that a contact has in other systems."""
    if value := attributes.get("external_id"):
        yield "external_id", names.fold(value).strip()


def accounts_of(
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
