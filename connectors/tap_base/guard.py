"""Limits on what a source may make us do: bytes, time, origins, private addresses."""

import ipaddress
import math
import socket
import ssl
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpcore
import httpx

from connectors.tap_base.errors import RefusedError, TransientError
from connectors.tap_base.instants import Clock

_PORTS = {"http": 80, "https": 443}
_CHUNK = 1 << 20


def origin(url: str) -> tuple[str, str, int | None]:
    """Return scheme, host and port of a URL."""
    parts = urlsplit(url)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or _PORTS.get(parts.scheme)


def within(base: str, target: str, place: str = "") -> str:
    """Resolve a URL that an answer gave us, and refuse it outside our origin.

    Args:
        base: The URL that was asked.
        target: What the answer said: absolute or relative.
        place: Named in the error.

    Returns:
        The absolute URL.

    Raises:
        RefusedError: Another scheme, host or port: our credentials do not go there.
    """
    url = urljoin(base, target)
    if origin(url) != origin(base):
        raise RefusedError(
            "the source sends us on to another origin, where our credentials must not go",
            "set base_url to the address the source really lives at",
            place=place,
        )
    return url


def is_private(host: str) -> bool:
    """Tell whether a host is, literally, an address of this machine or of a private network."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return False


class Allotment:
    """The seconds that the request under way in each thread has left."""

    def __init__(self, seconds: float, clock: Clock) -> None:
        """Allot as many to every request."""
        self._seconds, self._clock, self._here = seconds, clock, threading.local()

    def begin(self) -> None:
        """Count from now, for this thread's request."""
        self._here.end = self._clock.monotonic() + self._seconds

    def left(self) -> float:
        """Return the seconds left."""
        return float(getattr(self._here, "end", math.inf)) - self._clock.monotonic()


class TimedStream(httpcore.NetworkStream):
    """A connection on which each wait counts towards its request's time.

    A timeout per wait alone lets a source that sends byte by byte keep us for days.
    """

    def __init__(self, stream: httpcore.NetworkStream, allotment: Allotment) -> None:
        """Watch over a connection."""
        self._stream, self._allotment = stream, allotment

    def _bounded(self, timeout: float | None) -> float:
        left = self._allotment.left()
        if left <= 0:
            raise httpcore.ReadTimeout("the request's time is over")
        return left if timeout is None else min(timeout, left)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: D102
        return self._stream.read(max_bytes, self._bounded(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: D102
        self._stream.write(buffer, self._bounded(timeout))

    def close(self) -> None:  # noqa: D102
        self._stream.close()

    def start_tls(  # noqa: D102
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        made = self._stream.start_tls(ssl_context, server_hostname, self._bounded(timeout))
        return TimedStream(made, self._allotment)

    def get_extra_info(self, info: str) -> Any:  # noqa: D102
        return self._stream.get_extra_info(info)


class TimedNetwork(httpcore.SyncBackend):
    """Connects, and watches over the time of what goes on there."""

    def __init__(self, allotment: Allotment) -> None:
        """Count towards an allotment."""
        self._allotment = allotment

    def connect_tcp(self, *args: Any, **kwargs: Any) -> httpcore.NetworkStream:  # noqa: D102
        return TimedStream(super().connect_tcp(*args, **kwargs), self._allotment)


class GuardedNetwork(TimedNetwork):
    """Connects only to public addresses, checked after the name is resolved.

    Checking the address that is then connected to leaves no gap for a name that resolves
    differently the second time.
    """

    def connect_tcp(  # noqa: D102
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore.ConnectError("the name does not resolve") from error
        addresses = [str(entry[4][0]) for entry in found]
        if any(is_private(address) for address in addresses):
            raise RefusedError(
                "the host's name leads to a private address",
                "set private_network: true if the source really is in your own network",
            )
        return super().connect_tcp(addresses[0], port, timeout, local_address, socket_options)


def transport(
    *, base_url: str, private_network: bool, connections: int, allotment: Allotment
) -> httpx.HTTPTransport:
    """Build the transport: pooled, without proxies from the environment, guarded, timed.

    Args:
        base_url: Where the source lives; a literal private address there is the user's will.
        private_network: True where names may lead to private addresses.
        connections: How many may be open at once.
        allotment: What each request's waits count towards.
    """
    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
    made = httpx.HTTPTransport(limits=limits)
    free = private_network or is_private(origin(base_url)[1])
    # httpx has no public way to set the network backend; a test pins this one.
    made._pool._network_backend = (TimedNetwork if free else GuardedNetwork)(allotment)
    return made


def read_body(
    response: httpx.Response, cap: int, deadline: Callable[[], bool], place: str = ""
) -> bytes:
    """Read a body, decompressing no more than allowed.

    Args:
        response: A response whose body has not been read.
        cap: Bytes, after decompression, that are too many.
        deadline: Says that the time is up.
        place: Named in errors.

    Raises:
        RefusedError: Too many bytes, or an encoding we did not ask for.
        TransientError: Too slow, or cut short.
    """
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"identity", "gzip", "x-gzip", "deflate", ""}:
        raise RefusedError("the answer has an encoding we did not ask for", place=place)
    body = bytearray()
    for piece in _decoded(response.iter_raw(), encoding):
        body += piece
        if len(body) > cap:
            raise RefusedError(
                f"the answer is larger than {cap} bytes",
                "raise max_response_bytes if that is what you expect",
                place=place,
            )
        if deadline():
            raise TransientError("the answer did not come in time")
    return bytes(body)


def _decoded(chunks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """Decompress in bounded pieces, so that a bomb is noticed while it is small."""
    if encoding in {"identity", ""}:
        yield from chunks
        return
    inflate = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)  # gzip or zlib by its header
    try:
        for chunk in chunks:
            rest = chunk
            while rest:
                yield inflate.decompress(rest, _CHUNK)
                rest = inflate.unconsumed_tail
        yield inflate.flush()
    except zlib.error as error:
        raise TransientError("the answer's compression is broken") from error
    if not inflate.eof:
        raise TransientError("the answer was cut short")
