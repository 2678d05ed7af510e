"""Limits on what a source may make us do: bytes, time, origins, private addresses."""

import ipaddress
import socket
import zlib
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import urljoin, urlsplit

import httpcore
import httpx

from connectors.tap_base.allotment import Allotment, TimedNetwork
from connectors.tap_base.errors import RefusedError, TransientError

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
