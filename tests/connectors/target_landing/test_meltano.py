"""`meltano run` with a public tap into our target, and with our tap into a public target.

Meltano and the public plugins live in environments of their own under `.venv/meltano`, made once
(minutes) by `TESSERA_MELTANO=1 make test` and used from then on.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from .zones import Zone

ROOT = Path(__file__).parents[3]
HOME = ROOT / ".venv" / "meltano"
TOOLS = {
    "meltano": "meltano==4.4.1",
    "tap-jsonl": "tap-jsonl==0.3.1",
    "target-jsonl": "target-jsonl==0.1.4",
}
BINS = Path(sys.executable).parent
pytestmark = pytest.mark.slow


def _tool(name: str) -> Path:
    return HOME / name / "bin" / name


@pytest.fixture(scope="module")
def tools() -> None:
    """Meltano and the plugins, installed if that was asked for; skips without them."""
    missing = [name for name in TOOLS if not _tool(name).exists()]
    if missing and not os.environ.get("TESSERA_MELTANO"):
        pytest.skip("Meltano is not installed under .venv/meltano; TESSERA_MELTANO=1 does it")
    for name in missing:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(HOME / name)], check=True)
        pip = [str(HOME / name / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        done = subprocess.run(
            [*pip, TOOLS[name], "setuptools<81"], capture_output=True, check=False
        )
        if done.returncode:
            pytest.skip(f"{name} cannot be installed here")


def _run(project: Path, extractor: dict, loader: dict) -> None:
    plugins = {"extractors": [extractor], "loaders": [loader]}
    settings = {"version": 1, "default_environment": "dev", "environments": [{"name": "dev"}],
                "send_anonymous_usage_stats": False, "plugins": plugins}  # fmt: skip
    (project / "meltano.yml").write_text(json.dumps(settings))  # JSON is YAML
    done = subprocess.run(
        [str(_tool("meltano")), "run", extractor["name"], loader["name"]],
        cwd=project, capture_output=True, text=True, check=False,
        env={**os.environ, "MELTANO_SEND_ANONYMOUS_USAGE_STATS": "false", "NO_COLOR": "1"},
    )  # fmt: skip
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]


def _plugin(name: str, executable: Path, *settings: str, **config: object) -> dict:
    return {
        "name": name, "namespace": name.replace("-", "_"), "executable": str(executable),
        "settings": [{"name": setting} for setting in settings or config], "config": config,
    }  # fmt: skip


def test_a_public_tap_into_our_target(zone: Zone, tmp_path: Path, tools: None) -> None:
    path = tmp_path / "people.jsonl"
    path.write_text("".join(json.dumps({"id": n, "name": f"n{n}"}) + "\n" for n in range(25)))
    tap = _plugin("tap-jsonl", _tool("tap-jsonl"), path=str(path), stream_name="people")
    tap["capabilities"] = ["catalog", "discover", "state"]
    target = _plugin(
        "target-landing", BINS / "target-landing", landing=str(zone.landing), source="crm"
    )
    for _ in range(2):  # the second run goes on from the state of the first
        _run(tmp_path, tap, target)
    ((count,),) = zone.sql(f"select count(*) from {zone.table('people')}")
    assert count >= 25


def test_our_tap_into_a_public_target(tmp_path: Path, tools: None) -> None:
    (tmp_path / "people.csv").write_text("id,name\n1,Ada\n2,Grace\n")
    streams = {"people": {"path": str(tmp_path / "people.csv"), "key": ["id"]}}
    tap = _plugin("tap-files", BINS / "tap-files", streams=streams)
    tap["capabilities"] = ["catalog", "discover", "state"]
    out = tmp_path / "out"
    out.mkdir()
    target = _plugin(
        "target-jsonl", _tool("target-jsonl"), destination_path=str(out), do_timestamp_file=False
    )
    _run(tmp_path, tap, target)
    found = [json.loads(line) for line in (out / "people.jsonl").read_text().splitlines()]
    assert [(str(one["id"]), one["name"]) for one in found] == [("1", "Ada"), ("2", "Grace")]
