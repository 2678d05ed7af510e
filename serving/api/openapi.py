"""The OpenAPI document of the lookup API."""

from typing import Any

from serving.lookup import KINDS

_ID = {"name": "customer_id", "in": "path", "required": True, "schema": {"type": "string"}}
_EXAMPLES = {
    "email": "ana@example.com",
    "phone": "+49 30 1234567",
    "handle": "x:ana",
    "external": "salesforce:0035g00000",
}


def document() -> dict[str, Any]:
    """OpenAPI 3.1."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Tessera lookup API", "version": "1"},
        "security": [{"token": []}],
        "paths": {
            "/v1/customers/{customer_id}": {"get": _get("One customer", "Profile", [_ID])},
            "/v1/customers": {"get": _get("Customers that have a key", "Customers", _key_params())},
            "/v1/customers/{customer_id}/timeline": {
                "get": _get("What they said, were told and bought", "Timeline", [_ID, *_paging()])
            },
            "/v1/customers/{customer_id}/identities": {
                "get": _get("Their source records", "Identities", [_ID])
            },
            "/v1/customers/{customer_id}/why": {
                "get": _get("The evidence that ties them", "Evidence", [_ID])
            },
            "/v1/lookup": {"post": _lookup()},
            "/v1/health": {
                "get": _get("Which generation answers", "Health", []) | {"security": []}
            },
        },
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": _schemas(),
        },
    }


def _get(summary: str, schema: str, parameters: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "summary": summary,
        "parameters": parameters,
        "responses": {"200": _answer(schema), **_refusals()},
    }


def _lookup() -> dict[str, Any]:
    return {
        "summary": "Up to 1,000 keys at once",
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": _ref("Keys")}},
        },
        "responses": {"200": _answer("Answers"), **_refusals()},
    }


def _answer(schema: str) -> dict[str, Any]:
    return {
        "description": "The answer, of the generation that X-Tessera-Generation names",
        "content": {"application/json": {"schema": _ref(schema)}},
    }


def _refusals() -> dict[str, Any]:
    what = {
        "304": "Unchanged since the ETag sent",
        "308": "The customer was merged into another",
        "400": "A malformed question",
        "401": "No valid token",
        "403": "The token does not reach so far",
        "404": "No such customer",
        "429": "Too many requests; see Retry-After",
        "503": "Nothing is published yet",
    }
    return {status: {"description": text} for status, text in what.items()}


def _key_params() -> list[dict[str, Any]]:
    return [
        {"name": kind, "in": "query", "schema": {"type": "string"}, "example": _EXAMPLES[kind]}
        for kind in KINDS
    ]


def _paging() -> list[dict[str, Any]]:
    count = {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}
    return [
        {"name": "limit", "in": "query", "schema": count},
        {"name": "before", "in": "query", "schema": {"type": "string"}},
    ]


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _schemas() -> dict[str, Any]:
    rows = {"type": "array", "items": {"type": "object"}}
    profile = {
        "type": "object",
        "required": ["customer", "identities", "consents"],
        "properties": {"customer": {"type": "object"}, "identities": rows, "consents": rows},
    }
    customers = {"type": "array", "items": _ref("Profile")}
    answer = {
        "type": "object",
        "required": ["customers"],
        "properties": {"customers": customers, "error": {"type": "string"}},
    }
    one_key = {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "properties": {kind: {"type": "string"} for kind in ("id", *KINDS)},
    }
    return {
        "Profile": profile,
        "Customers": _object(customers=customers),
        "Answers": _object(answers={"type": "array", "items": answer}),
        "Keys": _object(keys={"type": "array", "items": one_key, "maxItems": 1000}),
        "Timeline": _object(entries=rows, next={"type": ["string", "null"]}),
        "Identities": _object(identities=rows),
        "Evidence": _object(edges=rows),
        "Health": _object(generation={"type": "string"}, published={"type": ["string", "null"]}),
    }


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}
