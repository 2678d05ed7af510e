"""`make bench-social`: planted truth on the made-up population, and what many interactions cost.

The last line is one JSON object: `crises_routed` (share of the planted ones), `false_alarms` (share
of all messages), `one_percent_share` (CPU seconds of a run with 1% new over those from nothing) and
`classifiers`; what else was found stands above it. Scores of the classifiers on public sets come
from their card (`social/understanding/CARD.md`), written by the training that measured them: the
public sets are not in this repository.
"""

import argparse
import json
import resource
import sys
import tempfile
import time
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb

from connectors.sandbox.population import DEFAULT_UNTIL, generate
from social.declared import Declared
from tests.social import warehouse
from tests.social.conftest import company

NOW = DEFAULT_UNTIL.isoformat()
LOADS = (2, 3, 4)  # packages that come later, each of 1%


def main() -> None:
    """Runs the parts and prints what they found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--interactions", type=int, default=1_000_000)
    options = parser.parse_args()
    declared = company()
    with tempfile.TemporaryDirectory() as folder:
        result = planted(Path(folder), declared)
        result |= cost(Path(folder), declared, options.interactions)
    told = {key: result[key] for key in ("crises_routed", "false_alarms", "one_percent_share")}
    sys.stdout.write(json.dumps(told | {"classifiers": scores()}) + "\n")


def planted(folder: Path, declared: Declared) -> dict[str, Any]:
    """Crises, advocates, bots and response times of the default population."""
    home = folder / "planted"
    truth = generate(out_dir=home / "population").truth
    warehouse.upstream(home, home / "population")
    warehouse.run(home, declared, as_of=NOW)
    routed = {
        row[0]
        for row in warehouse.query(
            home,
            "select interaction_id from marts.routing_log where rule = 'crisis' "
            "and outcome = 'routed'",
        )
    }
    ((messages,),) = warehouse.query(home, "select count(*) from marts.routing_candidates")
    top = {
        row[0]
        for row in warehouse.query(
            home, "select customer_id from marts.advocates where place <= 20"
        )
    }
    seconds = dict(
        warehouse.query(home, "select thread_id, first_response_seconds from marts.conversations")
    )
    told = truth.conversations
    exact = sum(seconds.get(str(t["thread_id"])) == t["first_response_seconds"] for t in told)
    bots = {row["person_id"] for row in truth.records if row["kind"] == "bot"}
    found = {
        "crises_planted": len(truth.crises),
        "crises_routed": len(routed & set(truth.crises)) / len(truth.crises),
        "false_alarms": len(routed - set(truth.crises)) / messages,
        "advocates_in_top_20": sum(str(a["person_id"]) in top for a in truth.advocates)
        / len(truth.advocates),
        "bots_in_top_20": len(bots & top),
        "response_times_exact": exact / len(told),
    }
    _say(f"{messages} messages to the brand, {len(told)} conversations: {found}")
    return found


def cost(folder: Path, declared: Declared, interactions: int) -> dict[str, Any]:
    """CPU seconds from nothing, then thrice for 1% more and for nothing new."""
    home = folder / "many"
    generate(7, 1_200, home / "population")
    warehouse.upstream(home, home / "population")
    base, added = _copy(home, interactions)
    _say(f"{base} interactions, every text different; {added} more come later")
    empty = folder / "empty"
    warehouse.write(empty, [], [], [])
    spent: dict[str, Any] = {"interactions": base}
    # what dbt costs by itself (imports, parsing) is the same for any number of interactions
    _measured(empty, declared, full=True)
    spent["cpu_seconds_empty"] = _measured(empty, declared)
    spent["cpu_seconds_full"] = _measured(home, declared, full=True)
    nodes = [_nodes(home)]
    ones, nones = [], []
    for package in LOADS:
        _more(home, package)
        ones.append((_measured(home, declared), _nodes(home)))
        nones.append((_measured(home, declared), _nodes(home)))
    # the middle of three: a run of seconds is what else the machine does
    for key, runs in (("one_percent", ones), ("nothing_new", nones)):
        middle = sorted(runs, key=lambda run: run[0])[len(runs) // 2]
        spent[f"cpu_seconds_{key}"] = middle[0]
        nodes.append(middle[1])
    _table(nodes)
    spent["one_percent_share"] = round(
        spent["cpu_seconds_one_percent"] / spent["cpu_seconds_full"], 4
    )
    # beside it, what is left of the share when dbt's own start is taken off both
    work = {
        key: max(spent[f"cpu_seconds_{key}"] - spent["cpu_seconds_empty"], 0.0)
        for key in ("full", "one_percent")
    }
    spent["one_percent_share_of_work"] = round(work["one_percent"] / max(work["full"], 0.1), 4)
    _say(str(spent))
    return spent


def _copy(home: Path, interactions: int) -> tuple[int, int]:
    """Multiplies a small population into one of the wanted size; thrice 1% is kept for later."""
    with duckdb.connect(str(home / "warehouse/hub.duckdb")) as hub:
        (small,) = hub.execute("select count(*) from intermediate.interactions").fetchone() or (1,)
        copies = max(100, -(-interactions // small))
        one = max(1, -(-copies // 100))
        later = one * len(LOADS)
        (ours,) = hub.execute(
            "select source_record_id from intermediate.contacts where handle = 'brightbean'"
        ).fetchone() or ("",)
        me = f"'{ours}'"
        for table, key in (
            ("intermediate.contacts", "source_record_id"),
            ("identity.clusters", "source_record_id"),
        ):
            customer = ", customer_id || '-' || n as customer_id" if "clusters" in table else ""
            hub.execute(f"""
                create or replace table {table} as
                select * exclude (n) replace ({key} || '-' || n as {key} {customer})
                from {table}, range({copies + later}) as t (n) where {key} <> {me}
                union all by name select * from {table} where {key} = {me}
            """)
        hub.execute(f"""
            create or replace table intermediate.transactions as
            select * exclude (n) replace (
                transaction_id || '-' || n as transaction_id,
                party_record_id || '-' || n as party_record_id)
            from intermediate.transactions, range({copies + later}) as t (n)
        """)
        hub.execute(f"""
            create table everything as
            select * exclude (n) replace (
                interaction_id || '-' || n as interaction_id,
                parent_id || '-' || n as parent_id,
                case when author_record_id = {me} then author_record_id
                    else author_record_id || '-' || n end as author_record_id,
                list_transform(
                    recipient_record_ids,
                    lambda r: case when r = {me} then r else r || '-' || n end
                ) as recipient_record_ids,
                text || ' (' || n || ')' as text,
                case when n < {copies} then 1 else {LOADS[0]} + (n - {copies}) // {one}
                    end::bigint as loaded_package)
            from intermediate.interactions, range({copies + later}) as t (n)
        """)
        hub.execute("create or replace table intermediate.interactions as "
                    "from everything where loaded_package = 1")  # fmt: skip
        hub.execute(
            """create or replace table marts.customers as
            select customer_id, 'person' as kind, 'somebody' as full_name, null::varchar as country,
                null::varchar as language, 0::bigint as followers, 1::bigint as source_count,
                now() as created_at
            from identity.clusters group by customer_id"""
        )
        # in a hub both are tables; a view would be joined anew by each model that reads it
        for mart in ("interactions", "transactions"):
            hub.execute(f"create table marts.made as from marts.{mart}; drop view marts.{mart}; "
                        f"alter table marts.made rename to {mart}")  # fmt: skip
        counts = hub.execute(
            "select loaded_package, count(*) from everything group by 1 order by 1"
        ).fetchall()
    return int(counts[0][1]), int(counts[1][1])


def _more(home: Path, package: int) -> None:
    with duckdb.connect(str(home / "warehouse/hub.duckdb")) as hub:
        hub.execute("insert into intermediate.interactions from everything "
                    f"where loaded_package = {package}")  # fmt: skip
        hub.execute(f"""insert into marts.interactions select said.*, clusters.customer_id
            from everything as said left join identity.clusters as clusters
                on said.source = clusters.source
                and said.author_record_id = clusters.source_record_id
            where said.loaded_package = {package}""")


def _measured(home: Path, declared: Declared, *, full: bool = False) -> float:
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    warehouse.run(home, declared, as_of=NOW, full=full, seconds=home / "seconds.json")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    _say(f"  {spent:.1f} CPU s, {time.monotonic() - began:.1f} s")
    return round(spent, 1)


def _nodes(home: Path) -> dict[str, float]:
    found: dict[str, float] = json.loads((home / "seconds.json").read_text())
    return found


def _table(runs: list[dict[str, float]]) -> None:
    """CPU seconds of each model: from nothing, 1% more, nothing new; the rest is dbt's start."""
    full, one, none = runs
    _say(f"{'model':28}{'from nothing':>14}{'1% more':>10}{'nothing new':>13}")
    for name in sorted(one, key=lambda name: -one[name]):
        _say(f"{name:28}{full[name]:14.2f}{one[name]:10.2f}{none[name]:13.2f}")


def scores() -> dict[str, Any]:
    """What the models' card says: macro F1 by set or model, VADER's beside it."""
    card = (files("social.understanding") / "CARD.md").read_text("utf-8")
    found: dict[str, Any] = {}
    for line in card.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 7 and cells[1].isdigit():
            found[f"sentiment, {cells[0]}"] = {
                "macro_f1": float(cells[5]),
                "vader": float(cells[6]),
            }
        elif len(cells) == 5 and cells[1] == "all":
            found[cells[0]] = {"accuracy": float(cells[3]), "macro_f1": float(cells[4])}
    return found


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
