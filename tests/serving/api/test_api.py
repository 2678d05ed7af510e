"""The lookup API: the right fields for the right caller, and clear answers to everything else."""

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import msgspec
import pytest
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from serving import generations, tokens
from serving.api.app import create_app
from serving.api.openapi import document
from serving.lookup import store


@pytest.fixture
def client(home: Path) -> Iterator[TestClient]:
    secret, _ = tokens.issue(home, "crm", per_second=1e6)
    with TestClient(create_app(home), headers={"authorization": f"Bearer {secret}"}) as client:
        yield client


@pytest.fixture
def known(home: Path) -> dict[str, str]:
    with duckdb.connect(home / "published" / "hub.duckdb", read_only=True) as hub:
        row = hub.execute(
            "select customer_id, primary_email, primary_phone, handles[1].handle "
            "from marts.customers where len(handles) = 1 and len(phones) = 1 "
            "and interaction_count = 6 and record_count = 3 limit 1"
        ).fetchone()
        alias = hub.execute("select alias_id, customer_id from marts.customer_aliases").fetchone()
    names = ("id", "email", "phone", "handle")
    return dict(zip(names, row, strict=True)) | {"alias": alias[0], "merged": alias[1]}


def as_analyst(home: Path) -> dict[str, str]:
    secret, _ = tokens.issue(home, "dashboard", "analyst")
    return {"authorization": f"Bearer {secret}"}


def valid(name: str, body: object) -> bool:
    said = document()
    schema = {"$ref": f"#/components/schemas/{name}", "components": said["components"]}
    return Draft202012Validator(schema).is_valid(body)


def test_a_profile_by_id_and_by_every_kind_of_key(
    client: TestClient, known: dict[str, str]
) -> None:
    by_id = client.get(f"/v1/customers/{known['id']}")
    assert by_id.status_code == 200
    assert valid("Profile", by_id.json())
    assert by_id.headers["x-tessera-generation"] == "g1"
    for query in (
        {"email": known["email"].upper()},
        {"phone": known["phone"]},
        {"handle": f"x:@{known['handle']}"},
        {"external": f"crm:{by_id.json()['identities'][0]['source_record_id']}"},
    ):
        found = client.get("/v1/customers", params=query).json()
        assert found == {"customers": [by_id.json()]}


def test_a_merged_id_leads_to_the_customer_it_became(
    client: TestClient, known: dict[str, str]
) -> None:
    for tail in ("", "/identities", "/timeline?limit=3", "/why"):
        answer = client.get(f"/v1/customers/{known['alias']}{tail}", follow_redirects=False)
        assert answer.status_code == 308
        assert answer.headers["location"] == f"/v1/customers/{known['merged']}{tail}"


def test_an_etag_holds_for_one_generation(
    client: TestClient, known: dict[str, str], refresh: Callable[..., str]
) -> None:
    path = f"/v1/customers/{known['id']}"
    tag = client.get(path).headers["etag"]
    again = client.get(path, headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
    refresh()
    anew = client.get(path, headers={"if-none-match": tag})
    assert (anew.status_code, anew.headers["x-tessera-generation"]) == (200, "g2")


def test_the_timeline_comes_in_pages_without_gap_or_repeat(
    client: TestClient, known: dict[str, str]
) -> None:
    path = f"/v1/customers/{known['id']}/timeline"
    whole = client.get(path, params={"limit": 200}).json()
    assert valid("Timeline", whole)
    assert {e["type"] for e in whole["entries"]} >= {"interaction"}
    assert any(e["direction"] == "outbound" for e in whole["entries"])
    moments = [e["occurred_at"] for e in whole["entries"]]
    assert moments == sorted(moments, reverse=True)
    pages, before = [], {}
    while True:
        page = client.get(path, params={"limit": 2, **before}).json()
        pages += page["entries"]
        if page["next"] is None:
            break
        before = {"before": page["next"]}
    assert pages == whole["entries"]


def test_why_names_the_evidence(client: TestClient, known: dict[str, str]) -> None:
    edges = client.get(f"/v1/customers/{known['id']}/why").json()["edges"]
    assert len(edges) == 2
    assert {edge["rule"] for edge in edges} == {"email"}


def test_many_keys_are_answered_in_their_order(client: TestClient, known: dict[str, str]) -> None:
    keys = [{"email": known["email"]}, {"id": known["alias"]}, {"id": "x"}, {"phone": "?"}, {}]
    body = client.post("/v1/lookup", json={"keys": keys}).json()
    assert valid("Answers", body)
    found = [[c["customer"]["customer_id"] for c in a["customers"]] for a in body["answers"]]
    assert found == [[known["id"]], [known["merged"]], [], [], []]
    assert [a.get("error") is not None for a in body["answers"]] == [
        False,
        False,
        False,
        True,
        True,
    ]
    assert client.post("/v1/lookup", json={"keys": [{"id": "x"}] * 1000}).status_code == 200
    assert client.post("/v1/lookup", json={"keys": [{"id": "x"}] * 1001}).status_code == 400
    assert client.post("/v1/lookup", content=b"[" * 2_000_000).status_code == 413


def test_analysts_see_no_personal_field(
    home: Path, client: TestClient, known: dict[str, str]
) -> None:
    headers = as_analyst(home)
    profile = client.get(f"/v1/customers/{known['id']}", headers=headers)
    assert "record_count" in profile.json()["customer"]
    identities = client.get(f"/v1/customers/{known['id']}/identities", headers=headers)
    timeline = client.get(f"/v1/customers/{known['id']}/timeline", headers=headers)
    for answer in (profile, identities, timeline):
        assert answer.status_code == 200
        for personal in (known["email"], known["phone"], known["handle"], "Message", "full_name"):
            assert personal not in answer.text
    for query in (
        {"email": known["email"]},
        {"phone": known["phone"]},
        {"handle": "x:a"},
        {"external": "crm:1"},
    ):
        assert client.get("/v1/customers", params=query, headers=headers).status_code == 403
    assert client.get(f"/v1/customers/{known['id']}/why", headers=headers).status_code == 403


def test_without_a_valid_token_nothing_is_said(
    home: Path, client: TestClient, known: dict[str, str]
) -> None:
    path = f"/v1/customers/{known['id']}"
    for header in ("", "Bearer ", "Bearer wrong", "Basic YTpi", b"Bearer \xff"):
        assert client.get(path, headers={"authorization": header}).status_code == 401
    secret, _ = tokens.issue(home, "short", days=-1)
    assert client.get(path, headers={"authorization": f"Bearer {secret}"}).status_code == 401
    held = (home / "serving" / "tokens.sqlite").read_bytes()
    assert secret.encode() not in held


def test_a_revoked_token_ends_with_the_next_request(
    home: Path, client: TestClient, known: dict[str, str]
) -> None:
    secret, token = tokens.issue(home, "leaver")
    headers = {"authorization": f"Bearer {secret}"}
    assert client.get(f"/v1/customers/{known['id']}", headers=headers).status_code == 200
    tokens.revoke(home, token.token_id)
    assert client.get(f"/v1/customers/{known['id']}", headers=headers).status_code == 401


def test_who_asks_too_often_is_told_to_wait(home: Path, client: TestClient) -> None:
    secret, _ = tokens.issue(home, "eager", per_second=0.5)
    headers = {"authorization": f"Bearer {secret}"}
    answers = [client.get("/v1/customers/x", headers=headers) for _ in range(8)]
    assert [a.status_code for a in answers][:5] == [404] * 5
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) >= 1


def test_a_token_reaches_as_far_as_its_scopes(
    home: Path, client: TestClient, known: dict[str, str]
) -> None:
    secret, _ = tokens.issue(home, "narrow", scopes=["profiles"])
    headers = {"authorization": f"Bearer {secret}"}
    for tail, status in (("", 200), ("/timeline", 403), ("/why", 403)):
        path = f"/v1/customers/{known['id']}{tail}"
        assert client.get(path, headers=headers).status_code == status


def test_the_audit_says_who_read_whom_and_never_by_what(
    home: Path, client: TestClient, known: dict[str, str]
) -> None:
    client.get("/v1/customers", params={"email": known["email"]})
    client.get(f"/v1/customers/{known['id']}/timeline")
    (file,) = (home / "logs" / "access").iterdir()
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [(line["who"], line["what"], line["customers"]) for line in lines] == [
        ("crm", "by email", [known["id"]]),
        ("crm", "timeline", [known["id"]]),
    ]
    assert known["email"] not in file.read_text()
    assert file.stat().st_mode & 0o077 == 0


def test_no_wildcard_finds_anybody(client: TestClient) -> None:
    for value in ("%@example.com", "*@example.com", "_@example.com", "user?@example.com"):
        found = client.get("/v1/customers", params={"email": value})
        assert found.json() == {"customers": []}
    assert client.get("/v1/customers").status_code == 400


def hostile() -> list[str]:
    chance = random.Random(7)
    shapes = json.loads((Path(__file__).parent / "hostile.json").read_text())
    made = [
        "".join(chr(chance.choice([*range(1, 127), 0x202E, 0x430, 0x1F600])) for _ in range(n % 60))
        for n in range(1000 - len(shapes))
    ]
    return shapes + made


def test_a_thousand_malformed_keys_get_clear_answers(client: TestClient) -> None:
    for number, value in enumerate(hostile()):
        kind = ("email", "phone", "handle", "external")[number % 4]
        answer = client.get("/v1/customers", params={kind: value})
        assert answer.status_code in (200, 400), (kind, value)
        body = answer.json()
        assert body == {"customers": []} or list(body) == ["error"]
    for path in ("/v1/customers/%00", "/v1/customers/%ff%fe", "/v1/customers/..%2f..", "/v1/x"):
        assert client.get(path).status_code == 404
    assert client.get("/v1/health").status_code == 200


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=x", "limit=²", "before=x", "before=W10="]
)
def test_a_malformed_page_is_refused(client: TestClient, known: dict[str, str], query: str) -> None:
    assert client.get(f"/v1/customers/{known['id']}/timeline?{query}").status_code == 400


def test_every_answer_fits_the_openapi_document(client: TestClient) -> None:
    said = client.get("/v1/openapi.json").json()
    assert said == json.loads(msgspec.json.encode(document()))
    served = {route.path for route in client.app.routes if route.path.startswith("/v1/")}
    assert served - {"/v1/openapi.json"} == set(said["paths"])
    assert valid("Health", client.get("/v1/health").json())


def test_without_a_sidecar_it_says_so_and_recovers(home: Path, refresh: Callable[..., str]) -> None:
    (home / store.LINK).resolve().unlink()
    secret, _ = tokens.issue(home, "crm")
    headers = {"authorization": f"Bearer {secret}"}
    with TestClient(create_app(home), headers=headers) as client:
        answer = client.get("/v1/customers/x")
        assert answer.status_code == 503
        assert "tessera run" in answer.json()["error"]
        refresh()
        client.app.state.desk._look_again = 0.0
        assert client.get("/v1/customers/x").status_code == 404


def test_a_withdrawn_generation_keeps_answering_until_the_next(
    home: Path, client: TestClient, known: dict[str, str], refresh: Callable[..., str]
) -> None:
    refresh()
    path = f"/v1/customers/{known['id']}"
    assert client.get(f"{path}/timeline").headers["x-tessera-generation"] == "g2"
    generations.withdraw(home, "g2")
    assert client.get(path).status_code == 200
    assert client.get(f"{path}/timeline").status_code == 200
    health = client.get("/v1/health").json()
    assert health == {"generation": "g2", "published": "g1"}
    refresh()
    assert client.get("/v1/health").json() == {"generation": "g3", "published": "g3"}
