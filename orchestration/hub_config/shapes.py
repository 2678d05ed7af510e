"""The three shapes a stream can be mapped to, and their columns.

The types live in `dbt_project/macros/shape/shape_columns.sql`; a test holds these names to it, so
that a wrong column is refused with its line before anything runs.
"""

_NAMES = {
    "contacts": """
        source_record_id kind full_name given_name family_name platform handle profile_url links
        emails phones handles street city region postal_code country address birth_date company
        job_title bio location language avatar_url followers verified created_at updated_at
        attributes
    """,
    "interactions": """
        interaction_id thread_id parent_id channel kind direction author_record_id
        recipient_record_ids text language url occurred_at edited_at metrics attributes
    """,
    "transactions": """
        transaction_id kind party_record_id amount currency stage occurred_at closed_at attributes
    """,
}
COLUMNS = {shape: tuple(names.split()) for shape, names in _NAMES.items()}

# The column that names a record within its source: `key:` unless the mapping gives an expression.
KEYS = {
    "contacts": "source_record_id",
    "interactions": "interaction_id",
    "transactions": "transaction_id",
}
