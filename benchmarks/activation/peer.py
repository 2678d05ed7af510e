"""The same rows into the same sandbox by drt, an open reverse ETL, in an environment of its own."""

import os
import subprocess
import sys
import textwrap
import uuid
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from benchmarks.activation.hubs import Where, publish
from connectors.target_base.sandbox import Trouble
from connectors.target_hubspot.sandbox import HubspotSandbox

PEER = "drt-core[duckdb]==1.2.1"
FIELDS = ("firstname", "email", "phone", "city")


def installed(cache: Path) -> Path:
    """Return drt's command, installed once."""
    command = cache / "bin" / "drt"
    if not command.exists():
        subprocess.run([sys.executable, "-m", "venv", str(cache)], check=True)
        pip = [str(cache / "bin" / "pip"), "install", "--quiet", PEER]
        subprocess.run(pip, check=True)
    return command


def compared(rows: int, cache: Path) -> dict[str, Any]:
    """Rows per CPU second of both, and how many times ours is the peer's."""
    drt = installed(cache)
    with TemporaryDirectory() as folder:
        home = Path(folder)
        publish(home, "g1", f"p{uuid.uuid4().hex[:8]}", rows)
        _rename(home)
        ours = _ours(home, rows)
        theirs = _theirs(home, drt, rows)
    return {
        "peer": PEER,
        "rows": rows,
        "rows_per_cpu_second": round(rows / ours, 1),
        "rows_per_cpu_second_peer": round(rows / theirs, 1),
        "x_peer": round(theirs / ours, 2),
    }


def _rename(home: Path) -> None:
    file = (home / "published" / "hub.duckdb").resolve()
    with duckdb.connect(str(file)) as db:
        db.execute("alter table activation.sync_crm__contacts rename name to firstname")


def _ours(home: Path, rows: int) -> float:
    with HubspotSandbox(Trouble()) as crm:
        where = Where(
            "target-hubspot", {"base_url": crm.base_url, "token": "sandbox-token"}, FIELDS
        )
        command = [sys.executable, "-m", "benchmarks.activation.run", str(home), where.as_json()]
        cpu = _cpu(command, dict(os.environ), home)
        assert len(crm.contacts.entries) == rows, len(crm.contacts.entries)
    return cpu


def _theirs(home: Path, drt: Path, rows: int) -> float:
    project = home / "drt"
    (project / "syncs").mkdir(parents=True)
    (project / ".drt").mkdir()
    file = (home / "published" / "hub.duckdb").resolve()
    (project / ".drt" / "profiles.yml").write_text(f"hub:\n  type: duckdb\n  database: {file}\n")
    (project / "drt_project.yml").write_text("name: bench\nversion: '0.1'\nprofile: hub\n")
    with HubspotSandbox(Trouble()) as crm:
        fields = ", ".join(f'"{name}": {{{{ row.{name} | tojson }}}}' for name in FIELDS)
        one = (
            '{"id": {{ row.tessera_id | tojson }}, "idProperty": "tessera_id", '
            f'"properties": {{ {fields} }} }}'
        )
        sync = f"""
            name: contacts
            description: The same rows
            model: "select * from activation.sync_crm__contacts"
            destination:
              type: rest_api
              url: {crm.base_url}/crm/v3/objects/contacts/batch/upsert
              method: POST
              headers: {{Content-Type: application/json}}
              auth: {{type: bearer, token_env: PEER_TOKEN}}
              body_mode: batch
              max_records_per_request: 100
              batch_template: |
                {{"inputs": [{{% for row in rows %}}{one}{{{{ "," if not loop.last }}}}
                {{% endfor %}}]}}
            sync:
              mode: full
              batch_size: 100
              rate_limit: {{requests_per_second: 1000}}
        """
        (project / "syncs" / "contacts.yml").write_text(textwrap.dedent(sync))
        env = {**os.environ, "HOME": str(project), "PEER_TOKEN": "sandbox-token"}
        cpu = _cpu([str(drt), "run"], env, project)
        assert len(crm.contacts.entries) == rows, len(crm.contacts.entries)
    return cpu


def _cpu(command: list[str], env: dict[str, str], folder: Path) -> float:
    """CPU seconds of a process and its children, start-up included."""
    env["PYTHONPATH"] = str(Path(__file__).parents[2])
    with (folder / "peer.log").open("ab") as log:
        process = subprocess.Popen(command, env=env, cwd=folder, stdout=log, stderr=log)
        _, status, used = os.wait4(process.pid, 0)
    assert status == 0, (folder / "peer.log").read_text()[-2000:]
    return used.ru_utime + used.ru_stime
