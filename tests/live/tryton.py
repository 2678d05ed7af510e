"""What tests change in a real Tryton, as its administrator."""

import base64
from typing import Any

import httpx

CONFIG = {
    "base_url": "http://127.0.0.1:8084",
    "database": "crm",
    "username": "admin",
    "password": "admin-pass",
}


def call(name: str, *params: Any) -> Any:
    """Change the database as its administrator."""
    pair = base64.b64encode(b"admin:admin-pass").decode()
    answer = httpx.post(
        f"{CONFIG['base_url']}/crm/rpc/",
        json={"id": 1, "method": name, "params": [*params, {"company": 1}]},
        headers={"Authorization": f"Basic {pair}"},
        timeout=60,
    )
    assert "error" not in answer.json(), answer.json()
    return answer.json()["result"]


def company() -> int:
    """The company that sells, made where the database is new."""
    if not (found := call("model.company.company.search", [], 0, 1, None)):
        euro = call("model.currency.currency.search", [["code", "=", "EUR"]], 0, 1, None) or call(
            "model.currency.currency.create", [{"name": "Euro", "code": "EUR", "symbol": "€"}]
        )
        (party,) = call("model.party.party.create", [{"name": "Our shop"}])
        found = call("model.company.company.create", [{"party": party, "currency": euro[0]}])
        (me,) = call("model.res.user.search", [["login", "=", "admin"]], 0, 1, None)
        give = {"companies": [["add", found]], "company": found[0]}
        call("model.res.user.write", [me], give)
    return int(found[0])
