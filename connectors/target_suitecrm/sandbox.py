"""SuiteCRM's V8 API in small, for one module."""

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from connectors.target_base.sandbox import Book, CrmSandbox, Entry, Property, RefusedError, Trouble

CONTACT = {
    "first_name": Property(),
    "last_name": Property(),
    "email1": Property("email", spelled=lambda value: str(value).lower()),
    "phone_work": Property("phone"),
    "primary_address_city": Property(),
    "lead_source": Property("enum", choices=("Web Site", "Social")),
    "created_by": Property(read_only=True),
}


class SuiteSandbox(CrmSandbox):
    """Contacts of one server."""

    open_paths = frozenset({"/Api/access_token"})

    def __init__(self, trouble: Trouble | None = None) -> None:
        """Make an empty server."""
        self.contacts = Book("id", CONTACT)
        super().__init__(trouble)

    def routes(self) -> Sequence[BaseRoute]:
        """The routes that the target uses."""
        one = "/Api/V8/module/Contacts/{id}"
        return [
            Route("/Api/access_token", self._token, methods=["POST"]),
            Route("/Api/V8/meta/fields/Contacts", self._fields),
            Route("/Api/V8/module", self._write, methods=["POST", "PATCH"]),
            Route(one, self._read),
            Route(one, self._delete, methods=["DELETE"]),
        ]

    async def _token(self, _request: Request) -> Response:
        return JSONResponse({"access_token": "sandbox-token", "expires_in": 3600})

    async def _fields(self, _request: Request) -> Response:
        fields = {name: _described(about) for name, about in self.contacts.properties.items()}
        return JSONResponse({"data": {"type": "fields", "attributes": fields}})

    async def _write(self, request: Request) -> Response:
        data = (await request.json())["data"]
        known = self.contacts.entries.get(data["id"])
        try:
            if request.method == "PATCH":
                entry = self.contacts.update(data["id"], data["attributes"])
            elif known:
                words = f"Bean Contacts with id {data['id']} is already exist"
                return _refused(400, words)
            else:
                entry = self.contacts.create(data["attributes"], data["id"])
        except RefusedError as error:
            return _missing(data["id"]) if error.kind == "missing" else _refused(400, str(error))
        return JSONResponse({"data": _resource(entry)}, 201 if known is None else 200)

    async def _read(self, request: Request) -> Response:
        entry = self.contacts.entries.get(request.path_params["id"])
        if entry is None:
            return _missing(request.path_params["id"])
        return JSONResponse({"data": _resource(entry)})

    async def _delete(self, request: Request) -> Response:
        try:
            self.contacts.delete(request.path_params["id"])
        except RefusedError:
            return _missing(request.path_params["id"])
        return JSONResponse({"meta": {"message": "deleted"}})


def _described(about: Property) -> dict[str, Any]:
    options = {value: value for value in about.choices or ()}
    return {"type": about.kind, "readonly": about.read_only, "options": options}


def _resource(entry: Entry) -> dict[str, Any]:
    attributes = {name: value or "" for name, value in entry.values.items()}
    attributes["date_modified"] = entry.modified.isoformat(timespec="seconds")
    return {"type": "Contacts", "id": entry.id, "attributes": attributes}


def _missing(one: str) -> Response:
    """Say no as `BeanManager::getBeanSafe` does; the controllers answer every error with 400."""
    return _refused(400, f"Contacts module with id {one} is not found")


def _refused(status: int, words: str) -> Response:
    return JSONResponse({"errors": {"status": status, "title": None, "detail": words}}, status)
