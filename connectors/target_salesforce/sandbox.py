"""Salesforce's REST API in small: describe, SOQL `IN`, sObject collections, Bulk 2.0 ingest."""

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from connectors.target_base.sandbox import Book, CrmSandbox, Entry, Property, RefusedError, Trouble

CONTACT = {
    "Tessera_Id__c": Property(),
    "FirstName": Property(),
    "LastName": Property(),
    "Email": Property("email", spelled=lambda value: str(value).lower()),
    "Phone": Property("phone"),
    "MailingCity": Property(),
    "LeadSource": Property("picklist", choices=("Web", "Social")),
    "CreatedById": Property(read_only=True),
}
_CODES = {
    "choice": "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
    "read_only": "INVALID_FIELD_FOR_INSERT_UPDATE",
    "missing": "ENTITY_IS_DELETED",
    "duplicate": "DUPLICATE_VALUE",
}
_DATA = "/services/data/{version}"


class SalesforceSandbox(CrmSandbox):
    """Contacts of one org."""

    open_paths = frozenset({"/services/oauth2/token"})

    def __init__(self, trouble: Trouble | None = None) -> None:
        """Make an empty org."""
        self.contacts = Book("Tessera_Id__c", CONTACT, lambda n: f"003{n:012d}AAA")
        self.jobs: dict[str, dict[str, Any]] = {}
        super().__init__(trouble)

    def routes(self) -> Sequence[BaseRoute]:
        """The routes that the target uses."""
        collections = f"{_DATA}/composite/sobjects"
        jobs = f"{_DATA}/jobs/ingest"
        return [
            Route("/services/oauth2/token", self._token, methods=["POST"]),
            Route(f"{_DATA}/sobjects/Contact/describe", self._describe),
            Route(f"{_DATA}/query", self._query),
            Route(f"{_DATA}/queryAll", self._query),
            Route(collections, self._update, methods=["PATCH"]),
            Route(collections, self._delete, methods=["DELETE"]),
            Route(f"{collections}/Contact/{{field}}", self._upsert, methods=["PATCH"]),
            Route(jobs, self._job, methods=["POST"]),
            Route(f"{jobs}/{{job}}/batches", self._upload, methods=["PUT"]),
            Route(f"{jobs}/{{job}}", self._close, methods=["PATCH"]),
            Route(f"{jobs}/{{job}}", self._state),
            Route(f"{jobs}/{{job}}/{{which}}", self._results),
        ]

    def refusal(self, status: int) -> Response:
        """Say no as Salesforce does."""
        body = [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]
        return JSONResponse(body, status)

    async def _token(self, _request: Request) -> Response:
        return JSONResponse({"access_token": "sandbox-token", "token_type": "Bearer"})

    async def _describe(self, _request: Request) -> Response:
        fields = [
            {
                "name": name,
                "type": about.kind if about.kind != "text" else "string",
                "updateable": not about.read_only,
                "createable": not about.read_only,
                "restrictedPicklist": bool(about.choices),
                "picklistValues": [{"active": True, "value": v} for v in about.choices or ()],
            }
            for name, about in self.contacts.properties.items()
        ]
        return JSONResponse({"name": "Contact", "fields": fields})

    async def _query(self, request: Request) -> Response:
        soql = request.query_params["q"]
        names = re.findall(r"\w+", soql.partition(" FROM ")[0].removeprefix("SELECT"))
        field = re.search(r"WHERE (\w+) IN", soql)
        wanted = [one.replace("\\'", "'") for one in re.findall(r"'((?:[^'\\]|\\.)*)'", soql)]
        bin_too = request.url.path.endswith("queryAll")
        records: list[Mapping[str, Any]] = []
        for one in wanted:
            book = self.contacts
            if field and field[1] == "Id":
                entry = book.entries.get(one)
                if entry is None and bin_too and one in book.moved:
                    records.append({"Id": one, "MasterRecordId": book.moved[one]})
            else:
                entry = book.by_key(one)
            if entry:
                records.append(_record(entry, names))
        return JSONResponse({"totalSize": len(records), "done": True, "records": records})

    async def _update(self, request: Request) -> Response:
        def write(row: dict[str, Any]) -> tuple[Entry, bool]:
            return self.contacts.update(row.pop("id"), row), False

        return self._each((await request.json())["records"], write)

    async def _upsert(self, request: Request) -> Response:
        return self._each((await request.json())["records"], self._by_key)

    def _by_key(self, row: dict[str, Any]) -> tuple[Entry, bool]:
        known = self.contacts.by_key(row["Tessera_Id__c"])
        if known:
            return self.contacts.update(known.id, row), False
        return self.contacts.create(row), True

    def _each(
        self, rows: list[dict[str, Any]], write: Callable[[dict[str, Any]], tuple[Entry, bool]]
    ) -> Response:
        answers: list[dict[str, Any]] = []
        for row in rows:
            row.pop("attributes", None)
            if self.unlucky():
                answers.append(_error("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access"))
                continue
            try:
                entry, created = write(row)
                done = {"id": entry.id, "success": True, "errors": [], "created": created}
                answers.append(done)
            except RefusedError as error:
                if error.kind == "no_field":
                    body = [{"errorCode": "INVALID_FIELD", "message": str(error)}]
                    return JSONResponse(body, 400)
                answers.append(_error(_CODES[error.kind], str(error)))
        return JSONResponse(answers)

    async def _delete(self, request: Request) -> Response:
        answers = []
        for one in request.query_params["ids"].split(","):
            try:
                self.contacts.delete(one)
                answers.append({"id": one, "success": True, "errors": []})
            except RefusedError as error:
                answers.append(_error("ENTITY_IS_DELETED", str(error)))
        return JSONResponse(answers)

    async def _job(self, request: Request) -> Response:
        job = f"750{len(self.jobs):012d}"
        self.jobs[job] = {**(await request.json()), "id": job, "state": "Open", "rows": []}
        return JSONResponse({"id": job, "state": "Open"})

    async def _upload(self, request: Request) -> Response:
        text = (await request.body()).decode()
        job = self.jobs[request.path_params["job"]]
        job["rows"] = list(csv.DictReader(io.StringIO(text)))
        return Response(status_code=201)

    async def _close(self, request: Request) -> Response:
        job = self.jobs[request.path_params["job"]]
        job |= {"state": "InProgress", "successfulResults": [], "failedResults": []}
        for row in job["rows"]:
            values = {n: None if v == "#N/A" else v for n, v in row.items() if v != ""}
            try:
                if job["operation"] == "update":
                    entry, new = self.contacts.update(str(values.pop("Id")), values), False
                else:
                    entry, new = self._by_key(values)
                done = {"sf__Id": entry.id, "sf__Created": str(new).lower(), **row}
                job["successfulResults"].append(done)
            except RefusedError as error:
                words = f"{_CODES.get(error.kind, 'INVALID_FIELD')}:{error}:--"
                job["failedResults"].append({"sf__Id": "", "sf__Error": words, **row})
        return JSONResponse({"id": job["id"], "state": "UploadComplete"})

    async def _state(self, request: Request) -> Response:
        job = self.jobs[request.path_params["job"]]
        state, job["state"] = job["state"], "JobComplete"
        return JSONResponse({"id": job["id"], "state": state})

    async def _results(self, request: Request) -> Response:
        rows = self.jobs[request.path_params["job"]][request.path_params["which"]]
        out = io.StringIO()
        if rows:
            table = csv.DictWriter(out, list(rows[0]))
            table.writeheader()
            table.writerows(rows)
        return Response(out.getvalue(), media_type="text/csv")


def _record(entry: Entry, names: Sequence[str]) -> Mapping[str, Any]:
    own = {
        "Id": entry.id,
        "LastModifiedDate": entry.modified.strftime("%Y-%m-%dT%H:%M:%S.000+0000"),
    }
    about = {"attributes": {"type": "Contact"}, "MasterRecordId": None}
    return {**about, **{name: entry.values.get(name) for name in names}, **own}


def _error(code: str, words: str) -> dict[str, Any]:
    return {"success": False, "errors": [{"statusCode": code, "message": words, "fields": []}]}
