"""Dataverse's Web API in small, for table `contact`: `$batch`, alternate keys, ETags, Merge."""

import json
import re
from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from connectors.target_base.sandbox import Book, CrmSandbox, Entry, Property, RefusedError, Trouble

CONTACT = {
    "tessera_id": Property(),
    "firstname": Property(),
    "lastname": Property(),
    "emailaddress1": Property("email", spelled=lambda value: str(value).lower()),
    "telephone1": Property("phone"),
    "address1_city": Property(),
    "createdby": Property(read_only=True),
}
_ROOT = "/api/data/v9.2"


class DynamicsSandbox(CrmSandbox):
    """Contacts of one environment."""

    open_paths = frozenset({"/token"})

    def __init__(self, trouble: Trouble | None = None) -> None:
        """Make an empty environment."""
        self.contacts = Book("tessera_id", CONTACT, lambda n: f"00000000-0000-0000-0000-{n:012d}")
        super().__init__(trouble)

    def routes(self) -> Sequence[BaseRoute]:
        """The routes that the target uses."""
        attributes = f"{_ROOT}/EntityDefinitions(LogicalName='contact')/Attributes"
        return [
            Route("/token", self._token, methods=["POST"]),
            Route(attributes, self._attributes),
            Route(f"{_ROOT}/contacts", self._read),
            Route(f"{_ROOT}/$batch", self._batch, methods=["POST"]),
        ]

    async def _token(self, _request: Request) -> Response:
        return JSONResponse({"access_token": "sandbox-token", "expires_in": 3600})

    async def _attributes(self, _request: Request) -> Response:
        rows = [
            {"LogicalName": n, "AttributeType": "String", "IsValidForUpdate": not p.read_only}
            for n, p in self.contacts.properties.items()
        ]
        return JSONResponse({"value": rows})

    async def _read(self, request: Request) -> Response:
        where = request.query_params["$filter"]
        name = re.search(r"PropertyName='(\w+)'", where)
        values = re.findall(r"'((?:[^']|'')*)'", where.partition("PropertyValues=")[2])
        rows = []
        for value in (one.replace("''", "'") for one in values):
            book = self.contacts
            by_id = bool(name) and name[1] == "contactid" if name else False
            entry = book.entries.get(value) if by_id else book.by_key(value)
            if entry:
                rows.append(_row(entry))
            elif by_id and value in book.moved:
                gone = {"contactid": value, "merged": True, "statecode": 1}
                rows.append({**gone, "_masterid_value": book.moved[value]})
        return JSONResponse({"value": rows})

    async def _batch(self, request: Request) -> Response:
        found = re.search(r'boundary="?([^";]+)"?', request.headers["content-type"])
        text = (await request.body()).decode().replace("\r\n", "\n")
        parts = text.split(f"--{found[1] if found else ''}")[1:-1]
        answers = [self._replied(part.partition("\n\n")[2]) for part in parts]
        lines = [
            f"--batchresponse\r\nContent-Type: application/http\r\n\r\n{one}\r\n" for one in answers
        ]
        kind = "multipart/mixed; boundary=batchresponse"
        return Response("".join(lines) + "--batchresponse--\r\n", media_type=kind)

    def _replied(self, operation: str) -> str:
        head, _, body = operation.partition("\n\n")
        method, url, _ = head.split("\n")[0].split(" ")
        headers = dict(re.findall(r"^([\w-]+): (.*)$", head, re.MULTILINE))
        if self.unlucky():
            return _http(429, {"error": {"code": "0x80072322", "message": "slow down"}})
        try:
            data = json.loads(body) if body.strip() else {}
            return self._done(method, url.partition(_ROOT)[2], headers, data)
        except RefusedError as error:
            status = 404 if error.kind == "missing" else 400
            return _http(status, {"error": {"code": "0x80040217", "message": str(error)}})

    def _done(self, method: str, path: str, headers: dict[str, str], data: dict[str, Any]) -> str:
        if path == "/Merge":
            pair = data["Target"]["contactid"], data["Subordinate"]["contactid"]
            self.contacts.merge(*pair)
            return _http(204)
        named = re.fullmatch(r"/contacts\((tessera_id='(.*)'|[\w-]+)\)", path)
        key = named[2].replace("''", "'") if named and named[2] else None
        entry = (
            self.contacts.by_key(key)
            if key
            else self.contacts.entries.get(named[1] if named else "")
        )
        expected = headers.get("If-Match")
        if entry is None and expected:
            raise RefusedError("missing", "contact does not exist")
        if entry and expected not in (None, "*", _etag(entry)):
            return _http(412, {"error": {"code": "0x80060882", "message": "has been modified"}})
        if method == "DELETE" and entry:
            self.contacts.delete(entry.id)
            return _http(204)
        if entry:
            entry = self.contacts.update(entry.id, data)
        else:
            entry = self.contacts.create({**data, "tessera_id": key})
        where = f"http://sandbox{_ROOT}/contacts({entry.id})"
        return _http(204, headers=f"OData-EntityId: {where}\r\nETag: {_etag(entry)}\r\n")


def _etag(entry: Entry) -> str:
    return f'W/"{int(entry.modified.timestamp() * 1e6)}"'


def _row(entry: Entry) -> dict[str, Any]:
    about = {"@odata.etag": _etag(entry), "contactid": entry.id, "statecode": 0, "merged": False}
    return {**about, "modifiedon": entry.modified.isoformat(), **entry.values}


def _http(status: int, body: Any = None, headers: str = "") -> str:
    text = json.dumps(body) if body else ""
    kind = "Content-Type: application/json\r\n" if body else ""
    return f"HTTP/1.1 {status} X\r\n{kind}{headers}\r\n{text}"
