"""The blocks of hub.yaml. The models are the schema: unknown keys are refused.

A later block is a class here and a field of `Hub`.
"""

import re
from collections.abc import Mapping as AnyMapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from orchestration.hub_config.blocks import (
    Block,
    a_cron_expression,
    closest,
    mistake,
    refuse_secrets,
)
from orchestration.hub_config.destinations import Destination
from orchestration.hub_config.identity import Identity
from orchestration.hub_config.shapes import COLUMNS, KEYS

NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


def _as_sql(value: Any) -> Any:
    """YAML numbers and booleans are SQL constants as they stand."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list):
        return [_as_sql(item) for item in value]
    if isinstance(value, AnyMapping):
        return {str(key): _as_sql(item) for key, item in value.items()}
    return value


Sql = Annotated[str, BeforeValidator(_as_sql)]
SqlTree = Annotated[str | list[str] | dict[str, Any], BeforeValidator(_as_sql)]


class Mapping(Block):
    """How the rows of one stream become rows of one of the three shapes."""

    as_: Literal["contacts", "interactions", "transactions"] = Field(
        alias="as", description="The shape that the rows of this stream have."
    )
    key: list[str] | None = Field(
        default=None, description="Columns that name a record; by default the stream's own key."
    )
    columns: dict[str, SqlTree] = Field(
        default_factory=dict,
        description="Column of the shape: SQL expression over the stream's columns (a list of "
        "expressions for list columns, platform: expression for handles).",
    )
    where: Sql | None = Field(default=None, description="SQL condition: which rows to take.")
    consents: dict[str, Sql] | None = Field(
        default=None, description="`<channel>:<purpose>`: SQL expression that gives the status."
    )

    @model_validator(mode="after")
    def _columns_of_the_shape(self) -> "Mapping":
        known = COLUMNS[self.as_]
        for name in self.columns:
            if name not in known:
                text = f"{name} is not a column of {self.as_}"
                raise mistake(text, closest(name, known), f"columns.{name}")
        return self

    @property
    def key_column(self) -> str:
        """The column of the shape that names a record within its source."""
        return KEYS[self.as_]


def _one_or_many(value: Any) -> Any:
    return [value] if isinstance(value, AnyMapping) else value


Shape = Annotated[
    list[Mapping],
    BeforeValidator(
        _one_or_many,
        json_schema_input_type=Mapping | list[Mapping],
    ),
]


class Source(Block):
    """A system that customers' records come from: one Singer tap with its settings."""

    tap: str = Field(description="The tap's command, for example tap-files.")
    config: dict[str, Any] = Field(
        default_factory=dict, description="The tap's own settings; secrets as ${ENV_NAME}."
    )
    shape: dict[str, Shape] = Field(
        default_factory=dict, description="Stream: how its rows map to a shape (one or several)."
    )
    schedule: str | None = Field(default=None, description="Cron expression (UTC) or @daily, …")
    landing: dict[str, Any] = Field(
        default_factory=dict,
        description="Settings of target-landing, such as contract or max_quarantined_share.",
    )
    enabled: bool = Field(
        default=True, description="false: not loaded any more; what it brought stays."
    )
    max_runtime_seconds: int = Field(
        default=6 * 3600, ge=1, description="A load that takes longer is stopped."
    )

    @field_validator("tap")
    @classmethod
    def _a_command(cls, tap: str) -> str:
        if not re.fullmatch(r"[\w./+-]+", tap):
            raise mistake("this is not the name of a command", "write it like tap-files")
        return tap

    @field_validator("schedule")
    @classmethod
    def _a_cron_expression(cls, cron: str | None) -> str | None:
        return a_cron_expression(cron)

    @field_validator("config")
    @classmethod
    def _no_secrets_in_the_file(cls, config: dict[str, Any]) -> dict[str, Any]:
        refuse_secrets(config)
        return config


class Run(Block):
    """How runs behave."""

    max_runtime_seconds: int = Field(default=6 * 3600, ge=60)
    retries: int = Field(default=1, ge=0, le=10, description="Of a run that failed as a whole.")
    keep_generations: int = Field(
        default=3, ge=1, description="Published generations that stay readable."
    )


class Hub(Block):
    """Everything hub.yaml says."""

    sources: dict[str, Source] = Field(default_factory=dict)
    identity: Identity = Field(default_factory=Identity)
    destinations: dict[str, Destination] = Field(default_factory=dict)
    # Checked with the files beside hub.yaml by the room `social`, which owns their meaning.
    brands: dict[str, Any] = Field(default_factory=dict)
    calendars: dict[str, Any] = Field(default_factory=dict)
    social: dict[str, Any] = Field(default_factory=dict)
    serving: dict[str, Any] = Field(default_factory=dict)
    run: Run = Field(default_factory=Run)

    @field_validator(
        "sources",
        "identity",
        "destinations",
        "brands",
        "calendars",
        "social",
        "serving",
        mode="before",
    )
    @classmethod
    def _an_empty_block(cls, given: Any) -> Any:
        return {} if given is None else given

    @field_validator("social")
    @classmethod
    def _no_secrets_in_the_file(cls, social: dict[str, Any]) -> dict[str, Any]:
        if isinstance(notices := social.get("notices"), dict):
            refuse_secrets(notices, "notices")
        return social

    @model_validator(mode="after")
    def _sources_that_there_are(self) -> "Hub":
        # A guard rail for a source that does not exist guards nothing.
        for place, name in enumerate(self.identity.distinct or ()):
            if name not in self.sources:
                text = f"there is no source {name}"
                raise mistake(text, closest(name, self.sources), f"identity.distinct.{place}")
        return self

    @field_validator("sources", "destinations")
    @classmethod
    def _names(cls, blocks: dict[str, Any]) -> dict[str, Any]:
        for name in blocks:
            if not NAME.fullmatch(name):
                fix = "use a-z, 0-9 and _, starting with a letter"
                raise mistake("this name cannot be used", fix, name)
        return blocks
