"""How lines reach stdout: whole, together, and in order."""

import sys

from singer_sdk.singerlib.encoding import GenericSingerWriter
from singer_sdk.singerlib.encoding.simple import Message, RecordMessage

from connectors.tap_base.plan import encoder, escaped

BUFFER_BYTES = 1 << 16
"""Lines are handed to the pipe in pieces of its usual capacity."""


class BufferedWriter(GenericSingerWriter[bytes, Message]):
    """Gathers whole lines and writes them together; everything but a RECORD flushes."""

    def __init__(self) -> None:
        super().__init__()
        self._lines = bytearray()

    def serialize_message(self, message: Message) -> bytes:
        """Encode one message as a line of JSON.

        Args:
            message: Any Singer message.

        Returns:
            UTF-8 bytes without the line's end.
        """
        content = message.to_dict()
        try:
            return encoder.encode(content)
        except UnicodeEncodeError:
            return escaped(content)

    def write_message(self, message: Message) -> None:
        """Write a message to stdout, after all lines before it.

        Args:
            message: Any Singer message.
        """
        self.write_line(self.serialize_message(message) + b"\n")
        if not isinstance(message, RecordMessage):
            self.flush()

    def write_line(self, line: bytes) -> None:
        """Keep one whole line, its end included, until the buffer is full.

        Args:
            line: An encoded message with its line end.
        """
        self._lines += line
        if len(self._lines) >= BUFFER_BYTES:
            self.flush()

    def flush(self) -> None:
        """Hand every gathered line to stdout."""
        lines, self._lines = self._lines, bytearray()
        if lines:
            sys.stdout.buffer.write(lines)
            sys.stdout.flush()
