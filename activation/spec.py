"""What a destination block of hub.yaml means to the engine, already validated."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any, Literal

import msgspec

Owner = Literal["hub", "crm", "if_empty", "never_null", "append"]
Mode = Literal["update", "upsert", "insert", "mirror"]


@dataclass(frozen=True)
class FieldPolicy:
    """Who owns one field.

    Args:
        own: `hub` and `never_null` write changes over what we wrote; `crm` is never written;
            `if_empty` fills; `append` adds to what stands there.
        on_conflict: What happens to a person's edit since our last write.
        clear: Whether an empty value of the hub takes back what we wrote. It never removes what
            somebody else wrote.
        kind: How values compare (`values.KINDS`); default: what the CRM says, else text.
        refers_to: The value is a customer's id; what is sent is the id of that customer's record
            in this object of the same destination.
    """

    own: Owner = "hub"
    on_conflict: Literal["keep", "overwrite"] = "keep"
    clear: bool = False
    kind: str | None = None
    refers_to: str | None = None


@dataclass(frozen=True)
class Brake:
    """When to stop and ask.

    Args:
        changed_percent: Share of rows that may be created or changed in one run.
        changed_rows: Fewer rows than this never hold a run.
        deletes: So many deletes may go without asking.
        merges: So many merges of CRM records may go without asking.
    """

    changed_percent: float = 30.0
    changed_rows: int = 50
    deletes: int = 0
    merges: int = 10


@dataclass(frozen=True)
class Consent:
    """What a person must have allowed before a row about them goes out."""

    purpose: str
    channel: str | None = None
    required: bool = True


@dataclass(frozen=True)
class Sync:
    """One object of one destination.

    Args:
        destination: Name of the block.
        name: Name of the object in the block (`contacts`).
        target: `target-odoo`: the room whose wire is used.
        settings: The room's configuration, credentials included; never stored.
        relation: Table of schema `activation` in the published snapshot.
        fields: CRM field -> policy; a column of the relation that is not named here is not sent.
        source: The source in hub.yaml that reads the same CRM: its records are known by their
            provider id, and what we wrote does not come back from it as evidence.
        shape: CRM field -> column of the shape `contacts` that the source maps it to.
    """

    destination: str
    name: str
    target: str
    settings: Mapping[str, Any] = field(repr=False)
    relation: str
    fields: Mapping[str, FieldPolicy]
    mode: Mode = "upsert"
    brake: Brake = Brake()
    consent: Consent | None = None
    source: str | None = None
    shape: Mapping[str, str] = field(default_factory=dict)
    merge: bool = False
    on_deleted: Literal["leave", "recreate"] = "leave"
    region: str | None = None

    @property
    def digest(self) -> str:
        """Tells two specifications apart: a plan is applied under the rules it was made by."""
        plain = {k: v for k, v in asdict(self).items() if k != "settings"}
        return sha256(msgspec.json.encode(plain, order="deterministic")).hexdigest()[:16]
