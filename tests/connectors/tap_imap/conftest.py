"""A real Dovecot, where this machine has one, with a mailbox of its own per test."""

import io
import json
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from imapclient import IMAPClient

from connectors.tap_base.errors import TapError
from connectors.tap_imap.tap import TapImap

SETTINGS = """
base_dir = {folder}/base
state_dir = {folder}/base
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail/%u
mail_uid = nobody
mail_gid = nogroup
first_valid_uid = 1
first_valid_gid = 1
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={folder}/mail/%u
}}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
"""


@pytest.fixture(scope="session")
def dovecot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a mail server that accepts any user with password `secret`."""
    if shutil.which("dovecot") is None:
        pytest.skip("no Dovecot on this machine (Debian: dovecot-imapd)")
    folder = Path("/tmp") / f"tessera-dovecot-{time.time_ns()}"  # sockets need a short path
    mail = folder / "mail"
    mail.mkdir(parents=True)
    mail.chmod(0o777)
    folder.chmod(0o755)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = folder / "dovecot.conf"
    config.write_text(SETTINGS.format(folder=folder, port=port))
    server = subprocess.Popen(["dovecot", "-F", "-c", str(config)])
    try:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                IMAPClient("127.0.0.1", port=port, ssl=False).shutdown()
                break
            except OSError:
                continue
        else:
            pytest.skip("Dovecot does not start here")
        yield port
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def letter(number: int, text: str = "Hello", **headers: str) -> bytes:
    """A message from a customer to support."""
    message = EmailMessage()
    fields = {
        "From": "Zoë Müller <Zoe@Example.test>",
        "To": "Support <support@shop.test>",
        "Subject": f"Où est ma commande {number} ?",
        "Date": "Tue, 04 Mar 2025 10:00:00 +0100",
        "Message-ID": f"<m{number}@example.test>",
    }
    for name, value in (fields | headers).items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message.as_bytes()


class Account:
    """One account: mail can be delivered to it, and the tap run over it."""

    def __init__(self, port: int, user: str) -> None:
        self.config = {
            "host": "127.0.0.1",
            "port": port,
            "ssl": False,
            "user": user,
            "password": "secret",
        }

    def client(self) -> IMAPClient:
        client = IMAPClient("127.0.0.1", port=self.config["port"], ssl=False)
        client.login(self.config["user"], "secret")
        return client

    def deliver(self, *letters: bytes, folder: str = "INBOX") -> None:
        with self.client() as client:
            if not client.folder_exists(folder):
                client.create_folder(folder)
            for raw in letters:
                client.append(folder, raw)

    def run(
        self, state: dict[str, Any] | None = None, **config: Any
    ) -> tuple[list[dict[str, Any]], dict[str, Any], list[str]]:
        """Records, last state, failures of one run of the tap."""
        out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        tap = TapImap(config={**self.config, **config}, state=json.loads(json.dumps(state or {})))
        with redirect_stdout(out):
            try:
                tap.sync_all()
            except TapError:
                assert tap.failures
        out.flush()
        messages = [json.loads(line) for line in out.buffer.getvalue().decode().splitlines()]
        records = [message["record"] for message in messages if message["type"] == "RECORD"]
        states = [message["value"] for message in messages if message["type"] == "STATE"]
        return records, states[-1] if states else {}, [str(failure) for failure in tap.failures]


@pytest.fixture
def account(dovecot: int, request: pytest.FixtureRequest) -> Account:
    """An empty account, made at first login."""
    return Account(dovecot, f"u{abs(hash(request.node.name))}@shop.test")


Deliver = Callable[..., None]
