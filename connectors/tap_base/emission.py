"""How records become lines on stdout, at a fraction of the SDK's cost.

The stock SDK spends a tap's time on conforming every value against the schema, copying
dictionaries, counting, and writing and flushing each line. Nothing of that depends on the
record, so it is prepared once per stream (`Plan`) and a record is encoded by msgspec straight
into a buffer. What leaves the process is plain Singer: any target can read it.

Only the SDK's own seams are used: a `message_writer_class` for the tap (`BufferedWriter`) and
`_sync_records` of the stream (`FastEmission`). Whoever configures stream maps, flattening or
nested deselection gets the SDK's own path, with the same writer.
"""

from collections.abc import Generator
from datetime import UTC, datetime
from typing import Any

from singer_sdk import Stream
from singer_sdk.helpers._batch import BaseBatchFileEncoding, BatchConfig, SDKBatchMessage

from connectors.tap_base.batches import write_batches
from connectors.tap_base.plan import Plan, encoder, escaped
from connectors.tap_base.rejects import REJECT
from connectors.tap_base.writer import BufferedWriter

TICK = 100
"""Records between two looks at the clock: time_extracted, metrics and the record limit."""


class FastEmission(Stream):
    """A stream that emits through a prepared plan; to be inherited in place of the SDK's."""

    KEEP_UNDECLARED = True
    """Whether fields outside the schema are emitted, so that the target can report drift."""

    _activation_due = False
    _batching = False

    def unencodable(self, record: dict[str, Any]) -> bytes:
        """Encode a record that is no valid UTF-8 text: lone surrogates, as JSON escapes.

        Args:
            record: A record with a string that UTF-8 cannot carry.

        Returns:
            The JSON object that takes the record's place.
        """
        return escaped(record)

    def _sync_records(
        self, context: Any = None, *, write_messages: bool = True
    ) -> Generator[dict[str, Any], Any, Any]:
        plan = Plan.of(self) if self.selected else None
        if plan is None or self.child_streams:
            yield from super()._sync_records(context, write_messages=write_messages)
            return
        counter, timer = self.get_record_counter(), self.get_sync_timer()
        index = 0
        with counter, timer:
            for element in ([context] if context is not None else self.partitions) or [None]:
                partition = element or None
                counter.with_context(partition)
                timer.with_context(partition)
                state_context = self._get_state_partition_context(partition)
                self._write_starting_replication_value(partition)
                for record in self._emit(plan, partition, state_context, index, write_messages):
                    index += 1
                    if index % TICK == 0:
                        counter.increment(TICK)
                    yield record
                if partition == state_context:
                    self._finalize_state(self.get_context_state(partition))
            counter.increment(index % TICK)
        if not context:
            self._finalize_state(self.stream_state)
        if write_messages:
            self._write_state_message()

    def _emit(
        self, plan: Plan, partition: Any, state_context: Any, index: int, write_messages: bool
    ) -> Generator[dict[str, Any], Any, Any]:
        """Emit one partition's records, keeping its bookmark.

        Args:
            plan: The stream's prepared plan.
            partition: The partition's context, if any.
            state_context: The part of it that identifies the bookmark, and marks the records.
            index: How many records of the stream came before.
            write_messages: False while records go into batch files.

        Yields:
            Every record that was emitted, conformed.
        """
        writer = self._tap.message_writer
        write = writer.write_line if isinstance(writer, BufferedWriter) else None
        encode, conform, prefix = encoder.encode, plan.conform, plan.prefix
        limit, frequency = self.ABORT_AT_RECORD_COUNT, self.STATE_MSG_FREQUENCY
        marks = dict(state_context or {})
        progress = plan.progress(self, partition)
        suffix = plan.suffix(datetime.now(UTC), self._stream_version)
        self.state_manager.is_flushed = False
        for raw in self.get_records(partition):
            if limit is not None:
                progress.settle()
                self._check_max_record_limit(current_record_index=index)
            record = self.post_process(raw, partition)  # type: ignore[arg-type]
            if record is None:
                continue
            if marks:
                record = {**marks, **record}
            conform(record)
            if write_messages or REJECT in record:
                if write is None:
                    self._write_record_message(record)
                else:
                    try:
                        line = encode(record)
                    except UnicodeEncodeError:
                        line = self.unencodable(record)
                    write(prefix + line + suffix)
            progress.advance(record)
            index += 1
            if index % TICK == 0:
                suffix = plan.suffix(datetime.now(UTC), self._stream_version)
                if index % frequency == 0 and write_messages and plan.replication_key:
                    progress.settle()
                    self.state_manager.is_flushed = False
                    self._write_state_message()
            yield record
        progress.settle()

    # A version is activated when its last record has been written, not before: a target that
    # obeys at once must never have deleted the old rows when the tap dies halfway.

    def _write_activate_version_message(self, full_table_version: int) -> None:
        del full_table_version  # in seconds: two runs within one would share a version
        self._stream_version = self.next_version()
        self._activation_due = True

    def next_version(self) -> int:
        """Say the version of this run's full table.

        Returns:
            Milliseconds since the epoch at the tap's start.
        """
        return self._initialized_at

    def _activate(self) -> None:
        if self._activation_due and self._stream_version is not None:
            self._activation_due = False
            super()._write_activate_version_message(self._stream_version)

    def _finalize_state(self, state: dict[str, Any] | None = None) -> None:
        if not self._batching and state is self.stream_state:
            self._activate()
        super()._finalize_state(state)

    def get_batches(
        self, batch_config: BatchConfig, context: Any = None
    ) -> Generator[tuple[BaseBatchFileEncoding, list[str]], None, None]:
        """Write the records into batch files.

        Args:
            batch_config: The SDK's `batch_config`: jsonl (gzip or none) or parquet.
            context: The partition's context, if any.

        Yields:
            The encoding and the URL of each file, when it is complete.
        """
        every = self._sync_records(context, write_messages=False)
        records = (record for record in every if REJECT not in record)
        schema = self.stream_maps[0].transformed_schema
        name = f"{self.tap_name}--{self.name}"
        for encoding, url in write_batches(name, batch_config, schema, records):
            yield encoding, [url]

    def _sync_batches(self, batch_config: BatchConfig, context: Any = None) -> None:
        # Without a replication key no file moves the bookmark; and the last one is written when
        # the state is final already, which must not leave before the version is activated.
        self._batching = True
        with self.get_batch_counter() as counter:
            for encoding, manifest in self.get_batches(batch_config, context):
                counter.increment()
                self._write_batch_message(encoding=encoding, manifest=manifest)
                if self.replication_key:
                    self._write_state_message()
        self._batching = False
        self._activate()
        self.state_manager.is_flushed = False
        self._write_state_message()

    def _generate_batch_messages(
        self, encoding: BaseBatchFileEncoding, manifest: list[str]
    ) -> Generator[SDKBatchMessage, None, None]:
        for message in super()._generate_batch_messages(encoding, manifest):
            message.version = self._stream_version
            yield message
