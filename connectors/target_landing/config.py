"""Settings of the target, read without the SDK: a load's start must cost next to nothing."""

import os
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from connectors.target_landing.errors import LandingError

Contract = Literal["evolve", "freeze", "discard_value", "discard_row"]
Positive = Annotated[int, Meta(ge=1)]
_ENV_PREFIX = "TARGET_LANDING_"


class Settings(msgspec.Struct, frozen=True):
    """What a load may be told."""

    landing: Annotated[str, Meta(description="Folder of the landing zone.")]
    source: Annotated[
        str, Meta(description="Name under which everything that arrives is filed.", min_length=1)
    ]
    max_package_records: Annotated[
        int, Meta(description="Commit a package at the first STATE after this many records.", ge=1)
    ] = 1_000_000
    max_package_seconds: Annotated[
        float, Meta(description="Commit at the first STATE after this many seconds.", gt=0)
    ] = 60.0
    max_package_bytes: Annotated[
        int, Meta(description="Commit at the first STATE after this many bytes of input.", ge=1)
    ] = 1 << 30
    max_record_bytes: Annotated[
        int, Meta(description="A record longer than this is quarantined.", ge=1)
    ] = 16 << 20
    max_quarantined_share: Annotated[
        float,
        Meta(description="Fail the load if more than this share of it is refused.", ge=0, le=1),
    ] = 0.2
    contract: Annotated[
        Contract | dict[str, Contract],
        Meta(
            description="What happens when a stream's columns or types change: evolve, freeze, "
            "discard_value or discard_row; or an object by stream, `*` for all others."
        ),
    ] = "evolve"
    fsync: Annotated[
        bool, Meta(description="Force packages to the disk before they count. Leave it on.")
    ] = True
    remove_batches: Annotated[
        bool, Meta(description="Delete the files of BATCH messages once they are committed.")
    ] = False

    def contract_of(self, stream: str) -> Contract:
        """The contract under which a stream may change."""
        if isinstance(self.contract, str):
            return self.contract
        return self.contract.get(stream, self.contract.get("*", "evolve"))


def json_schema() -> dict[str, Any]:
    """The settings as JSON Schema, for `--about` and the SDK."""
    _, parts = msgspec.json.schema_components([Settings], ref_template="{name}")
    schema: dict[str, Any] = parts["Settings"]
    return {key: schema[key] for key in ("type", "properties", "required")}


def from_mapping(values: dict[str, Any]) -> Settings:
    """Check settings and fill in defaults.

    Raises:
        LandingError: a setting is missing or of the wrong type.
    """
    try:
        return msgspec.convert(values, Settings)
    except msgspec.ValidationError as error:
        raise LandingError(f"target-landing's configuration: {error}; see --about") from None


def from_files(paths: list[str]) -> Settings:
    """Merge configuration files; `ENV` stands for variables like TARGET_LANDING_SOURCE.

    Raises:
        LandingError: a file is missing or not JSON, or a setting is wrong.
    """
    values: dict[str, Any] = {}
    for path in paths:
        values |= _environment() if path == "ENV" else _file(path)
    return from_mapping(values)


def _file(path: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(Path(path).read_bytes(), type=dict[str, Any])
    except FileNotFoundError:
        raise LandingError(f"target-landing's configuration file {path} does not exist") from None
    except msgspec.DecodeError:
        raise LandingError(
            f"target-landing's configuration file {path} is not a JSON object"
        ) from None


def _environment() -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name in Settings.__struct_fields__:
        text = os.environ.get(_ENV_PREFIX + name.upper())
        if text is None:
            continue
        try:
            out[name] = text if name in ("landing", "source") else msgspec.json.decode(text)
        except msgspec.DecodeError:
            out[name] = text
    return out
