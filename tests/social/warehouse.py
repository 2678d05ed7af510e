"""A warehouse as the layers before the social models leave it, made straight from a population."""

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from html import unescape
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from social.declared import Declared
from tests.social import dbt_run

ROOT = Path(__file__).parents[2]
_PARSED = tempfile.TemporaryDirectory(prefix="tessera-parsed-")
_TABLES = """
create schema if not exists intermediate;
create schema if not exists identity;
create schema if not exists marts;
create or replace table intermediate.contacts as
    select source, id as source_record_id, 'person' as kind, platform, handle, name as full_name,
        followers, attributes::json as attributes, created_at::timestamptz as created_at,
        false as deleted, 1::bigint as loaded_package
    from contact_rows;
create or replace table identity.clusters as
    select source, id as source_record_id, customer as customer_id, 'truth' as linked_by,
        1.0 as confidence, now() as linked_at
    from contact_rows;
create or replace table intermediate.interactions as
    select source, id as interaction_id, thread as thread_id, parent as parent_id,
        source as channel, 'post' as kind, direction, author as author_record_id,
        recipients as recipient_record_ids, text, language, null::varchar as url,
        said_at::timestamptz as occurred_at, null::timestamptz as edited_at, deleted,
        json_object('likes', likes, 'shares', shares) as metrics,
        json_object('visibility', visibility) as attributes, package::bigint as loaded_package
    from said_rows;
create or replace table intermediate.transactions as
    select source, id as transaction_id, kind, party as party_record_id,
        amount::decimal(38, 6) as amount, currency, stage, moment::timestamptz as occurred_at,
        closed::timestamptz as closed_at, false as deleted, null::json as attributes,
        1::bigint as loaded_package
    from event_rows;
create or replace view marts.interactions as
    select said.*, c.customer_id from intermediate.interactions as said
    left join identity.clusters as c
        on said.source = c.source and said.author_record_id = c.source_record_id;
create or replace view marts.transactions as
    select t.*, c.customer_id from intermediate.transactions as t
    left join identity.clusters as c
        on t.source = c.source and t.party_record_id = c.source_record_id;
create or replace table marts.customer_aliases as
    select null::varchar as alias_id, null::varchar as customer_id, now() as since where false;
create or replace table identity.customer_aliases as from marts.customer_aliases;
create or replace table marts.consents as
    select customer as customer_id, 'email' as channel, 'marketing' as purpose,
        'granted' as status, source, id as source_record_id, now() as occurred_at
    from contact_rows where source = 'crm';
create or replace table marts.customers as
    select c.customer_id, 'person' as kind, max(r.full_name) as full_name,
        null::varchar as country, null::varchar as language, max(r.followers) as followers,
        count(distinct r.source) as source_count, min(r.created_at) as created_at
    from identity.clusters as c
    inner join intermediate.contacts as r
        on c.source = r.source and c.source_record_id = r.source_record_id
    group by c.customer_id;
"""


def text_of(content: str) -> str:
    """Mastodon's HTML as the staging layer leaves it."""
    return unescape(re.sub(r"<[^>]+>", "", content))


def upstream(home: Path, folder: Path) -> None:
    """Fills `<home>/warehouse/hub.duckdb` from a population, everyone known as the truth says."""
    owners = {
        (row[0], row[1]): row[2]
        for row in duckdb.sql(f"from read_csv('{folder}/truth.csv', all_varchar=true)").fetchall()
    }
    network = json.loads((folder / "mastodon.json").read_text("utf-8"))
    me = network["me"]
    contacts = [
        (
            "mastodon", a["id"], "mastodon", a["acct"], a["display_name"], a["followers_count"],
            json.dumps({"bot": a["bot"]}), a["created_at"], owners["mastodon", a["id"]],
        )
        for a in network["accounts"]
    ]  # fmt: skip
    crm = duckdb.sql(f"""
        select id, first_name || ' ' || last_name, owner, created_at
        from read_csv('{folder}/crm_contacts.csv', all_varchar=true)
    """).fetchall()
    contacts += [
        ("crm", i, None, None, name, None, json.dumps({"owner": owner}), made, owners["crm", i])
        for i, name, owner, made in crm
    ]
    shop = [json.loads(line) for line in (folder / "webshop_customers.jsonl").open()]
    contacts += [
        ("shop", s["customer_id"], None, None, s["name"], None, "{}", s["registered_at"],
         owners["shop", s["customer_id"]])
        for s in shop
    ]  # fmt: skip
    said = [said_row(status, me) for status in network["statuses"]]
    orders = duckdb.sql(f"""
        select 'shop', order_id, case status when 'refunded' then 'refund' else 'order' end,
            customer_id, total, currency, status, ordered_at, null
        from read_csv('{folder}/orders.csv', all_varchar=true)
    """).fetchall()
    deals = duckdb.sql(f"""
        select 'crm', deal_id, 'opportunity', contact_id, amount, currency, stage, opened_at,
            closed_at
        from read_csv('{folder}/crm_deals.csv', all_varchar=true)
    """).fetchall()
    write(home, contacts, said, orders + deals)


def said_row(status: dict[str, Any], me: str, package: int = 1) -> tuple[Any, ...]:
    """A status as a row of `said_rows`."""
    mentions = [m["id"] for m in status["mentions"]]
    author = status["account"]["id"]
    direction = "outbound" if author == me else "inbound" if me in mentions else "public"
    return (
        "mastodon", status["id"], None, status["in_reply_to_id"], direction, author, mentions,
        text_of(status["content"]), status["language"], status["created_at"], False,
        status["favourites_count"], status["reblogs_count"], status["visibility"], package,
    )  # fmt: skip


# fmt: off
SAID = [
    "source", "id", "thread", "parent", "direction", "author", "recipients", "text", "language",
    "said_at", "deleted", "likes", "shares", "visibility", "package",
]
CONTACT = [
    "source", "id", "platform", "handle", "name", "followers", "attributes", "created_at",
    "customer",
]
EVENT = ["source", "id", "kind", "party", "amount", "currency", "stage", "moment", "closed"]
# fmt: on


def write(home: Path, contacts: Sequence[Any], said: Sequence[Any], events: Sequence[Any]) -> None:
    """Writes the tables that the social models read."""
    (home / "warehouse").mkdir(parents=True, exist_ok=True)
    (home / "landing").mkdir(exist_ok=True)
    with duckdb.connect(str(home / "warehouse/hub.duckdb")) as connection:
        connection.execute("set timezone = 'UTC'")
        _register(connection, "contact_rows", CONTACT, contacts)
        _register(connection, "said_rows", SAID, said)
        _register(connection, "event_rows", EVENT, events)
        connection.execute(_TABLES)


def say(home: Path, said: Sequence[Any]) -> None:
    """Adds or replaces interactions, as a later load would."""
    with duckdb.connect(str(home / "warehouse/hub.duckdb")) as connection:
        connection.execute("set timezone = 'UTC'")
        _register(connection, "said_rows", SAID, said)
        made = _TABLES.split("create or replace table intermediate.interactions as")[1]
        rows = made.split(";")[0]
        connection.execute(
            "delete from intermediate.interactions where (source, interaction_id) in "
            "(select source, id from said_rows)"
        )
        connection.execute(f"insert into intermediate.interactions {rows}")


def _register(connection: Any, name: str, columns: list[str], rows: Iterable[Any]) -> None:
    kept = list(rows)
    arrays = {column: [row[i] for row in kept] for i, column in enumerate(columns)}
    kinds = {"recipients": pa.list_(pa.string()), "deleted": pa.bool_()}
    numbers = dict.fromkeys(("likes", "shares", "package", "followers"), pa.int64())
    schema = pa.schema([(c, (kinds | numbers).get(c, pa.string())) for c in columns])
    connection.register(name, pa.table(arrays, schema=schema))


def run(
    home: Path,
    declared: Declared,
    *,
    select: str = "path:models/social",
    full: bool = False,
    as_of: str | None = None,
    destinations: dict[str, list[str]] | None = None,
    seconds: Path | None = None,
) -> None:
    """Runs the social models over the home; raises when one fails.

    Where `seconds` is a file, it gets the CPU seconds of each model, which then run in a process of
    their own.
    """
    variables: dict[str, Any] = declared.dbt_vars() | {"destinations": destinations or {}}
    # what models refer to depends on these; the others are read when they run
    graph = [variables["destinations"], variables["social"].get("practices")]
    key = hashlib.sha256(json.dumps(graph).encode()).hexdigest()[:16]
    if as_of:
        variables["as_of"] = as_of
    parsed = Path(_PARSED.name) / f"{key}.msgpack"
    project = str(ROOT / "dbt_project")
    shared = [
        "--project-dir", project, "--profiles-dir", project, "--target-path", str(home / "target"),
        "--no-write-json", "--log-path", str(home / "target"), "--log-level-file", "none",
        "--quiet", "--no-use-colors", "--vars", json.dumps(variables),
    ]  # fmt: skip
    words = ["--select", *select.split(), *(["--full-refresh"] if full else [])]
    place = {"TESSERA_HOME": str(home), "TESSERA_PACKAGES": "{}"}
    if not seconds:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in place.items():
                patch.setenv(name, value)
            dbt_run.execute(parsed, shared, words)
        return
    command = [sys.executable, "-m", "tests.social.dbt_run", str(parsed), str(seconds)]
    done = subprocess.run(
        [*command, *shared, "--threads", "1", "+", *words],
        env=os.environ | place,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


def query(home: Path, sql: str) -> list[tuple[Any, ...]]:
    """Rows of a question to the warehouse."""
    with duckdb.connect(str(home / "warehouse/hub.duckdb"), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        return connection.execute(sql).fetchall()
