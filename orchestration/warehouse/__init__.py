"""The warehouse: what dbt is told, how it runs, and whether there is anything for it to do."""
