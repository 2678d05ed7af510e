"""What is read from SuiteCRM: modules, the last modified records first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from connectors.tap_base.feed import Feed
from connectors.tap_base.http_stream import HttpStream
from connectors.tap_base.instants import instant
from connectors.tap_base.paging import Answer, Paging, Request, dig
from connectors.tap_suitecrm.client import SuiteClient

MODULE = "/V8/module"
PAGE = 100
UPPER = "filter[date_modified][lte]"


@dataclass(frozen=True)
class Downwards(Paging):
    """Pages by number shift when records are edited meanwhile: the date leads on instead.

    Only records of one second that fill a page are paged by number.
    """

    def first(self, request: Request) -> Request:  # noqa: D102
        size = {"page[size]": PAGE, "page[number]": 1, "sort": "-date_modified"}
        return replace(request, params={**request.params, **size})

    def next(self, answer: Answer, rows: Sequence[Any]) -> Request | None:  # noqa: D102
        if len(rows) < PAGE:
            return None
        asked = answer.request.params
        last = spelled(instant(dig(rows[-1], "attributes.date_modified")))
        number = int(asked["page[number]"]) + 1 if asked.get(UPPER) == last else 1
        more = {UPPER: last, "page[number]": number}
        return replace(answer.request, params={**asked, **more})


def spelled(moment: datetime | None) -> str:
    """Write an instant as the database has it, which filters are compared with."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}" if moment else ""


class SuiteStream(HttpStream[SuiteClient]):
    """The records of one module that are not deleted; only declared fields are kept."""

    module: ClassVar[str]
    replication_key = "date_modified"
    newest_first = True
    look_back = timedelta(days=7)
    records = "data"
    paging = Downwards()

    def __init_subclass__(cls) -> None:
        """Give each module its path to one record."""
        super().__init_subclass__()
        cls.deleted_path = f"{MODULE}/{cls.module}/{{id}}"

    def feeds(self) -> Iterable[Feed]:  # noqa: D102
        yield Feed(f"{MODULE}/{self.module}")

    def since(self, moment: datetime) -> Mapping[str, Any]:  # noqa: D102
        return {"filter[date_modified][gte]": spelled(moment)}

    def row(self, row: Any, feed: Feed) -> Mapping[str, Any]:
        """Lift the attributes; empty text is what SuiteCRM has for nothing."""
        attributes, declared = row["attributes"], self.schema["properties"]
        made = {name: attributes[name] for name in declared if name in attributes}
        made = {name: None if value == "" else value for name, value in made.items()}
        flags = {name for name in made if "boolean" in declared[name]["type"]}
        made |= {name: str(made[name]).lower() in {"1", "true", "on"} for name in flags}
        return {**made, "id": row["id"]}


class Contacts(SuiteStream):
    """People."""

    name = "contacts"
    module = "Contacts"


class Accounts(SuiteStream):
    """Organisations."""

    name = "accounts"
    module = "Accounts"


class Leads(SuiteStream):
    """People who may become customers."""

    name = "leads"
    module = "Leads"


class Opportunities(SuiteStream):
    """Possible sales; currency `-99` is the server's own."""

    name = "opportunities"
    module = "Opportunities"

    def row(self, row: Any, feed: Feed) -> Mapping[str, Any]:  # noqa: D102
        made = super().row(row, feed)
        own = made.get("currency_id") in {None, "-99"}
        return {**made, "currency": self.config.get("currency") if own else None}


class Cases(SuiteStream):
    """What customers asked for help with."""

    name = "cases"
    module = "Cases"


class Notes(SuiteStream):
    """Notes on records."""

    name = "notes"
    module = "Notes"
