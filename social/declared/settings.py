"""Block `social` of hub.yaml: what is not worth a file of its own."""

from typing import Literal

from pydantic import Field

from social.declared.models import Block


class Advocacy(Block):
    """What earns an advocate how much, how fast it fades and where it ends."""

    half_life_days: int = Field(default=90, ge=1)
    helps: float = Field(default=10, ge=0)  # an answer that somebody thanked for
    praises: float = Field(default=3, ge=0)  # praise in public
    reaches: float = Field(default=2, ge=0)  # a first answer to somebody who asked us
    helps_per_asker: int = Field(default=3, ge=0)
    praises_per_week: int = Field(default=1, ge=0)


class Email(Block):
    """An SMTP account; teams without addresses of their own are written to at `to`."""

    host: str
    port: int = 587
    sender: str
    to: list[str] = Field(default_factory=list)
    user: str | None = None
    password: str | None = None
    starttls: bool = True


class Notices(Block):
    """How teams are told that work waits; which of both a team wants stands in routing.yaml."""

    webhook: str | None = None
    email: Email | None = None


class Settings(Block):
    """Everything under `social`."""

    files: str = "."
    classifiers: dict[Literal["language", "sentiment", "intent", "topic"], str] = Field(
        default_factory=dict
    )
    resolve_after_hours: int = Field(default=72, ge=1)
    advocacy: Advocacy = Field(default_factory=Advocacy)
    notices: Notices = Field(default_factory=Notices)
