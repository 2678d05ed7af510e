"""The pages in a real browser: keyboard only, light and dark, no script but ours."""

import json
import re
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
    # Each value says where it came from and when.
    bare = page.locator("dl.facts dd:not(:has(.origin))").all_inner_texts()
    assert [value for value in bare if "@" in value] == []
    assert re.search(r"crm:crm-\d+( and \d more)? · linked \d{4}-\d\d-\d\d", golden)
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
    records = page.locator("table.pair .record").all_inner_texts()
    page.keyboard.press("n")
    page.get_by_text("Written: not the same. They stay two customers").wait_for()
    written = [json.loads(line) for line in served.ledger.read_text().splitlines()]
    assert [(w["verb"], w["by"]) for w in written] == [("never", "Stella")]
    assert sorted(":".join(record) for record in written[0]["records"]) == sorted(records)
    assert page.locator("main .hint").first.inner_text() != waiting
    page.keyboard.press("u")
    page.get_by_text("Taken back").wait_for()
    assert page.locator("main .hint").first.inner_text() == waiting
    assert page.locator("table.pair .record").all_inner_texts() == records
    page.keyboard.press("y")
    page.get_by_text("Written: the same. Two customers become one").wait_for()
    verbs = [json.loads(line)["verb"] for line in served.ledger.read_text().splitlines()]
    assert verbs == ["never", "undo", "confirm"]


def test_the_waterfall_adds_up_to_the_weight(page: object, served: Served) -> None:
    page.goto(f"{served.url}/review")
    bits = [float(n) for n in page.locator(".waterfall .number").all_inner_texts()]
    assert len(bits) == 5
    assert sum(bits[:-1]) == pytest.approx(bits[-1])
    widths = page.locator(".waterfall rect").evaluate_all("all => all.map(r => r.getBBox().width)")
    assert widths[1] / widths[2] == pytest.approx(10.2 / 5.0, rel=0.01)


def test_light_and_dark_and_labels(chromium: object, page: object, served: Served) -> None:
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.emulate_media(color_scheme="light")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != dark
    for path in ("/", f"/customers/{served.ordinary}", "/review", "/?q=an"):
        page.goto(served.url + path)
        unnamed = page.evaluate(
            """[...document.querySelectorAll(
                'input:not([type=hidden]), button, a, meter, section, th')]
            .filter(e => !(e.ariaLabel || e.textContent.trim() || e.getAttribute('aria-labelledby')
                           || e.labels?.length)).map(e => e.outerHTML)"""
        )
        assert unnamed == []
        assert page.locator("h1").count() == 1
        assert page.evaluate("document.documentElement.lang") == "en"
