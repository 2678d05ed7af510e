"""The boards open in a browser without a network and show what the snapshot holds."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from social.boards import BOARDS, build
from social.routing import NothingKnownError
from tests.social.conftest import Told

FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync "
    "--virtual-time-budget=10000"
)


@pytest.fixture(scope="module")
def pages(told: Told, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return build(told.home / "warehouse/hub.duckdb", tmp_path_factory.mktemp("boards"))


def test_there_are_four_pages_that_ask_nobody(pages: list[Path]) -> None:
    assert [page.stem for page in pages] == list(BOARDS)
    for page in pages:
        text = page.read_text("utf-8")
        assert "default-src 'none'" in text
        assert not re.search(r'<(script|link|img)[^>]+(src|href)="?http', text)


def test_every_chart_is_drawn_in_headless_chromium(pages: list[Path], tmp_path: Path) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium:
        pytest.skip("chromium is not installed")
    for page in pages:
        done = subprocess.run(
            [chromium, *FLAGS.split(), f"--user-data-dir={tmp_path / page.stem}", "--dump-dom",
             page.as_uri()],
            capture_output=True, text=True, check=True, timeout=120,
        )  # fmt: skip
        dom = done.stdout
        charts = re.findall(r'<div id="chart\d+"[^>]*>(.*?)</figure>', dom, flags=re.DOTALL)
        assert 'data-ready="yes"' in dom, page.stem
        assert charts
        assert all("<svg" in chart for chart in charts), page.stem


def test_numbers_are_those_of_the_snapshot(told: Told, pages: list[Path]) -> None:
    ((waiting,),) = told.ask("select count(*) from marts.work_queue")
    text = pages[0].read_text("utf-8")
    assert f"<b>{waiting:,}</b><span>Waiting for us</span>" in text


def test_no_page_before_anything_is_published(tmp_path: Path) -> None:
    with pytest.raises(NothingKnownError, match="nothing is published"):
        build(tmp_path / "hub.duckdb", tmp_path / "boards")
