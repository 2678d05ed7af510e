"""What is read from Dataverse: tables in full once, then what its change tracking names."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

from connectors.tap_base.errors import AnswerError
from connectors.tap_base.feed import Feed
from connectors.tap_base.http_stream import HttpStream
from connectors.tap_base.instants import written
from connectors.tap_base.paging import Answer, NextUrl, Request
from connectors.tap_dynamics.client import API, NAMES, DynamicsClient

NEXT, DELTA = "@odata.nextLink", "@odata.deltaLink"


@dataclass(frozen=True)
class Linked(NextUrl):
    """The answer names the next page; the keys have a dot in them, so no path leads there."""

    def next(self, answer: Answer, rows: Sequence[Any]) -> Request | None:  # noqa: D102
        link = answer.body.get(NEXT)
        body = {"next": link} if link else {}
        held = Answer(answer.request, answer.url, answer.status, answer.headers, body)
        return super().next(held, rows)


class DynamicsStream(HttpStream[DynamicsClient]):
    """The rows of one table; lookups and choices come with the text people see."""

    key: ClassVar[str]
    renamed: ClassVar[Mapping[str, str]] = {}
    """Fields of the record by column, where the column's name is not kept."""
    records = "value"
    paging = Linked("next")

    def _whole(self) -> Feed:
        declared = [*self.schema["properties"]]
        kept = {v: k for k, v in self.renamed.items()}
        columns = [kept.get(n, n) for n in declared if n != "id" and not n.startswith("_sdc")]
        asked = [c for c in columns if not c.endswith("_name")]
        return Feed(f"{API}/{self.name}", {"$select": ",".join([self.key, *asked])})

    def feeds(self) -> Iterable[Feed]:
        """Ask for the changes since the kept link; for everything where it has expired."""
        whole = self._whole()
        if not (link := self.stream_state.get("delta")):
            yield whole
            return
        parts = urlsplit(link)
        changes = Feed(parts.path, dict(parse_qsl(parts.query)), label=whole.path)
        try:
            self.client.send(changes.request())  # whether the link still holds
            yield changes
        except AnswerError as error:
            if "expired" not in error.problem:
                raise
            self.client.notices.warn(
                f"{self.name}: the change token has expired, everything is read again; what was "
                "deleted since is not seen: run at least every 7 days"
            )
            yield whole

    def rows(self, answer: Answer, feed: Feed) -> Sequence[Any]:
        """Note the link to the next run's changes on the last page."""
        if link := answer.body.get(DELTA):
            parts = urlsplit(str(link))
            self.delta = f"{parts.path}?{parts.query}"
        return super().rows(answer, feed)

    def get_records(self, context: Any) -> Iterable[dict[str, Any]]:
        """Yield the rows, then keep the link: a run that fails asks for the same changes again."""
        self.delta = ""
        yield from super().get_records(context)
        if self.delta and self.ABORT_AT_RECORD_COUNT is None:
            self.stream_state["delta"] = self.delta

    def row(self, row: Any, feed: Feed) -> Mapping[str, Any]:
        """Name columns as people do; a `$deletedEntity` is a deletion."""
        if str(row.get("@odata.context", "")).endswith("/$deletedEntity"):
            return {"id": row["id"], "_sdc_deleted_at": written(self.client.clock.now())}
        made: dict[str, Any] = {"id": row[self.key]}
        for column, value in row.items():
            name, _, about = column.partition("@")
            name = self.renamed.get(name, name)
            made[f"{name}_name" if about == NAMES else name] = value
        declared = self.schema["properties"]
        return {name: value for name, value in made.items() if name in declared}


class Contacts(DynamicsStream):
    """People."""

    name = "contacts"
    key = "contactid"
    renamed = {"_parentcustomerid_value": "parentcustomerid"}  # noqa: RUF012


class Accounts(DynamicsStream):
    """Organisations."""

    name = "accounts"
    key = "accountid"


class Leads(DynamicsStream):
    """People who may become customers."""

    name = "leads"
    key = "leadid"


class Opportunities(DynamicsStream):
    """Possible sales."""

    name = "opportunities"
    key = "opportunityid"
    renamed = {  # noqa: RUF012
        "_customerid_value": "customerid",
        "_transactioncurrencyid_value": "transactioncurrencyid",
    }


class Incidents(DynamicsStream):
    """Cases."""

    name = "incidents"
    key = "incidentid"
    renamed = {"_customerid_value": "customerid"}  # noqa: RUF012
