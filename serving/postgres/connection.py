"""Connecting: encrypted and verified wherever the way leads off this machine."""

import ipaddress

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from serving.postgres.patience import PatientConnection

# A server that vanished is noticed within a minute, not when the kernel gives up hours later.
_NOTICED = {
    "connect_timeout": "10",
    "keepalives_idle": "20",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
    "application_name": "tessera",
    # Nobody's lock holds us up for longer; the swap waits for less.
    "options": "-c timezone=UTC -c client_min_messages=warning -c lock_timeout=30s",
}


class PostgresError(RuntimeError):
    """The marts could not be published there; readers keep what they had."""


def connect(dsn: str) -> PatientConnection:
    """Opens a connection, in autocommit.

    Raises:
        PostgresError: the DSN is unreadable or unsafe, or the server does not answer or refuses.
    """
    try:
        return PatientConnection.connect(safe(dsn), autocommit=True)
    except psycopg.Error as error:
        # Without the driver's own text: it may quote the DSN with its password.
        why = "refused us" if error.sqlstate else "does not answer, or not with valid TLS and SCRAM"
        raise PostgresError(
            f"the PostgreSQL server of this destination {why}; check dsn, server and certificates"
        ) from None


def safe(dsn: str) -> str:
    """The DSN with TLS verified and SCRAM required unless it stays on this machine.

    Raises:
        PostgresError: it asks for less.
    """
    try:
        given = {key: str(value) for key, value in conninfo_to_dict(dsn).items()}
    except psycopg.Error:
        raise PostgresError("dsn: write it like postgresql://user@host/database") from None
    if not all(_here(host) for host in given.get("host", "").split(",")):
        if given.setdefault("sslmode", "verify-full") != "verify-full":
            raise PostgresError("dsn: a server elsewhere needs sslmode=verify-full")
        given.setdefault("sslrootcert", "system")
        given.setdefault("require_auth", "scram-sha-256")
    return make_conninfo("", **{**_NOTICED, **given})


def _here(host: str) -> bool:
    if not host or host.startswith(("/", "@")) or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
