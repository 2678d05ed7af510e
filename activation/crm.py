"""The CRM as the engine sees it: opened when something is to be asked, described once a day."""

import importlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from activation.diff import Rules
from activation.ledger import ActivationError, Ledger
from activation.spec import Sync
from connectors.target_base.wire import Field, Record, Wire

_DESCRIBED_FOR = timedelta(hours=24)


def connect(sync: Sync) -> Wire:
    """Open the room's wire: `target-odoo` is `connectors.target_odoo.wire.connect`.

    Raises:
        ActivationError: There is no such room.
    """
    room = sync.target.replace("-", "_")
    try:
        module = importlib.import_module(f"connectors.{room}.wire")
    except ModuleNotFoundError as error:
        raise ActivationError(
            f"{sync.destination}: there is no target {sync.target} ({error.name}); correct `target`"
        ) from None
    wire: Wire = module.connect(dict(sync.settings))
    return wire


class Crm:
    """A lazily opened wire with a remembered description; a run that asks nothing sends nothing."""

    def __init__(self, sync: Sync, ledger: Ledger, wire: Wire | None = None) -> None:
        self._sync, self._ledger, self._wire = sync, ledger, wire
        self._rules: Rules | None = None

    @property
    def wire(self) -> Wire:
        """The wire, opened now at the latest."""
        if self._wire is None:
            self._wire = connect(self._sync)
            self._wire.session = self._ledger.fact(self._session) or ""
        return self._wire

    @property
    def _session(self) -> str:
        return f"session:{self._sync.name}:{self._sync.digest}"

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        return self._wire.requests if self._wire else 0

    @property
    def quota_left(self) -> int | None:
        """Calls left, where the CRM tells."""
        return self._wire.quota_left if self._wire else None

    def close(self) -> None:
        """Give back connections; what signing in gave spares the next run the request."""
        if self._wire:
            if self._wire.session != (self._ledger.fact(self._session) or ""):
                self._ledger.remember(self._session, self._wire.session)
            self._wire.close()

    @property
    def rules(self) -> Rules:
        """The policies, with the CRM's description of its fields."""
        if self._rules is None:
            described = self._remembered()
            if described is None:
                described = self.wire.fields()
                self._remember(described)
            self._rules = Rules(self._sync.fields, described, self._sync.region)
        return self._rules

    def forget_description(self) -> None:
        """Ask again next time: a refused row may mean that a field changed there."""
        self._ledger.remember(f"fields:{self._sync.name}", "")

    def _remembered(self) -> dict[str, Field] | None:
        kept = self._ledger.fact(f"fields:{self._sync.name}")
        if not kept:
            return None
        value = msgspec.json.decode(kept)
        if datetime.fromisoformat(value["at"]) + _DESCRIBED_FOR < datetime.now(UTC):
            return None
        if value["of"] != self._sync.digest:
            return None
        return {
            name: Field(kind, writable, frozenset(choices) if choices is not None else None)
            for name, (kind, writable, choices) in value["fields"].items()
        }

    def _remember(self, described: dict[str, Field]) -> None:
        fields: dict[str, Any] = {
            name: (field.kind, field.writable, sorted(field.choices) if field.choices else None)
            for name, field in described.items()
            if name in self._sync.fields
        }
        at, of = datetime.now(UTC).isoformat(), self._sync.digest
        value = {"at": at, "of": of, "fields": fields}
        self._ledger.remember(f"fields:{self._sync.name}", msgspec.json.encode(value).decode())

    def by_id(self, ids: Sequence[str]) -> dict[str, Record]:
        """Records by the id that was asked for."""
        found: dict[str, Record] = {}
        for start in range(0, len(ids), self.wire.limits.read):
            part = ids[start : start + self.wire.limits.read]
            for record in self.wire.read(list(self._sync.fields), ids=part):
                found[record.asked_id or record.remote_id] = record
        return found

    def by_key(self, keys: Sequence[str]) -> dict[str, Record]:
        """Records by our key."""
        found: dict[str, Record] = {}
        for start in range(0, len(keys), self.wire.limits.read):
            part = keys[start : start + self.wire.limits.read]
            for record in self.wire.read(list(self._sync.fields), keys=part):
                if record.key is not None:
                    found.setdefault(record.key, record)
        return found
