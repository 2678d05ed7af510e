"""SQL databases as sources: any table or query of PostgreSQL, MySQL, MariaDB or SQLite."""
