"""What columns a table or query has: reflected, or told by the answer to asking for no rows."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from connectors.tap_base.errors import TapError
from connectors.tap_sql import kinds
from connectors.tap_sql.kinds import Convert


@dataclass(frozen=True)
class Column:
    """A column: its schema, and how it is selected and converted where that is not plain."""

    name: str
    schema: dict[str, Any]
    convert: Convert | None = None
    expression: str | None = None


@dataclass(frozen=True)
class Relation:
    """A table or query: what stands after FROM, its columns and its key."""

    source: Any
    columns: list[Column]
    key: tuple[str, ...] = ()


def table(connection: sa.Connection, name: str) -> Relation:
    """Describe a table or view.

    Args:
        connection: The database.
        name: The table's name, with its schema before a dot if it is not in the default one.

    Returns:
        Its columns, and its primary key if it has one.
    """
    inspector = sa.inspect(connection)
    schema, _, bare = name.rpartition(".")
    if schema and name in {*inspector.get_table_names(), *inspector.get_view_names()}:
        schema, bare = "", name  # a dot within the name
    reflected = inspector.get_columns(bare, schema or None)
    key = inspector.get_pk_constraint(bare, schema or None)["constrained_columns"]
    dialect = connection.dialect.name
    source = sa.table(bare, schema=schema or None)
    if dialect == "sqlite":
        declared = {column["name"]: column["type"] for column in reflected}
        return Relation(source, _sqlite(connection, source, declared), tuple(key))
    columns = []
    for column in reflected:
        name, kind = str(column["name"]), column["type"]
        schema_of = kinds.property_of(kind)
        convert = kinds.converter_of(kind, dialect, schema_of)
        columns.append(Column(name, schema_of, convert, _expression(connection, name, kind)))
    return Relation(source, columns, tuple(key))


def _expression(connection: sa.Connection, name: str, kind: Any) -> str | None:
    """A FLOAT of MySQL is printed with six digits unless it is made a double."""
    if not isinstance(kind, mysql.FLOAT) or isinstance(kind, mysql.DOUBLE):
        return None
    return f"{connection.dialect.identifier_preparer.quote(name)} + 0e0"


def query(connection: sa.Connection, text: str) -> Relation:
    """Describe a query by running it for no rows.

    Args:
        connection: The database.
        text: A SELECT.

    Returns:
        Its columns; it has no key of its own.

    Raises:
        TapError: Two columns have one name.
    """
    # A colon before a word is a parameter to SQLAlchemy, unless it is escaped.
    escaped = text.strip().rstrip(";").replace("\\", "\\\\").replace(":", "\\:")
    source = sa.text(f"({escaped}\n) tessera_query")
    nothing = sa.select(sa.text("*")).select_from(source).where(sa.text("1 = 0"))
    cursor = connection.execute(nothing).cursor
    described: Any = cursor.description if cursor else ()
    names = [str(column[0]) for column in described]
    if twice := {name for name in names if names.count(name) > 1}:
        problem = f"the query has two columns called '{twice.pop()}'"
        raise TapError(problem, "give one another name with 'as'")
    dialect = connection.dialect.name
    if dialect == "sqlite":
        return Relation(source, _sqlite(connection, source, dict.fromkeys(names)))
    schemas = [_described(connection, column) for column in described]
    columns = [
        Column(name, schema, kinds.converter_of(None, dialect, schema))
        for name, schema in zip(names, schemas, strict=True)
    ]
    return Relation(source, columns)


def _described(connection: sa.Connection, column: Any) -> dict[str, Any]:
    """Describe a query's column by what the driver says about it."""
    dialect = connection.dialect.name
    if dialect == "postgresql":
        driver: Any = connection.connection.driver_connection
        known = driver.adapters.types.get(column.type_code)
        if known is None or known.array_oid == column.type_code:
            return {"type": ["array", "null"]} if known else kinds.TEXT
        if known.name == "numeric":
            return kinds.decimal(column.precision, column.scale)
        return _POSTGRESQL.get(known.name, kinds.TEXT)
    if dialect in {"mysql", "mariadb"}:
        code, length, scale = column[1], column[4], column[5]
        if code == _NEW_DECIMAL:
            return kinds.decimal(min(kinds.MAX_DIGITS, length), scale)
        return _MYSQL.get(code, kinds.TEXT)
    return kinds.TEXT


_NUMBER = {"type": ["number", "null"]}
_POSTGRESQL: dict[str, dict[str, Any]] = {
    **dict.fromkeys(("int2", "int4", "int8", "oid"), kinds.INTEGER),
    **dict.fromkeys(("float4", "float8"), _NUMBER),
    **dict.fromkeys(("timestamp", "timestamptz"), kinds.INSTANT),
    **dict.fromkeys(("json", "jsonb"), kinds.ANY),
    "bool": {"type": ["boolean", "null"]},
    "date": kinds.DAY,
    "time": kinds.CLOCK,
    "bytea": kinds.BYTES,
}
_NEW_DECIMAL = 246
_BIG = {**kinds.INTEGER, "minimum": -(2**63), "maximum": 2**64 - 1}
_MYSQL: dict[int, dict[str, Any]] = {
    **dict.fromkeys((1, 2, 3, 9, 13), kinds.INTEGER),
    **dict.fromkeys((4, 5), _NUMBER),
    **dict.fromkeys((7, 12), kinds.INSTANT),
    8: _BIG,
    10: kinds.DAY,
    245: kinds.ANY,
}


def _sqlite(connection: sa.Connection, source: Any, declared: dict[str, Any]) -> list[Column]:
    """Describe columns of SQLite by what is in them: there any value may stand in any column."""
    quote = connection.dialect.identifier_preparer.quote
    day = "'[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*'"
    asked = [
        f"group_concat(distinct typeof({quote(name)})), "
        f"coalesce(sum({quote(name)} not glob {day}), 0)"
        for name in declared
    ]
    found = connection.execute(sa.select(sa.text(", ".join(asked))).select_from(source)).one()
    return [
        Column(name, _stored(set((found[2 * n] or "").split(",")), kind, found[2 * n + 1] == 0))
        for n, (name, kind) in enumerate(declared.items())
    ]


def _stored(classes: set[str], declared: Any, days: bool) -> dict[str, Any]:
    """Describe a column by the storage classes in it; a declared type only refines them."""
    classes = classes - {"null", ""}
    told = kinds.property_of(declared) if declared is not None else kinds.TEXT
    match sorted(classes):
        case []:
            return told
        case ["integer"]:
            return told if isinstance(declared, sa.Boolean) else kinds.INTEGER
        case ["integer", "real"] | ["real"]:
            return told if "multipleOf" in told else _NUMBER
        case ["text"]:
            return told if days and told in (kinds.DAY, kinds.INSTANT) else kinds.TEXT
        case ["blob"]:
            return kinds.BYTES
    return kinds.ANY
