"""Messages between a run and its workers: the length (4 bytes), then MessagePack."""

import struct
from typing import IO, Any

import msgspec


def send(pipe: IO[bytes], value: Any) -> None:
    """Writes one message."""
    body = msgspec.msgpack.encode(value)
    pipe.write(struct.pack(">I", len(body)) + body)
    pipe.flush()


def receive(pipe: IO[bytes]) -> Any:
    """Reads one message; None at the end."""
    head = pipe.read(4)
    if len(head) < 4:
        return None
    return msgspec.msgpack.decode(pipe.read(struct.unpack(">I", head)[0]))
