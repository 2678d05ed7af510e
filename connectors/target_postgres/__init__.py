"""Write rows of a PostgreSQL table that other people edit too."""
