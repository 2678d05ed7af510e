"""What pages refuse: strangers, forged forms, other people's scripts."""

import contextlib
import re
import socket
from collections.abc import Iterator

import httpx
import pytest

from serving import tokens
from tests.serving.pages.conftest import HOSTILE, Served


@pytest.fixture
def browser(served: Served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=served.url, follow_redirects=True) as client:
        assert client.post("/login", data={"token": served.token}).status_code == 200
        yield client


def forgery(page: httpx.Response) -> str:
    return re.search(r'name="forgery" value="([^"]+)"', page.text).group(1)


def test_strangers_get_the_login_and_nothing_else(served: Served) -> None:
    with httpx.Client(base_url=served.url) as stranger:
        for path in ("/", f"/customers/{served.ordinary}", "/review", "/?q=ana"):
            answer = stranger.get(path)
            assert (answer.status_code, answer.headers["location"]) == (303, "/login")
        assert stranger.post("/login", data={"token": "wrong"}).status_code == 401
        foreign = {"origin": "https://evil.example"}
        answer = stranger.post("/login", data={"token": served.token}, headers=foreign)
        assert answer.status_code == 403


def test_an_analysts_token_opens_no_page(served: Served) -> None:
    secret, _ = tokens.issue(served.home, "Ann", "analyst")
    assert httpx.post(f"{served.url}/login", data={"token": secret}).status_code == 403


def test_a_revoked_token_closes_its_pages(served: Served) -> None:
    secret, token = tokens.issue(served.home, "leaver")
    with httpx.Client(base_url=served.url) as client:
        client.post("/login", data={"token": secret})
        assert client.get("/").status_code == 200
        tokens.revoke(served.home, token.token_id)
        assert client.get("/").headers["location"] == "/login"


def test_hostile_values_are_text_and_no_script_may_run(
    browser: httpx.Client, served: Served
) -> None:
    page = browser.get(f"/customers/{served.hostile}")
    assert HOSTILE not in page.text
    assert "<img" not in page.text
    assert "javascript:" not in page.text
    assert "&lt;script&gt;" in page.text
    policy = page.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    found = browser.get("/", params={"q": HOSTILE})
    assert "<script>document" not in found.text


def test_a_forged_form_decides_nothing(browser: httpx.Client, served: Served) -> None:
    review = browser.get("/review")
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', review.text))
    for wrong in ({"forgery": "guess"}, {"forgery": ""}):
        assert browser.post("/review", data=fields | wrong).status_code == 403
    del fields["forgery"]
    assert browser.post("/review", data=fields).status_code == 400
    assert not served.ledger.exists()
    cookie = browser.cookies.jar
    assert all(c.has_nonstandard_attr("HttpOnly") for c in cookie)
    assert all(c.get_nonstandard_attr("SameSite") == "strict" for c in cookie)


def test_who_may_not_decide_is_told_so(served: Served) -> None:
    secret, _ = tokens.issue(served.home, "reader", scopes=["profiles"])
    with httpx.Client(base_url=served.url, follow_redirects=True) as client:
        client.post("/login", data={"token": secret})
        page = client.get("/review")
        assert "You can look but not decide" in page.text
        answer = client.post("/review", data={"forgery": forgery(page), "verb": "same"})
        assert answer.status_code == 403


@pytest.mark.parametrize("way", ["id", "email", "handle", "record", "name", "part"])
def test_anything_one_knows_finds_the_customer(
    browser: httpx.Client, served: Served, way: str
) -> None:
    person = re.search(r"\d+", served.email).group(0)
    page = browser.get(f"/customers/{served.ordinary}").text
    name = re.search(r"<h1[^>]*>([^<]+)</h1>", page).group(1)
    words = {
        "id": served.ordinary,
        "email": served.email.upper(),
        "handle": f"x:user_{person}",
        "record": f"crm:crm-{person}",
        "name": name.replace("&#39;", "'").upper(),
        "part": name.split()[-1],
    }[way]
    assert served.ordinary in browser.get("/", params={"q": words}).text or way in (
        "part",
        "handle",
    )
    assert browser.get("/", params={"q": "%"}).status_code == 200


def test_ten_megabytes_are_refused_and_the_next_is_served(served: Served) -> None:
    host, port = served.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(b"GET /v1/customers?email=")
        with contextlib.suppress(OSError):  # It may hang up before it has heard all.
            connection.sendall(b"a" * 10_000_000 + b" HTTP/1.1\r\nhost: x\r\n\r\n")
        with contextlib.suppress(OSError):
            assert connection.recv(100).split()[1] in (b"400", b"401", b"414", b"431")
    headers = {"authorization": f"Bearer {served.token}"}
    answer = httpx.get(f"{served.url}/v1/customers?email={served.email}", headers=headers)
    assert answer.status_code == 200
