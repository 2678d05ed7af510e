"""What is read from Tryton: records in the order of their ids, those changed since the bookmark."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar

from connectors.tap_base.census import CountedStream
from connectors.tap_base.feed import Feed
from connectors.tap_base.paging import Answer, Paging, Request
from connectors.tap_tryton.client import TrytonClient, spelled

BY_ID = [["id", "ASC"]]
PAGE = 500
DATES = ("create_date", "write_date")


@dataclass(frozen=True)
class Beyond(Paging):
    """The next page are records with ids beyond the last one: nothing moves between pages."""

    def first(self, request: Request) -> Request:
        """Move the condition `since` gave from the parameters into the call."""
        return _where(replace(request, params={}), list(request.params.get("domain", ())))

    def next(self, answer: Answer, rows: Sequence[Any]) -> Request | None:  # noqa: D102
        if len(rows) < PAGE:
            return None
        held = [clause for clause in answer.request.json["params"][0] if clause[0] != "id"]
        return _where(answer.request, [*held, ["id", ">", rows[-1]["id"]]])


def _where(request: Request, domain: list[Any]) -> Request:
    params = [domain, *request.json["params"][1:]]
    return replace(request, json={**request.json, "params": params})


class TrytonStream(CountedStream[TrytonClient]):
    """The records of one model, with what hangs on them."""

    model: ClassVar[str]
    fields: ClassVar[Mapping[str, Sequence[str]]]
    """Fields by the relation they are reached through; "" is the record itself."""
    replication_key = "changed_at"
    records = "result"
    paging = Beyond()

    @property
    def _dates(self) -> list[str]:
        return [f"{at}.{date}".lstrip(".") for at in self.fields for date in DATES]

    def feeds(self) -> Iterable[Feed]:  # noqa: D102
        asked = [f"{at}.{name}".lstrip(".") for at, names in self.fields.items() for name in names]
        call = [[], 0, PAGE, BY_ID, [*asked, *self._dates]]
        request = self.client.request(self.model, "search_read", *call)
        yield Feed(request.path, method="POST", json=request.json, label=request.label)

    def since(self, moment: datetime) -> Mapping[str, Any]:
        """Ask for what changed itself or has a part that did: parts have dates of their own."""
        return {"domain": [["OR", *([date, ">=", spelled(moment)] for date in self._dates)]]}

    def row(self, row: Any, feed: Feed) -> Mapping[str, Any]:
        """Rename relations, and date the record by the newest of its parts."""
        parts = {at: row.get(f"{at}.") or [] for at in self.fields if at}
        whole = [row, *(part for held in parts.values() for part in held)]
        made = {name: row.get(name) for name in (*self.fields[""], *DATES) if "." not in name}
        made |= {"id": row["id"], **parts}
        made["changed_at"] = max(filter(None, (part.get(at) for part in whole for at in DATES)))
        return made

    def count(self, up_to: int) -> int:  # noqa: D102
        return int(self.client.ask(self.model, "search_count", [["id", "<=", up_to]]))

    def ids(self, up_to: int) -> Iterable[int]:  # noqa: D102
        after, size = 0, 10_000
        while True:
            between = [["id", ">", after], ["id", "<=", up_to]]
            found = self.client.ask(self.model, "search", between, 0, size, BY_ID)
            yield from found
            if len(found) < size:
                return
            after = found[-1]


class Parties(TrytonStream):
    """People and organisations; Tryton does not tell them apart."""

    name = "parties"
    model = "party.party"
    fields = {  # noqa: RUF012
        "": ("name", "code", "active", "replaced_by"),
        "addresses": ("street", "city", "postal_code", "country.code", "subdivision.name",
                      "active", "sequence"),
        "contact_mechanisms": ("type", "value", "active", "sequence"),
    }  # fmt: skip

    def row(self, row: Any, feed: Feed) -> Mapping[str, Any]:
        """Flatten the parts; one that was archived stays, marked so."""
        made = {**super().row(row, feed), "active": bool(row.get("active"))}
        made["addresses"] = [
            {
                "id": str(part["id"]),
                **{name: part.get(name) for name in ("street", "city", "postal_code")},
                "country": (part.get("country.") or {}).get("code"),
                "region": (part.get("subdivision.") or {}).get("name"),
                "active": bool(part.get("active")),
            }
            for part in made["addresses"]
        ]
        made["contact_mechanisms"] = [
            {
                "id": str(part["id"]),
                "type": part.get("type"),
                "value": part.get("value"),
                "active": bool(part.get("active")),
            }
            for part in made["contact_mechanisms"]
        ]
        return made


class Opportunities(TrytonStream):
    """Sales opportunities."""

    name = "opportunities"
    model = "sale.opportunity"
    fields = {  # noqa: RUF012
        "": ("number", "reference", "description", "comment", "state", "amount", "currency.code",
             "party", "contact", "start_date", "end_date", "conversion_probability",
             "lost_reason"),
    }  # fmt: skip

    def row(self, row: Any, feed: Feed) -> Mapping[str, Any]:  # noqa: D102
        return {**super().row(row, feed), "currency": (row.get("currency.") or {}).get("code")}
