"""One run of identity resolution: fills the working tables that the other identity models select from.

Grain: one row, what this run did. An increment costs what changed; see the room `identity/`.
"""

import os
from dataclasses import asdict


def model(dbt, session):
    import identity

    dbt.config(materialized="table")
    dbt.ref("int_contacts")
    contacts = dbt.config.get("contacts")
    outcome = identity.resolve(
        # dbt-duckdb wraps the connection; the engine needs the bare one to register Arrow tables.
        getattr(session, "_cursor", session),
        contacts=contacts,
        home=os.environ["TESSERA_HOME"],
        config=dbt.config.get("identity"),
    )
    import pyarrow as pa

    row = {k: [v] for k, v in asdict(outcome).items() if k != "events"}
    return pa.table(row)
