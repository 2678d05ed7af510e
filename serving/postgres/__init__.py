"""The marts in a PostgreSQL server, for teams whose tools expect one."""

from serving.postgres.connection import PostgresError
from serving.postgres.publishing import Settings, publish

__all__ = ["PostgresError", "Settings", "publish"]
