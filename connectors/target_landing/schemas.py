"""A stream's columns over time: SCHEMA messages, undeclared fields, and the stream's contract.

`evolve` takes every change, `freeze` refuses it and fails the load, `discard_value` files the row
without the new value, `discard_row` quarantines the row.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from connectors.target_landing.columns import (
    DELETED_AT,
    Column,
    columns_of,
    deleted_at,
    inferred,
    undeclared,
)
from connectors.target_landing.config import Contract
from connectors.target_landing.errors import BadLineError, ContractError
from connectors.target_landing.faults import Fault
from connectors.target_landing.kinds import shape
from connectors.target_landing.names import column_names


class ColumnsChangedError(Exception):
    """The columns are others than before; the records at hand are to be looked at again."""


@dataclass
class StreamSchema:
    """The columns of one stream during a load.

    Args:
        source: for messages.
        name: the stream.
        contract: what may change.
        known_names: Singer name -> Parquet column of earlier packages.
        baseline: the SCHEMA of the newest package that has the stream, None at first.
    """

    source: str
    name: str
    contract: Contract
    known_names: dict[str, str] = field(default_factory=dict)
    baseline: dict[str, Any] | None = None
    declared: dict[str, Any] = field(default_factory=dict, init=False)
    keys: tuple[str, ...] = field(default=(), init=False)
    columns: tuple[Column, ...] = field(default=(), init=False)
    drift: dict[str, Any] = field(default_factory=dict, init=False)

    @property
    def discards_values(self) -> bool:
        """Whether an offending value is left out and its row kept."""
        return self.contract == "discard_value"

    @property
    def keys_known(self) -> bool:
        """Whether all key properties are columns, so that decoding can demand them."""
        return set(self.keys) <= {column.name for column in self.columns}

    def declare(self, schema: dict[str, Any], keys: Iterable[str]) -> bool:
        """Take a SCHEMA message.

        Returns:
            Whether anything differs from the SCHEMA before.

        Raises:
            ContractError: it changes what is frozen.
            BadLineError: it declares no properties.
        """
        if not isinstance(schema.get("properties"), dict):
            raise BadLineError(
                f"source {self.source}, stream {self.name}: its SCHEMA has no `properties`; "
                "let the tap declare them, `{}` if there are none"
            )
        keys = tuple(keys)
        if schema == self.declared and keys == self.keys:
            return False
        self.keys = keys
        self.declared = schema
        effective = self._under_contract(schema)
        self.baseline = effective
        properties = dict(effective["properties"])
        has_deleted_at = properties.pop(DELETED_AT, None) is not None
        kept = [
            column
            for column in self.columns
            if not column.declared and column.name not in properties
        ]
        columns = columns_of({**effective, "properties": properties}, keys, self._named(properties))
        extra = (deleted_at(),) if has_deleted_at else ()
        self.columns = (*columns, *extra, *(replace(c, key=c.name in keys) for c in kept))
        return True

    def check_keys(self, fields: Mapping[str, bytes]) -> None:
        """Raise a `Fault` if a record lacks a key or has null for one."""
        for key in self.keys:
            if fields.get(key, b"null") == b"null":
                raise Fault("null_key" if key in fields else "missing_key", key)

    def undeclared(self, fields: Mapping[str, bytes]) -> list[tuple[str, str]]:
        """Deal with fields that no column takes.

        Returns:
            Fields to leave out of the row, each with the reason.

        Raises:
            ColumnsChangedError: a column was added.
            ContractError: the stream is frozen.
            Fault: the row is to be discarded.
        """
        names = {column.name for column in self.columns}
        news = [name for name in fields if name not in names]
        self._conflicting(fields)
        if not news:
            return []
        if self.contract == "evolve" or news == [DELETED_AT]:
            for name in news:
                self._add(name, msgspec.json.decode(fields[name]))
            raise ColumnsChangedError
        if self.contract == "freeze":
            raise ContractError(
                f"source {self.source}, stream {self.name}: {len(news)} field(s) that its SCHEMA "
                "does not declare, and its contract is `freeze`; declare them or let it evolve"
            )
        valued = [name for name in news if fields[name] != b"null" and name != DELETED_AT]
        if valued and not self.discards_values:
            raise Fault("undeclared")
        return [("", "undeclared")] if valued else []

    def too_wide(self, column: Column, kind: str) -> None:
        """Deal with a proper value that its column cannot hold exactly.

        Returns only where the value is to be left out of the row.

        Raises:
            ColumnsChangedError: the column was widened to `kind`.
            ContractError: the stream is frozen.
            Fault: the row is to be discarded.
        """
        if self.contract == "freeze":
            raise ContractError(
                f"source {self.source}, stream {self.name}: column {column.name} has a value that "
                f"{column.kind} cannot hold exactly, and its contract is `freeze`; "
                "declare a wider type or let it evolve"
            )
        if self.contract == "evolve":
            self.drift.setdefault("widened", {})[column.name] = [column.kind, kind]
            self._swap(column, replace(column, kind=kind))
        if not self.discards_values or column.required:
            raise Fault("does_not_fit", column.name)

    def _under_contract(self, schema: dict[str, Any]) -> dict[str, Any]:
        if self.baseline is None:
            return schema
        old, new = self.baseline["properties"], schema["properties"]
        added = sorted(new.keys() - old.keys() - {DELETED_AT})
        removed = sorted(old.keys() - new.keys())
        retyped = sorted(
            name
            for name in new.keys() & old.keys()
            if shape(new[name]).kind != shape(old[name]).kind
        )
        for what, names in (("added", added), ("removed", removed), ("retyped", retyped)):
            if names:
                self.drift[what] = sorted({*self.drift.get(what, ()), *names})
        if self.contract == "evolve" or not (added or retyped or removed):
            return schema
        if self.contract == "freeze":
            if added or retyped:
                raise ContractError(
                    f"source {self.source}, stream {self.name}: its SCHEMA adds {added} and "
                    f"retypes {retyped}, and its contract is `freeze`; let it evolve to take this"
                )
            return schema
        required = [name for name in schema.get("required", ()) if name in old]
        return {**schema, "properties": old, "required": required}

    def _conflicting(self, fields: Mapping[str, bytes]) -> None:
        """Give an undeclared column that meets another type of value a type for both."""
        for column in self.columns:
            raw = fields.get(column.name, b"null")
            if column.declared or raw == b"null" or not column.schema:
                continue
            schema = inferred(msgspec.json.decode(raw))
            if schema != column.schema:
                numbers = {"integer", "number"}
                types = {column.schema["type"][0], schema["type"][0] if schema else ""}
                if types == numbers:
                    schema = {"type": ["number", "null"]}
                elif "null" not in types and types != {"null"}:
                    schema = {}
                if schema != column.schema:
                    kind = shape(schema).kind
                    self._swap(column, replace(column, schema=schema, kind=kind))

    def _add(self, name: str, value: Any) -> None:
        if name == DELETED_AT:
            self.columns += (deleted_at(),)
            return
        self.drift["undeclared"] = sorted({*self.drift.get("undeclared", ()), name})
        parquet = self._named([name])[name]
        self.columns += (undeclared(name, parquet, value, name in self.keys),)

    def _named(self, names: Iterable[str]) -> dict[str, str]:
        out = column_names(names, self.known_names)
        self.known_names |= out
        return out

    def _swap(self, old: Column, new: Column) -> None:
        self.columns = tuple(new if column is old else column for column in self.columns)
        raise ColumnsChangedError
