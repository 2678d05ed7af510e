"""HubSpot's CRM v3 batch endpoints in small, for contacts and tickets."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from connectors.target_base.sandbox import Book, CrmSandbox, Entry, Property, RefusedError, Trouble

CONTACT = {
    "tessera_id": Property(),
    "firstname": Property(),
    "lastname": Property(),
    "email": Property("email", spelled=lambda value: str(value).lower()),
    "phone": Property("phone"),
    "city": Property(),
    "company": Property(),
    "jobtitle": Property(),
    "website": Property("url"),
    "lifecyclestage": Property("choice", choices=("lead", "customer", "opportunity")),
    "tessera_handles": Property(),
    "tessera_engagement": Property("number"),
    "tessera_last_conversation": Property(),
    "hs_lead_score": Property("number", read_only=True),
}


class HubspotSandbox(CrmSandbox):
    """Contacts and tickets of one portal."""

    def __init__(self, trouble: Trouble | None = None) -> None:
        """Make an empty portal."""
        self.contacts = Book("tessera_id", CONTACT)
        ticket = {n: Property() for n in ("tessera_id", "subject", "content", "hs_pipeline_stage")}
        self.books = {"contacts": self.contacts, "tickets": Book("tessera_id", ticket)}
        super().__init__(trouble)

    def routes(self) -> Sequence[BaseRoute]:
        """The routes that the target uses."""
        root = "/crm/v3/objects/{object}"
        return [
            Route("/crm/v3/properties/{object}", self._properties),
            Route(f"{root}/batch/read", self._read, methods=["POST"]),
            Route(f"{root}/batch/upsert", self._upsert, methods=["POST"]),
            Route(f"{root}/batch/update", self._update, methods=["POST"]),
            Route(f"{root}/batch/archive", self._archive, methods=["POST"]),
            Route(f"{root}/merge", self._merge, methods=["POST"]),
        ]

    def refusal(self, status: int) -> Response:
        """Say no as HubSpot does."""
        words = {401: "Authentication credentials not found", 403: "MISSING_SCOPES"}
        return JSONResponse(_error(words.get(status, "refused"), "INVALID_AUTHENTICATION"), status)

    async def _properties(self, request: Request) -> Response:
        book = self.books[request.path_params["object"]]
        return JSONResponse({"results": [_described(n, p) for n, p in book.properties.items()]})

    async def _read(self, request: Request) -> Response:
        book, body = self.books[request.path_params["object"]], await request.json()
        results, errors = [], []
        for one in body["inputs"]:
            by_key = body.get("idProperty") == book.key
            entry = book.by_key(one["id"]) if by_key else book.get(one["id"])
            if entry:
                results.append(_object(book, entry, body["properties"]))
            else:
                errors.append(_row_error("OBJECT_NOT_FOUND", "No object", one["id"]))
        return _batch(results, errors)

    async def _upsert(self, request: Request) -> Response:
        book = self.books[request.path_params["object"]]

        def write(one: Mapping[str, Any]) -> tuple[Entry, bool]:
            known = book.by_key(one["id"])
            if known:
                return book.update(known.id, one["properties"]), False
            return book.create({**one["properties"], book.key: one["id"]}), True

        return self._each(book, (await request.json())["inputs"], write)

    async def _update(self, request: Request) -> Response:
        book = self.books[request.path_params["object"]]
        inputs = (await request.json())["inputs"]
        return self._each(book, inputs, lambda o: (book.update(o["id"], o["properties"]), None))

    def _each(
        self,
        book: Book,
        inputs: Sequence[Mapping[str, Any]],
        write: Callable[[Mapping[str, Any]], tuple[Entry, bool | None]],
    ) -> Response:
        try:  # one value that is not valid refuses the batch
            for one in inputs:
                book.check(one["properties"])
        except RefusedError as error:
            return JSONResponse(_error(f"Property values were not valid: {error}"), 400)
        results, errors = [], []
        for one in inputs:
            if self.unlucky():
                errors.append(_row_error("RATE_LIMITS", "Try again", one["id"]))
                continue
            try:
                entry, new = write(one)
            except RefusedError as error:
                kind = "OBJECT_NOT_FOUND" if error.kind == "missing" else "CONFLICT"
                errors.append(_row_error(kind, str(error), one["id"]))
                continue
            about = _object(book, entry, [*one["properties"], book.key])
            results.append(about if new is None else about | {"new": new})
        return _batch(results, errors)

    async def _archive(self, request: Request) -> Response:
        book = self.books[request.path_params["object"]]
        for one in (await request.json())["inputs"]:
            if one["id"] in book.entries:
                book.delete(one["id"])
        return Response(status_code=204)

    async def _merge(self, request: Request) -> Response:
        book, body = self.books[request.path_params["object"]], await request.json()
        entry = book.merge(body["primaryObjectId"], body["objectIdToMerge"])
        return JSONResponse(_object(book, entry, [book.key]))


def _described(name: str, about: Property) -> dict[str, Any]:
    kinds = {"number": "number", "choice": "enumeration", "date": "date", "datetime": "datetime"}
    return {
        "name": name,
        "type": kinds.get(about.kind, "string"),
        "fieldType": "phonenumber" if about.kind == "phone" else "text",
        "options": [{"value": value, "label": value} for value in about.choices or ()],
        "modificationMetadata": {"readOnlyValue": about.read_only},
    }


def _object(book: Book, entry: Entry, names: Sequence[str]) -> dict[str, Any]:
    values = {n: entry.values.get(n) for n in names if entry.values.get(n) is not None}
    if entry.merged and "hs_merged_object_ids" in names:
        values["hs_merged_object_ids"] = ";".join(entry.merged)
    return {
        "id": entry.id,
        "properties": {name: str(value) for name, value in values.items()},
        "createdAt": _instant(entry.created),
        "updatedAt": _instant(entry.modified),
        "archived": False,
    }


def _batch(results: list[dict[str, Any]], errors: list[dict[str, Any]]) -> Response:
    now = _instant(datetime.now().astimezone())
    body: dict[str, Any] = {"status": "COMPLETE", "results": results}
    body |= {"startedAt": now, "completedAt": now}
    if errors:
        body |= {"numErrors": len(errors), "errors": errors}
    return JSONResponse(body, 207 if errors else 200)


def _row_error(category: str, words: str, one: str) -> dict[str, Any]:
    about = {"status": "error", "category": category, "message": words, "context": {"ids": [one]}}
    return about | {"errors": [], "links": {}}


def _error(words: str, category: str = "VALIDATION_ERROR") -> dict[str, Any]:
    return {
        "status": "error",
        "message": words,
        "category": category,
        "correlationId": str(uuid.uuid4()),
    }


def _instant(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")


if __name__ == "__main__":
    from connectors.sandbox.command import serve

    serve(HubspotSandbox(), 0)
