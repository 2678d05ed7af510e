"""The Singer side of every CRM target: any tap can feed it, no ledger needed.

A record is matched by the stream's key (`key` in the config names the CRM's field for it), read,
and only fields that differ are written. Empty values never overwrite unless `empty: overwrite`.
STATE is printed once every row before it was written. A row that the CRM refuses is told on
standard error (and in `fates`) and does not block the others, but no STATE is printed from then on
and the exit code is 1: the tap will offer the row again, rows that are there cost one read.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import singer_sdk
from singer_sdk import typing as th
from singer_sdk.sinks import BatchSink

from connectors.target_base.delivery import Delivery, Manners
from connectors.target_base.said import scrubbed
from connectors.target_base.values import canonical, outbound, same
from connectors.target_base.wire import Change, Field, Op, Outcome, Status, Wire, WireError

SHARED_SETTINGS = (
    th.Property(
        "object", th.StringType, description="The CRM's object; default: the stream's name"
    ),
    th.Property("key", th.StringType, description="The CRM's field that holds the stream's key"),
    th.Property(
        "empty",
        th.StringType,
        default="keep",
        allowed_values=["keep", "overwrite"],
        description="Whether an empty value overwrites what stands in the CRM",
    ),
    th.Property(
        "default_region", th.StringType, description="Country of phone numbers without one"
    ),
    th.Property("fates", th.StringType, description="File that gets one JSON line per row"),
)


class CrmSink(BatchSink):
    """One stream into one CRM object."""

    max_size = 1000

    def __init__(self, target: "CrmTarget", *given: Any, **named: Any) -> None:
        super().__init__(target, *given, **named)
        self.target = target
        self._fields: dict[str, Field] | None = None

    @property
    def include_sdc_metadata_properties(self) -> bool:
        """CRMs get no `_sdc_` columns."""
        return False

    def setup(self) -> None:
        """Open the wire for this stream's object."""
        settings = dict(self.config)
        settings.setdefault("object", self.stream_name)
        if not self.key_properties:
            raise WireError(
                f"{self.target.name}: {self.stream_name}: the stream has no key, so rows cannot be "
                "matched; set key_properties in the tap or its catalog"
            )
        self.wire: Wire = self.target.connect(settings)

    def process_batch(self, context: dict[str, Any]) -> None:
        """Write the rows that differ; the later of two rows with one key wins."""
        if self._fields is None:
            self._fields = self.wire.fields()
        kinds = {name: field.kind for name, field in self._fields.items()}
        rows = {self._key(record): record for record in context.get("records", [])}
        region = self.config.get("default_region")
        changes = [*self._changes(rows, kinds, region)]
        manners = Manners(**self.target.manners)
        delivery = Delivery(self.wire, kinds, manners=manners, region=region)
        for outcome in delivery.deliver(changes):
            self.target.tell(self.stream_name, outcome)

    def _key(self, record: Mapping[str, Any]) -> str:
        return "|".join(str(record[name]) for name in self.key_properties)

    def _changes(
        self, rows: Mapping[str, Mapping[str, Any]], kinds: Mapping[str, str], region: str | None
    ) -> list[Change]:
        creates: list[Change] = []
        updates: list[Change] = []
        keys = list(rows)
        overwrite = self.config.get("empty") == "overwrite"
        for start in range(0, len(keys), self.wire.limits.read):
            part = keys[start : start + self.wire.limits.read]
            names = sorted({name for key in part for name in self._written(rows[key])})
            there = {record.key: record for record in self.wire.read(names, keys=part)}
            for key in part:
                values = {
                    name: outbound(value, kinds.get(name, "text"))
                    for name, value in self._written(rows[key]).items()
                }
                known = there.get(key)
                if known is None:
                    full = {n: v for n, v in values.items() if v is not None}
                    creates.append(Change(Op.CREATE, key, full))
                    continue
                differing = {
                    name: value
                    for name, value in values.items()
                    if not same(value, known.values.get(name), kinds.get(name, "text"), region)
                    and (overwrite or canonical(value, kinds.get(name, "text")) is not None)
                }
                if differing:
                    updates.append(Change(Op.UPDATE, key, differing, known.remote_id, known.stamp))
        return creates + updates

    def _written(self, record: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: value
            for name, value in record.items()
            if name not in self.key_properties
            and (not self._fields or name in self._fields)
            and not name.startswith("_sdc_")
        }


class CrmTarget(singer_sdk.Target):
    """A target of ours: no signal handlers (the SDK's re-enters the drain), fates told."""

    default_sink_class = CrmSink
    manners: ClassVar[dict[str, Any]] = {}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.refused = 0
        self.max_parallelism = 1  # order is kept and quotas are respected

    @classmethod
    def connect(cls, settings: Mapping[str, Any]) -> Wire:
        """Open the room's wire for `settings["object"]`."""
        raise NotImplementedError

    def _setup_signal_handlers(self) -> None:
        """Leave signals alone."""

    def tell(self, stream: str, outcome: Outcome) -> None:
        """Tell one row's fate: values appear neither on standard error nor in the file."""
        change, status = outcome.change, outcome.status
        words = scrubbed(outcome.error, change.values)
        if status is not Status.DONE:
            self.refused += 1
            self.logger.error("%s: %s: one row %s: %s", self.name, stream, status, words)
        if path := self.config.get("fates"):
            line = {
                "stream": stream,
                "key": change.key,
                "op": change.op,
                "fields": sorted(change.values),
                "status": status,
                "remote_id": outcome.remote_id or change.remote_id,
                "request_id": outcome.request_id,
                "error": words,
            }
            with Path(path).open("ab") as file:
                file.write(msgspec.json.encode(line) + b"\n")

    def _write_state_message(self, state: dict[str, Any]) -> None:
        if not self.refused:
            super()._write_state_message(state)

    def process_endofpipe(self) -> None:
        """Drain, then fail visibly when a row was refused."""
        super().process_endofpipe()
        if self.refused:
            sys.stdout.flush()
            raise SystemExit(1)
