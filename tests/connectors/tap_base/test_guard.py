"""What a source may not make us do."""

import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from connectors.sandbox.server import Fault
from connectors.tap_base.errors import RefusedError, UnavailableError
from connectors.tap_base.guard import GuardedNetwork, within
from connectors.tap_base.http import Client
from connectors.tap_base.testing import Run, StillClock, run
from tests.connectors.tap_base.plain import PlainSandbox, TapPlain, made, tap_of


def read(sandbox: PlainSandbox, tap: Any = TapPlain, **config: Any) -> Run:
    base = {"base_url": sandbox.base_url, "token": "sandbox-token"}
    return run(tap, {**base, **config}, clock=StillClock())


def test_a_compressed_bomb_is_stopped_while_it_is_small() -> None:
    import resource

    with PlainSandbox(made(5)) as sandbox:
        sandbox.faults.append(Fault("bomb", size=100 << 20))
        read(sandbox)  # the sandbox itself has to make the bomb: measured from here on
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        sandbox.faults.append(Fault("bomb", size=100 << 20))
        got = read(sandbox, max_response_bytes=1 << 20)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert isinstance(got.error, RefusedError)
    assert "max_response_bytes" in str(got.error)
    assert grown < 64 << 10  # KiB


def test_credentials_never_follow_a_redirect_to_another_origin() -> None:
    with PlainSandbox(made(5)) as sandbox, PlainSandbox(made(5)) as thief:
        sandbox.elsewhere = f"{thief.base_url}/cursor"
        got = read(sandbox, tap_of(path="/moved"))
        assert thief.carried == []
    assert isinstance(got.error, RefusedError)


def test_redirects_within_the_origin_are_followed() -> None:
    with PlainSandbox(made(5)) as sandbox:
        sandbox.elsewhere = "/cursor"
        got = read(sandbox, tap_of(path="/moved"))
    assert got.error is None
    assert len(got.records("items")) == 5


def test_a_next_page_elsewhere_is_refused() -> None:
    assert within("https://a.test/x", "/y?z=1") == "https://a.test/y?z=1"
    for url in ("https://b.test/", "http://a.test/", "https://a.test:8443/", "//b.test/x"):
        with pytest.raises(RefusedError):
            within("https://a.test/x", url)


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.1.2.3", "192.168.0.9", "169.254.169.254", "::1", "fd00::1"]
)
def test_a_name_that_leads_to_a_private_address_is_refused(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def resolve(host: str, port: int, **kwargs: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    client = Client({"base_url": "http://innocent.example"}, logging.getLogger("quiet"))
    pool = client._exchange._http._transport._pool  # type: ignore[attr-defined]
    assert isinstance(pool._network_backend, GuardedNetwork)
    with pytest.raises(RefusedError, match="private_network"):
        client.get("/")


def test_a_private_base_url_is_the_users_own_will() -> None:
    with PlainSandbox(made(1)) as sandbox:
        assert read(sandbox).error is None  # 127.0.0.1


def test_a_run_beyond_its_time_goes_no_further() -> None:
    clock = StillClock()
    with PlainSandbox(made(5)) as sandbox:
        config = {"base_url": sandbox.base_url, "token": "sandbox-token", "max_run_seconds": 5}
        sandbox.faults.append(Fault("status", 429, {"Retry-After": "60"}))
        got = run(TapPlain, config, clock=clock)
    assert isinstance(got.error, RefusedError)
    assert "max_run_seconds" in str(got.error)


@contextmanager
def dripping(clock: StillClock, *, head: bool) -> Iterator[tuple[str, list[int]]]:
    """A server that answers in full, but byte by byte, with ten seconds between them.

    What drips is the body, or the head as well. No wait is real: the server moves the clock.
    Yields its URL, and the bytes that each request was given.
    """
    told, given = b'{"data": [], "meta": {"next": null}}', []
    start = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    start %= len(told)

    def answer(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.recv(65536)
            given.append(0)
            if not head:
                connection.sendall(start)
            for byte in (start if head else b"") + told:
                clock.sleep(10)
                connection.sendall(bytes([byte]))
                given[-1] += 1
                time.sleep(0.002)  # that the reader may see them one by one

    def serve(listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                answer(listener.accept()[0])

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", given
        listener.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("head", [False, True])
def test_an_answer_that_drips_is_given_up_in_time(head: bool) -> None:
    clock = StillClock()
    with dripping(clock, head=head) as (url, given):
        config = {"base_url": url, "token": "sandbox-token", "timeout_seconds": 30}
        got = run(TapPlain, config, clock=clock)
    assert isinstance(got.error, UnavailableError)
    assert "in time, 7 times in a row" in str(got.error)
    assert len(given) == 7
    assert max(given) < 30, "each byte came in time; all of them would not"


def test_secrets_are_blanked_in_every_line_that_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with PlainSandbox(made(1)) as sandbox:
        handler = logging.StreamHandler()
        logging.getLogger().addHandler(handler)
        try:
            with caplog.at_level(logging.DEBUG):
                read(sandbox, token="very-secret-token")
            record = logging.LogRecord("x", 20, "", 0, "token is %s", ("very-secret-token",), None)
            assert handler.filter(record)
            assert record.getMessage() == "token is ***"
        finally:
            logging.getLogger().removeHandler(handler)
    assert "very-secret-token" not in caplog.text


def test_the_check_tells_what_to_expect_without_a_value() -> None:
    with PlainSandbox(made(25)) as sandbox:
        tap = TapPlain(config={"base_url": sandbox.base_url, "token": "sandbox-token"})
        report = tap.check()
        assert report.ok
        assert report.quota_left is not None
        (stream,) = report.streams
        assert (stream.rows, stream.at_least) == (10, True)
        assert report.newest == "2026-05-02T00:00:00.000000Z"
        refused = TapPlain(config={"base_url": sandbox.base_url, "token": "no"}).check()
    assert (refused.ok, refused.reachable) == (False, True)
    assert "authorise again: ask Ann" in str(refused.streams[0].error)
