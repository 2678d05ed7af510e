"""Block `destinations` of hub.yaml: where customers are written to, and under which contract."""

from collections.abc import Mapping as AnyMapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from orchestration.hub_config.blocks import Block, a_cron_expression, mistake, refuse_secrets


def _owner_alone(value: Any) -> Any:
    return {"own": value} if isinstance(value, str) else value


def _purpose_alone(value: Any) -> Any:
    return {"purpose": value} if isinstance(value, str) else value


class FieldRule(Block):
    """Who owns one field of the CRM."""

    own: Literal["hub", "crm", "if_empty", "never_null", "append"] = Field(
        default="hub",
        description="hub, never_null: the hub writes its changes; crm: never written; "
        "if_empty: filled; append: added to.",
    )
    on_conflict: Literal["keep", "overwrite"] = Field(
        default="keep", description="What happens to a person's edit since our last write."
    )
    clear: bool = Field(
        default=False, description="Whether an empty value takes back what the hub itself wrote."
    )
    kind: Literal["text", "email", "phone", "url", "number", "boolean", "date", "datetime",
                  "list", "code"] | None = None  # fmt: skip
    refers_to: str | None = Field(
        default=None,
        description="Another object of this destination: the value is a customer's id, "
        "what is sent is the id of their record there.",
    )

    @model_validator(mode="after")
    def _one_will(self) -> "FieldRule":
        if self.own == "never_null" and self.clear:
            raise mistake("never_null and clear contradict each other", "drop one", "clear")
        return self


class BrakeRule(Block):
    """When a run stops and asks."""

    changed_percent: float = Field(default=30.0, ge=0, le=100)
    changed_rows: int = Field(default=50, ge=0, description="Fewer rows never hold a run.")
    deletes: int = Field(default=0, ge=0, description="So many may go without asking.")
    merges: int = Field(default=10, ge=0, description="So many may go without asking.")


class ConsentRule(Block):
    """What people must have allowed; checked when rows are about to be sent."""

    purpose: str
    channel: str | None = None
    required: bool = Field(default=True, description="false: only a denial stops a row.")


class ObjectRule(Block):
    """One kind of record of the CRM."""

    object: str | None = Field(default=None, description="The CRM's own name of it.")
    relation: str | None = Field(
        default=None, description="Table of schema activation; default sync_<target>__<object>."
    )
    key: str | None = Field(default=None, description="The CRM's field for the hub's id.")
    mode: Literal["update", "upsert", "insert", "mirror"] = "upsert"
    fields: dict[str, Annotated[FieldRule, BeforeValidator(_owner_alone)]] = Field(
        description="Field of the CRM: who owns it. Fields that are not named are not sent."
    )
    shape: dict[str, str] | None = Field(
        default=None, description="Field: column of contacts that the source maps it to."
    )
    brake: BrakeRule = Field(default_factory=BrakeRule)
    batch_size: int | None = Field(default=None, ge=1)
    consent: Annotated[ConsentRule, BeforeValidator(_purpose_alone)] | None = None
    merge: bool = Field(default=False, description="Whether to use the CRM's merge call.")
    on_deleted: Literal["leave", "recreate"] = "leave"

    @field_validator("fields")
    @classmethod
    def _some(cls, fields: dict[str, FieldRule]) -> dict[str, FieldRule]:
        if not fields:
            raise mistake("no field is named", "name each with its owner, like email: if_empty")
        return fields


class Email(Block):
    """Where notices go by SMTP."""

    host: str
    port: int = 587
    user: str | None = None
    password: str | None = None
    sender: str
    to: list[str]
    starttls: bool = True


class Notify(Block):
    """Who is told when a brake holds."""

    webhook: str | None = None
    email: Email | None = None


class Destination(Block):
    """A system that customers are written to."""

    target: str = Field(description="The target's command, for example target-hubspot.")
    config: dict[str, Any] = Field(
        default_factory=dict, description="The target's own settings; secrets as ${ENV_NAME}."
    )
    source: str | None = Field(
        default=None, description="The source that reads the same system: its records are known."
    )
    objects: dict[str, ObjectRule] = Field(
        default_factory=dict, description="What is written: contacts, tasks, …"
    )
    schedule: str | None = Field(default=None, description="Cron expression (UTC) or @daily, …")
    default_region: str | None = Field(default=None, description="Country of phones without one.")
    max_failed_percent: float = Field(default=1.0, ge=0, le=100)
    fresh_hours: float = Field(default=26.0, gt=0, description="Older activations are a warning.")
    notify: Notify = Field(default_factory=Notify)
    enabled: bool = True

    @field_validator("schedule")
    @classmethod
    def _a_cron_expression(cls, cron: str | None) -> str | None:
        return a_cron_expression(cron)

    @field_validator("config")
    @classmethod
    def _no_secrets_in_the_file(cls, config: dict[str, Any]) -> dict[str, Any]:
        refuse_secrets(config)
        return config

    @field_validator("notify", mode="before")
    @classmethod
    def _no_password_in_the_file(cls, given: Any) -> Any:
        if isinstance(given, AnyMapping):
            refuse_secrets(given)
        return given

    @model_validator(mode="after")
    def _references_within(self) -> "Destination":
        for name, rule in self.objects.items():
            for field, policy in rule.fields.items():
                if policy.refers_to and policy.refers_to not in self.objects:
                    text = f"{policy.refers_to} is not an object of this destination"
                    raise mistake(text, "name one of its objects",
                                  f"objects.{name}.fields.{field}.refers_to")  # fmt: skip
        return self

    def relation(self, name: str) -> str:
        """The sync table of one object."""
        vendor = self.target.removeprefix("target-").replace("-", "_")
        return self.objects[name].relation or f"sync_{vendor}__{name}"
