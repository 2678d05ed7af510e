"""The pages in a real browser: keyboard only, light and dark, no script but ours."""

import json
import shutil
from collections.abc import Iterator

import pytest

from tests.serving.pages.conftest import Served

playwright = pytest.importorskip("playwright.sync_api")

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("no Chromium: apt-get install chromium")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: object, served: Served) -> Iterator[object]:
    context = chromium.new_context(color_scheme="dark")
    page = context.new_page()
    page.trouble = []
    page.on("pageerror", lambda error: page.trouble.append(str(error)))
    page.on("dialog", lambda dialog: page.trouble.append(dialog.message))
    page.goto(served.url)
    page.keyboard.type(served.token)
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=search]")
    yield page
    assert page.trouble == []
    context.close()


def test_from_the_search_to_the_whole_timeline_by_keyboard(page: object, served: Served) -> None:
    page.keyboard.press("/")
    page.keyboard.type(served.email)
    page.keyboard.press("Enter")
    page.wait_for_selector("ol.timeline")
    shown = page.locator("ol.timeline > li:not(.more)").count()
    assert shown == 25
    page.locator("[data-more]").focus()
    page.keyboard.press("Enter")
    page.locator("ol.timeline > li").nth(shown + 1).wait_for()
    golden = page.locator("dl.facts").first.inner_text()
    assert served.email in golden
    assert "source priority" in golden
    page.locator("summary").click()
    assert "14.5 bits" in page.locator(".evidence").inner_text()


def test_a_hostile_customer_owns_nothing(page: object, served: Served) -> None:
    page.goto(f"{served.url}/customers/{served.hostile}")
    assert "owned" not in page.title().split("<")[0]
    assert page.locator("main img").count() == 0
    assert page.locator("main script").count() == 0
    assert "<img src=x" in page.locator("h1").inner_text()


def test_one_key_press_decides_and_the_ledger_has_it(page: object, served: Served) -> None:
    page.goto(f"{served.url}/review")
    waiting = page.locator("main .hint").first.inner_text()
    assert "become one" in page.locator("#will-same").inner_text()
    heads = page.locator("table.pair thead th").all_inner_texts()[1:]
    page.keyboard.press("n")
    page.get_by_text("Written: not the same").wait_for()
    written = [json.loads(line) for line in served.ledger.read_text().splitlines()]
    assert [(w["verb"], w["by"]) for w in written] == [("never", "Stella")]
    assert sorted(":".join(record) for record in written[0]["records"]) == sorted(heads)
    if page.locator("table.pair").count():
        assert page.locator("main .hint").first.inner_text() != waiting
        page.keyboard.press("y")
        page.get_by_text("Written: the same").wait_for()
        assert json.loads(served.ledger.read_text().splitlines()[-1])["verb"] == "confirm"


def test_light_and_dark_and_labels(chromium: object, page: object, served: Served) -> None:
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.emulate_media(color_scheme="light")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != dark
    for path in ("/", f"/customers/{served.ordinary}", "/review", "/?q=an"):
        page.goto(served.url + path)
        unnamed = page.evaluate(
            """[...document.querySelectorAll('input:not([type=hidden]), button, a, meter, section')]
            .filter(e => !(e.ariaLabel || e.textContent.trim() || e.getAttribute('aria-labelledby')
                           || e.labels?.length)).map(e => e.outerHTML)"""
        )
        assert unnamed == []
        assert page.locator("h1").count() == 1
        assert page.evaluate("document.documentElement.lang") == "en"
