"""What a company declares: brands, calendars, routing rules, segments, practices."""

import re
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")
_SPAN = re.compile(r"(\d+)\s*(s|m|h|d|w)")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604_800}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


def seconds(value: Any) -> int:
    """Seconds of a span like 30m, 4h or 2d.

    Raises:
        ValueError: It is none.
    """
    if isinstance(value, str) and (match := _SPAN.fullmatch(value.strip())):
        return int(match[1]) * _UNITS[match[2]]
    if isinstance(value, int) and not isinstance(value, bool):
        raise ValueError("a span needs a unit, like 30m, 4h or 2d")
    raise ValueError("this is not a span, write it like 30m, 4h or 2d")


def _text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else str(value)


def _name(value: str) -> str:
    if not _NAME.fullmatch(value):  # names stand in SQL, in columns and in file names
        raise ValueError(f"{value} is no name, write it like valued_complaint")
    return value


Seconds = Annotated[int, BeforeValidator(seconds)]
Text = Annotated[str, BeforeValidator(_text)]
Name = Annotated[str, AfterValidator(_name)]


class Block(BaseModel):
    """A mapping that refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"{name} is no time zone, write it like Europe/Berlin") from None
    return name


def _day(value: Any) -> str:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise ValueError(f"{value} is no day, write it like 2026-12-24") from None


Zone = Annotated[str, AfterValidator(_zone)]
Date = Annotated[str, BeforeValidator(_day)]


class Calendar(Block):
    """When a team works: in its own time zone, day by day, without the holidays."""

    timezone: Zone = "UTC"
    hours: dict[Day, list[str]] = Field(
        default_factory=lambda: {day: ["00:00-24:00"] for day in DAYS}
    )
    holidays: list[Date] = Field(default_factory=list)

    @field_validator("hours")
    @classmethod
    def _spans(cls, hours: dict[Day, list[str]]) -> dict[Day, list[str]]:
        for spans in hours.values():
            for span in spans:
                if not _HOURS.fullmatch(span) or not span[:5] < span[6:] <= "24:00":
                    raise ValueError(f"{span} is no opening time, write it like 09:00-17:30")
            for one, other in pairwise(sorted(spans)):  # an hour counted twice is a wrong answer
                if other[:5] < one[6:]:
                    raise ValueError(f"{one} and {other} overlap, write one span")
        return hours


class Brand(Block):
    """A brand of ours: the accounts that speak for it and the hours in which they do."""

    accounts: dict[str, list[Text]] = Field(default_factory=dict)  # source: ids or handles
    calendar: str | None = None
    products: dict[str, list[str]] = Field(default_factory=dict)  # product: names people use

    @field_validator("accounts", mode="before")
    @classmethod
    def _lists(cls, accounts: Any) -> Any:
        if not isinstance(accounts, dict):
            return accounts
        return {
            key: value if isinstance(value, list) else [value] for key, value in accounts.items()
        }


class Deadline(Block):
    """How long an answer may take: around the clock, or in the hours of the brand's calendar."""

    within: Seconds
    business_hours: bool = False


class Step(Block):
    """One rung of an escalation ladder."""

    after: Seconds
    to: str


class Dedupe(Block):
    """One piece of work for several messages of the same customer or conversation."""

    per: Literal["customer", "conversation"] = "conversation"
    within: Seconds = 86_400


class Team(Block):
    """Who answers; notices wait while it is quiet unless a rule overrides that."""

    members: list[str] = Field(default_factory=list)
    quiet_hours: str | None = None
    timezone: Zone = "UTC"
    notify: list[Literal["webhook", "email"]] = Field(default_factory=list)
    email: list[str] = Field(default_factory=list)  # its own addresses

    @field_validator("quiet_hours")
    @classmethod
    def _span(cls, span: str | None) -> str | None:
        if span is not None and not _HOURS.fullmatch(span):
            raise ValueError(f"{span} are no quiet hours, write them like 20:00-07:00")
        return span

    def is_quiet(self, now: datetime) -> bool:
        """Whether it is, at that moment; quiet hours may span midnight."""
        if self.quiet_hours is None:
            return False
        begins, ends = self.quiet_hours.split("-")
        clock = f"{now.astimezone(ZoneInfo(self.timezone)):%H:%M}"
        if begins <= ends:
            return begins <= clock < ends
        return clock >= begins or clock < ends


class Rule(Block):
    """Which messages go where."""

    name: Name
    when: str
    priority: int = Field(ge=1, le=9)
    team: str
    deadline: Deadline
    escalate: list[Step] = Field(default_factory=list)
    dedupe: Dedupe = Field(default_factory=Dedupe)
    ignore_quiet_hours: bool = False
    to_owner: bool = True  # the CRM owner of the customer is the addressee where there is one


class Routing(Block):
    """routing.yaml: rules in the order in which they are asked; the first that fits takes it."""

    teams: dict[str, Team] = Field(default_factory=dict)
    rules: list[Rule] = Field(default_factory=list)


class Segment(Block):
    """A set of customers by a condition over `customer_measures`."""

    description: str
    when: str


class Measure(Block):
    """What a practice is judged by: one number per customer from rows after the start."""

    table: Literal["transactions", "interactions", "conversations"]
    value: str  # an aggregate over the rows
    where: str = "true"
    window: Seconds = 30 * 86_400
    better: Literal["higher", "lower"] = "higher"


class Practice(Block):
    """A small trial: who, what is done, what it should change, and when to stop."""

    hypothesis: str
    segment: str | None = None
    rule: str | None = None
    action: str
    measure: Measure
    start: Date
    holdout: float = Field(gt=0, lt=1)
    salt: str | None = None
    least: int = Field(default=100, ge=2)  # customers per arm before anything is said
    stop_after: Seconds = 180 * 86_400
    cost_per_customer: float = Field(default=0.0, ge=0)
    value_per_unit: float = Field(default=0.0, ge=0)

    @property
    def until(self) -> date:
        """The day after which no customer is added."""
        return date.fromisoformat(self.start) + timedelta(seconds=self.stop_after)
