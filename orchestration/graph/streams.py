"""Which streams a source has, without asking the source: the graph must load fast, offline."""

from pathlib import Path

from connectors.target_landing import ledger
from orchestration.site import Site
from orchestration.warehouse.plan import ROOT


def streams_of(site: Site, source: str) -> list[str]:
    """Names of a source's streams, sorted; from hub.yaml, the tap's schemas and what has landed."""
    block = site.hub.sources[source]
    configured = block.config.get("streams")
    known = set(block.shape)
    known |= set(configured) if isinstance(configured, dict) else set()
    known |= _with_schemas(ROOT / "connectors" / block.tap.replace("-", "_") / "schemas")
    for package in ledger.packages(site.home.landing, source)[-1:]:
        about = package.manifest()
        known |= set(about.get("seen", {})) | set(about["streams"])
    return sorted(known) or ["records"]


def _with_schemas(folder: Path) -> set[str]:
    """Every room keeps one schema file per stream."""
    return {file.stem for file in folder.glob("*.json")}
