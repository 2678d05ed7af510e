"""The database behind a URL: read only, in UTC, and silent about its credentials.

What a driver says in an error may hold rows, statements or the URL, so none of it is passed on:
an error tells its kind, the driver's code for it, and the fix.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
import sqlalchemy as sa
from sqlalchemy import exc

from connectors.tap_base.errors import AuthorisationError, MissingError, TapError, UnavailableError

DRIVERS = {
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
}
"""What a URL without a driver means."""

CONNECT_SECONDS = 15

REFUSED = {"28P01", "28000", "42501", "1044", "1045", "1142", "1143"}
ABSENT = {"42P01", "42703", "3D000", "3F000", "1049", "1054", "1146"}
BROKEN = {"42601", "1064"}


def engine_of(url: str) -> sa.Engine:
    """Prepare connections to a database; none is made yet.

    Args:
        url: An SQLAlchemy URL; `postgresql://`, `mysql://` and `mariadb://` mean our drivers.

    Returns:
        An engine whose sessions are read only and in UTC, as far as the database knows either.

    Raises:
        TapError: The URL is none, its driver is not installed, or its SQLite file is missing.
    """
    fix = "write it as postgresql://user:password@host/database"
    try:
        parsed = sa.make_url(url)
    except (exc.ArgumentError, ValueError):
        raise TapError("'url' is no database URL", fix) from None
    parsed = parsed.set(drivername=DRIVERS.get(parsed.drivername, parsed.drivername))
    dialect = parsed.get_backend_name()
    options: dict[str, Any] = {"hide_parameters": True, "poolclass": sa.pool.NullPool}
    options |= {"json_deserializer": raw_json} if dialect in {"postgresql", "mysql"} else {}
    if dialect == "sqlite":
        options["creator"] = _sqlite(parsed.database)
    elif dialect == "postgresql":
        session = "-c TimeZone=UTC -c default_transaction_read_only=on"
        options["connect_args"] = {"options": session, "connect_timeout": CONNECT_SECONDS}
    elif dialect in {"mysql", "mariadb"}:
        parsed = parsed.update_query_dict({"charset": "utf8mb4"})
        options["connect_args"] = {"connect_timeout": CONNECT_SECONDS}
    try:
        engine = sa.create_engine(parsed, **options)
    except exc.NoSuchModuleError:
        raise TapError(f"there is no database called '{dialect}'", fix) from None
    except ImportError:
        problem = f"the driver of {parsed.drivername} is not installed"
        raise TapError(problem, "install it beside tessera") from None
    if dialect in {"mysql", "mariadb"}:
        sa.event.listen(engine, "connect", _mysql_session)
    return engine


def raw_json(text: str | bytes) -> msgspec.Raw:
    """Keep a JSON value as it was written, on one line."""
    content = text.encode() if isinstance(text, str) else text
    return msgspec.Raw(msgspec.json.format(content, indent=-1) if b"\n" in content else content)


def _sqlite(database: str | None) -> Any:
    path = Path(database or "")
    if not database or not path.is_file():
        raise MissingError("there is no such SQLite file", "check 'url'", place=str(path))

    def connect() -> sqlite3.Connection:
        address = f"file:{quote(str(path.absolute()))}?mode=ro"
        connection = sqlite3.connect(address, uri=True, check_same_thread=False)
        connection.text_factory = lambda content: content.decode(errors="surrogateescape")
        return connection

    return connect


def _mysql_session(connection: Any, record: Any) -> None:
    del record
    with connection.cursor() as cursor:
        cursor.execute("SET SESSION time_zone = '+00:00'")
        cursor.execute("SET SESSION TRANSACTION READ ONLY")


@contextmanager
def told(engine: sa.Engine) -> Iterator[None]:
    """Turn what a driver raises into a sentence.

    Args:
        engine: The database; only its kind and host are named.

    Yields:
        Nothing.

    Raises:
        TapError: Whatever the database or its driver raised.
    """
    try:
        yield
    except exc.NoSuchTableError:
        raise MissingError("there is no such table", "check 'table' and its schema") from None
    except exc.DBAPIError as error:
        code, place = code_of(error), place_of(engine)
        fix = "check 'url' and the server, and run again"
        spoken = f"code {code}" if code else type(error.orig).__name__
        if code in REFUSED:
            problem = f"the database refuses us ({spoken})"
            fix = "check user and password, and that the user may read here"
            raise AuthorisationError(problem, fix, place=place) from None
        if code in ABSENT:
            problem = f"a table or column is not there ({spoken})"
            raise MissingError(problem, "check 'table', 'query' and 'key'", place=place) from None
        if code in BROKEN:
            problem = f"the database does not understand the query ({spoken})"
            raise TapError(problem, "try it in the database's own client", place=place) from None
        if isinstance(error, exc.OperationalError | exc.InterfaceError):
            problem = f"the database cannot be reached or broke off ({spoken})"
            raise UnavailableError(problem, fix, place=place) from None
        raise TapError(f"the database reports an error ({spoken})", fix, place=place) from None


def code_of(error: exc.DBAPIError) -> str:
    """Give the driver's code of an error: MySQL's number or SQLSTATE; empty where it has none."""
    original: Any = error.orig
    arguments = getattr(original, "args", ())
    if arguments and isinstance(arguments[0], int):
        return str(arguments[0])
    return str(getattr(original, "sqlstate", None) or "")


def place_of(engine: sa.Engine) -> str:
    """Name a database without its credentials."""
    url = engine.url
    port = f":{url.port}" if url.port else ""
    return f"{url.get_backend_name()} {url.host or url.database or ''}{port}".strip()
