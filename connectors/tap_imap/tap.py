"""The tap."""

from collections.abc import Sequence
from typing import Any, ClassVar

from connectors.tap_base.tap import Tap
from connectors.tap_imap.streams import MessagesStream


class TapImap(Tap):
    """Mail of one account over IMAP: headers, text, threads, addresses; attachments are listed."""

    name = "tap-imap"
    package_name = "tessera"
    config_jsonschema: ClassVar[dict[str, Any]] = {
        "type": "object",
        "required": ["host", "user"],
        "properties": {
            "host": {"type": "string", "description": "Mail server."},
            "port": {"type": "integer", "description": "993, or 143 without `ssl`, unless given."},
            "ssl": {
                "type": "boolean",
                "default": True,
                "description": "Encrypted from the start; false is refused beyond this machine.",
            },
            "user": {"type": "string", "description": "Account to log in with."},
            "password": {"type": "string", "secret": True, "description": "Its password."},
            "access_token": {
                "type": "string",
                "secret": True,
                "description": "OAuth 2 token for XOAUTH2, instead of a password.",
            },
            "folders": {
                "type": "array",
                "items": {"type": "string"},
                "default": ["INBOX"],
                "description": "Folders to read; with the folder of sent mail threads are whole.",
            },
            "own_addresses": {
                "type": "array",
                "items": {"type": "string"},
                "description": "Our addresses: mail from them is outbound. The user is one.",
            },
            "start_date": {
                "type": "string",
                "format": "date",
                "description": "Mail received before is left out.",
            },
            "text_bytes": {
                "type": "integer",
                "default": 262144,
                "description": "Octets of text to load of each message.",
            },
        },
    }

    def discover_streams(self) -> Sequence[MessagesStream]:
        """List the streams: one.

        Returns:
            The stream of messages.
        """
        return [MessagesStream(self)]
