"""What a run of dbt is to build: which packages of which sources, by which mappings.

The plan pins the newest package of every source, so that all models of a run see the same landing
zone while loads go on, and so that a generation knows exactly what it holds. A source whose mapping
does not fit is held at what was published last: nothing of it is lost, nothing wrong gets in.
"""

import hashlib
import json
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from connectors.target_landing import ledger
from orchestration.home import Home
from orchestration.hub_config import Source
from orchestration.site import Site
from orchestration.warehouse.mapping_check import mistakes

ROOT = Path(__file__).parents[2]
PROJECT = ROOT / "dbt_project"
# What a run's result depends on besides the landing zone and hub.yaml.
_CODE = ("dbt_project", "identity", "social", "expectations")
_SUFFIXES = {".py", ".sql", ".yml", ".yaml", ".csv", ".json", ".txt"}
_PATHS = ("decisions", "suppressed", "ladder")


@dataclass(frozen=True)
class Plan:
    """What dbt is told.

    Attributes:
        vars: dbt's variables.
        packages: Newest package of each source that this run reads; 0 for none.
        held: Sources whose mapping does not fit: source to what is wrong.
        fingerprint: Changes when anything that the result depends on does.
        code: Changes when models, rules or engines do: what grew under the old ones is made anew.
    """

    vars: dict[str, Any]
    packages: dict[str, int]
    held: dict[str, list[str]] = field(default_factory=dict)
    fingerprint: str = ""
    code: str = ""

    def facts(self) -> dict[str, Any]:
        """What a published generation remembers of its plan."""
        return {
            "fingerprint": self.fingerprint,
            "code": self.code,
            "packages": self.packages,
            "sources": self.vars["sources"],
            "held": self.held,
        }


def make_plan(site: Site, published: AnyMapping[str, Any] | None) -> Plan:
    """Makes the plan of a run from what is on disk now.

    Args:
        site: The hub.
        published: What is known of the last published generation.
    """
    known = published or {}
    before, packages_before = known.get("sources", {}), known.get("packages", {})
    sources: dict[str, Any] = {}
    packages: dict[str, int] = {}
    held: dict[str, list[str]] = {}
    for name, source in site.hub.sources.items():
        told = _told(name, source, site.home)
        packages[name] = ledger.newest(site.home.landing, name)
        unchanged = told == before.get(name)
        after = packages_before.get(name, 0) if unchanged else 0
        wrong = mistakes(site.home.landing, name, source.shape, after)
        if wrong:
            held[name] = wrong
            told = before.get(name, told | {"shape": {}})
            packages[name] = packages_before.get(name, 0)
        sources[name] = told
    variables = parse_vars(site) | {"sources": sources}
    code = _code()
    stamp = json.dumps([variables, packages, code, _people(site)], sort_keys=True)
    fingerprint = hashlib.sha256(stamp.encode()).hexdigest()[:16]
    return Plan(variables, packages, held, fingerprint, code)


def _told(name: str, source: Source, home: Home) -> dict[str, Any]:
    """A source as dbt sees it: its tap, and its mappings with their keys."""
    shape = {
        stream: [
            {"key": _key(name, stream, home)} | mapping.model_dump(by_alias=True, exclude_none=True)
            for mapping in mappings
        ]
        for stream, mappings in source.shape.items()
    }
    return {"tap": source.tap, "shape": shape}


def _key(source: str, stream: str, home: Home) -> list[str]:
    """The columns of a stream's own key, as its newest package names them."""
    for package in reversed(ledger.packages(home.landing, source)):
        about = package.manifest()["streams"].get(stream)
        if about:
            columns = about.get("columns", {})
            return [columns.get(name, name) for name in about["key_properties"]]
    return []


def identity_settings(site: Site) -> dict[str, Any]:
    """The identity block with its files found from the folder of hub.yaml."""
    block = site.hub.identity.given()
    named = {key: str(site.folder / block[key]) for key in _PATHS if block.get(key)}
    if site.decisions.is_file():
        named["decisions"] = str(site.decisions)
    if block.get("model") not in (None, "auto", "default"):
        named["model"] = str(site.folder / block["model"])
    return block | named


def parse_vars(site: Site) -> dict[str, Any]:
    """The variables that the parsed project depends on: which taps there are, models' settings."""
    return {
        "sources": {name: {"tap": source.tap} for name, source in site.hub.sources.items()},
        "identity": identity_settings(site),
        "destinations": {
            name: [block.relation(one) for one in block.objects]
            for name, block in site.hub.destinations.items()
        },
    } | site.declared.dbt_vars()


def parse_digest(site: Site) -> str:
    """A digest of all that the parsed project depends on."""
    digest = _digest(PROJECT)
    digest.update(version("dbt-core").encode() + json.dumps(parse_vars(site)).encode())
    return digest.hexdigest()


def _digest(*folders: Path) -> "hashlib._Hash":
    digest = hashlib.sha256()
    for folder in folders:
        for file in sorted(folder.rglob("*")):
            built = {"target", "logs", "__pycache__"} & set(file.parts)
            if file.suffix in _SUFFIXES and not built:
                digest.update(str(file.relative_to(ROOT)).encode() + file.read_bytes())
    return digest


def _code() -> str:
    """A digest of models, rules and checks, and of the engines that run them."""
    digest = _digest(*(ROOT / name for name in _CODE))
    for package in ("duckdb", "dbt-duckdb", "splink", "phonenumbers"):
        digest.update(version(package).encode())
    return digest.hexdigest()


def _people(site: Site) -> dict[str, str]:
    """A digest of the files in which people decided about links, and of the model they reviewed."""
    settings = identity_settings(site)
    files = {Path(settings[key]) for key in (*_PATHS, "model") if settings.get(key)}
    return {
        str(file): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in files
        if file.is_absolute() and file.is_file()
    }
