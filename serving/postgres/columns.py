"""DuckDB's types in PostgreSQL's, and values as PostgreSQL's CSV reads them: exact, both."""

import re

from serving.sql import name

_PLAIN = {
    "VARCHAR": "text",
    "BOOLEAN": "boolean",
    "TINYINT": "smallint",
    "SMALLINT": "smallint",
    "INTEGER": "integer",
    "BIGINT": "bigint",
    "UTINYINT": "smallint",
    "USMALLINT": "integer",
    "UINTEGER": "bigint",
    "UBIGINT": "numeric(20, 0)",
    "HUGEINT": "numeric(39, 0)",
    "UHUGEINT": "numeric(39, 0)",
    "FLOAT": "real",
    "DOUBLE": "double precision",
    "DATE": "date",
    "TIME": "time",
    "TIMESTAMP": "timestamp",
    "TIMESTAMP WITH TIME ZONE": "timestamptz",
    "INTERVAL": "interval",
    "UUID": "uuid",
    "BLOB": "bytea",
    "JSON": "jsonb",
}


def postgres_type(kind: str) -> str:
    """The PostgreSQL type that holds a DuckDB type without loss."""
    if kind in _PLAIN:
        return _PLAIN[kind]
    if re.fullmatch(r"DECIMAL\(\d+,\d+\)", kind):
        return f"numeric{kind[7:]}"
    if kind.endswith("[]") and _is_scalar(kind[:-2]):
        return f"{postgres_type(kind[:-2])}[]"
    if kind.startswith("ENUM("):
        return "text"
    return "jsonb"


def csv_value(column: str, kind: str) -> str:
    """The SQL expression whose text PostgreSQL reads back as the same value."""
    quoted = name(column)
    if kind == "VARCHAR" or kind.startswith("ENUM("):
        return f"replace({quoted}::varchar, chr(0), '')"  # PostgreSQL's text has no NUL.
    if kind in ("DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE"):
        return f"replace({quoted}::varchar, '(BC)', 'BC')"
    if kind == "BLOB":
        return f"'\\x' || hex({quoted})"
    if (kind in _PLAIN and kind != "JSON") or kind.startswith("DECIMAL("):
        return quoted
    if kind.endswith("[]") and _is_scalar(kind[:-2]):
        return _array(quoted)
    return _without_nul(f"to_json({quoted})::varchar")


def _is_scalar(kind: str) -> bool:
    return (kind in _PLAIN and kind not in ("JSON", "BLOB")) or kind.startswith("DECIMAL(")


def _array(quoted: str) -> str:
    item = "replace(item::varchar, chr(0), '')"
    escaped = f"replace(replace({item}, '\\', '\\\\'), '\"', '\\\"')"
    items = f"""list_transform({quoted}, lambda item: coalesce('"' || {escaped} || '"', 'NULL'))"""
    return f"'{{' || array_to_string({items}, ',') || '}}'"


def _without_nul(expression: str) -> str:
    # jsonb refuses \u0000, but a backslash before it makes it innocent. Twice, because a match
    # consumes the character that the next one would need before it.
    pattern = r"((?:^|[^\\])(?:\\\\)*)\\u0000"
    once = f"regexp_replace({expression}, '{pattern}', '\\1\ufffd', 'g')"
    twice = f"regexp_replace({once}, '{pattern}', '\\1\ufffd', 'g')"
    return f"case when contains({expression}, '\\u0000') then {twice} else {expression} end"
