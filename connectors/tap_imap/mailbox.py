"""The wire: log in, select a folder, fetch what is new in it."""

import ipaddress
import ssl
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, Self

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError, LoginError

from connectors.tap_base.errors import (
    AuthorisationError,
    MissingError,
    RefusedError,
    UnavailableError,
)
from connectors.tap_imap.messages import instant, record_of, text_of
from connectors.tap_imap.structure import parts, readable

BATCH = 200
"""Messages asked for at once."""

SECONDS = 60
"""How long one answer may take."""

HEAD = ("INTERNALDATE", "RFC822.SIZE", "FLAGS", "BODYSTRUCTURE", "BODY.PEEK[HEADER]")


class Mailbox(AbstractContextManager["Mailbox"]):
    """One account, opened read-only: nothing is marked as seen."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._config = config
        self._place = f"{config['host']}:{config.get('port') or 'default port'}"
        self._own = {address.lower() for address in config.get("own_addresses", ())}
        self._own |= {str(config["user"]).lower()}

    def __enter__(self) -> Self:
        config, encrypted = self._config, self._config.get("ssl", True)
        if not encrypted and not _is_loopback(config["host"]):
            fix = "set 'ssl: true'; a password goes unencrypted to this machine only"
            raise RefusedError("the connection is not encrypted", fix, place=self._place)
        try:
            self._client = IMAPClient(
                config["host"],
                port=config.get("port"),
                ssl=encrypted,
                ssl_context=ssl.create_default_context() if encrypted else None,
                timeout=SECONDS,
            )
        except (OSError, IMAPClientError) as error:
            problem = f"no answer from the mail server ({type(error).__name__})"
            raise UnavailableError(problem, "check host and port", place=self._place) from None
        try:
            if token := config.get("access_token"):
                self._client.oauth2_login(config["user"], token)
            else:
                self._client.login(config["user"], config.get("password", ""))
        except (LoginError, IMAPClientError):
            fix = "check user and password, or renew the access token"
            raise AuthorisationError("the mail server refuses us", fix, place=self._place) from None
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._client.logout()
        except (OSError, IMAPClientError):
            self._client.shutdown()

    def open(self, folder: str) -> dict[str, int]:
        """Select a folder.

        Returns:
            uidvalidity (numbers mean something only within it), exists.

        Raises:
            MissingError: There is no such folder.
        """
        try:
            told = self._client.select_folder(folder, readonly=True)
        except IMAPClientError:
            fix = "see 'folders' in the configuration; names are as the server writes them"
            raise MissingError("no such folder", fix, place=f"folder {folder}") from None
        return {"uidvalidity": int(told[b"UIDVALIDITY"]), "exists": int(told[b"EXISTS"])}

    def messages(
        self, folder: str, uidvalidity: int, after: int, since: Any, limit: int
    ) -> Iterator[dict[str, Any]]:
        """Fetch the messages of the open folder whose UID is beyond `after`, oldest first.

        Args:
            folder: Its name, for the record.
            uidvalidity: As `open` told.
            after: The last UID known, 0 for none.
            since: A date before which the server received nothing of interest, or None.
            limit: Octets of text to load of each message.

        Yields:
            Records of stream `messages`.
        """
        criteria = ["UID", f"{after + 1}:*", *(["SINCE", since] if since else [])]
        # `n:*` names the last message even where n is beyond it.
        uids = sorted(uid for uid in self._client.search(criteria) if uid > after)
        for start in range(0, len(uids), BATCH):
            batch = uids[start : start + BATCH]
            heads = self._client.fetch(batch, HEAD)
            texts = self._texts(heads, limit)
            for uid in batch:
                if b"BODY[HEADER]" not in heads.get(uid, {}):
                    continue  # removed since the search
                yield self._record(folder, uidvalidity, uid, heads[uid]) | texts[uid]

    def _record(self, folder: str, uidvalidity: int, uid: int, head: Any) -> dict[str, Any]:
        found = list(parts(head[b"BODYSTRUCTURE"]))
        place = {
            "folder": folder,
            "uidvalidity": uidvalidity,
            "uid": uid,
            "received_at": instant(head[b"INTERNALDATE"].astimezone()),
            "size": int(head[b"RFC822.SIZE"]),
            "flags": sorted(flag.decode("ascii", "replace") for flag in head[b"FLAGS"]),
        }
        attachments = [
            {"filename": part.filename, "content_type": part.content_type, "size": part.size}
            for part in found
            if part.attached
        ]
        return record_of(place, head[b"BODY[HEADER]"], self._own) | {"attachments": attachments}

    def _texts(self, heads: Mapping[int, Any], limit: int) -> dict[int, dict[str, Any]]:
        """Load the readable part of each message, those whose part has one number together."""
        chosen = {uid: readable(list(parts(head[b"BODYSTRUCTURE"]))) for uid, head in heads.items()}
        texts: dict[int, dict[str, Any]] = {
            uid: {"text": None, "text_truncated": False} for uid in heads
        }
        for number in {part.number for part in chosen.values() if part}:
            uids = [uid for uid, part in chosen.items() if part and part.number == number]
            fetched = self._client.fetch(uids, [f"BODY.PEEK[{number}]<0.{limit}>"])
            for uid in uids:
                part, payload = chosen[uid], fetched.get(uid, {}).get(f"BODY[{number}]<0>".encode())
                if part and payload is not None:
                    cut = part.size > limit
                    texts[uid] = {"text": text_of(part, payload), "text_truncated": cut}
        return texts


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
