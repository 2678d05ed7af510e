"""Feeds over real HTTP: every dialect, and nothing asked for twice."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from connectors.tap_base.testing import run
from connectors.tap_feed.tap import TapFeed

RSS = """<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
<title>Forum</title>
<item><title>Où ?</title><link>http://f.test/1</link><guid isPermaLink="false">g1</guid>
<dc:creator>Zoë</dc:creator><pubDate>Tue, 04 Mar 2025 10:00:00 +0100</pubDate>
<description>&lt;p&gt;Hello&lt;/p&gt;</description><category>help</category></item>
<item><title>No id</title><link>http://f.test/2</link><pubDate>yesterday</pubDate></item>
</channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Blog</title>
<entry><id>urn:1</id><title>One</title><link href="http://b.test/1"/><updated>2025-03-05T00:00:00Z</updated>
<published>2025-03-04T00:00:00Z</published><author><name>Ada</name><uri>https://ada.test</uri>
<email>ada@e.test</email></author><content type="html">Text</content></entry></feed>"""
JSON_FEED = """{"version": "https://jsonfeed.org/version/1.1", "title": "J", "items": [
{"id": "7", "url": "http://j.test/7", "content_html": "<p>Hi</p>", "date_published":
"2025-03-04T10:00:00+01:00", "authors": [{"name": "Bo", "url": "https://bo.test"}], "tags":
["a"]}]}"""


class Site:
    """A web server with one document, which knows when it did not change."""

    def __init__(self) -> None:
        self.document, self.version, self.answers = RSS, 1, []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                etag = f'"v{site.version}"'
                status = 304 if self.headers.get("If-None-Match") == etag else 200
                site.answers.append(status)
                body = b"" if status == 304 else site.document.encode()
                self.send_response(status)
                self.send_header("ETag", etag)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.config = {"url": f"http://127.0.0.1:{self.server.server_port}/feed.xml"}


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.server.shutdown()
    made.server.server_close()


def test_rss_is_read(site: Site) -> None:
    first, second = run(TapFeed, site.config).records("entries")
    assert first["id"] == "g1"
    assert first["published_at"] == "2025-03-04T09:00:00.000000Z"
    assert (first["author_name"], first["content"], first["tags"]) == (
        "Zoë",
        "<p>Hello</p>",
        ["help"],
    )
    assert second["id"] == "http://f.test/2"


def test_atom_is_read(site: Site) -> None:
    site.document = ATOM
    (entry,) = run(TapFeed, site.config).records("entries")
    assert (entry["id"], entry["author_email"], entry["author_url"]) == (
        "urn:1",
        "ada@e.test",
        "https://ada.test",
    )
    assert entry["updated_at"] > entry["published_at"]


def test_json_feed_is_read(site: Site) -> None:
    site.document = JSON_FEED
    (entry,) = run(TapFeed, site.config).records("entries")
    assert (entry["id"], entry["author_url"], entry["tags"]) == ("7", "https://bo.test", ["a"])


def test_an_unchanged_feed_is_not_sent_again(site: Site) -> None:
    first = run(TapFeed, site.config)
    second = run(TapFeed, site.config, first.state)
    site.document, site.version = RSS.replace("Où ?", "Edited"), 2
    third = run(TapFeed, site.config, second.state)
    assert site.answers == [200, 304, 200]
    assert second.records("entries") == []
    assert [entry["title"] for entry in third.records("entries")] == ["Edited"]


def test_a_page_that_is_no_feed_is_an_error(site: Site) -> None:
    site.document = "<html><body>Moved</body></html>"
    from connectors.tap_base.testing import StillClock

    failed = run(TapFeed, site.config, clock=StillClock())
    assert "HTML" in str(failed.error)
    assert failed.records("entries") == []
