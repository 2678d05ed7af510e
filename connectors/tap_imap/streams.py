"""Stream `messages`: per folder what lies beyond the last UID, or all when UIDs were renumbered."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from imapclient.exceptions import IMAPClientError

from connectors.tap_base.errors import UnavailableError
from connectors.tap_base.stream import Expected, Stream
from connectors.tap_imap.mailbox import Mailbox


class MessagesStream(Stream):
    """Messages of all folders; one that lies in two is one record."""

    name = "messages"
    primary_keys: ClassVar[tuple[str, ...]] = ("id",)
    schema_filepath = Path(__file__).parent / "schemas" / "messages.json"
    is_timestamp_replication_key = False

    def expected(self) -> Expected:
        """Count the messages of all folders; the newest is not told: it would have to be read."""
        with Mailbox(self.config) as mailbox:
            folders = self.config.get("folders", ["INBOX"])
            count = sum(mailbox.open(folder)["exists"] for folder in folders)
        return count, False, None

    def get_records(self, context: Any) -> Iterable[dict[str, Any]]:
        """Fetch what is new, folder by folder; the bookmark of each moves with its messages.

        Args:
            context: Unused.

        Yields:
            Records.

        Raises:
            TapError: The server is down, refuses us, or a folder is missing.
        """
        del context
        start = self.config.get("start_date")
        since = datetime.fromisoformat(start).date() if start else None
        limit = int(self.config.get("text_bytes", 262_144))
        folders = self.stream_state.setdefault("folders", {})
        with Mailbox(self.config) as mailbox:
            for folder in self.config.get("folders", ["INBOX"]):
                opened = mailbox.open(folder)
                known = folders.get(folder, {})
                same = known.get("uidvalidity") == opened["uidvalidity"]
                mark = {"uidvalidity": opened["uidvalidity"], "uid": known["uid"] if same else 0}
                folders[folder] = mark
                try:
                    for record in mailbox.messages(
                        folder, mark["uidvalidity"], mark["uid"], since, limit
                    ):
                        yield record
                        mark["uid"] = record["uid"]
                except (OSError, IMAPClientError) as error:
                    problem = f"the connection broke ({type(error).__name__})"
                    fix = "run again; it goes on where it stopped"
                    raise UnavailableError(problem, fix, place=f"folder {folder}") from None
