"""A hub as it stands on this machine: its configuration, where that lies, and its home."""

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from orchestration.home import Home
from orchestration.hub_config import Hub, find_hub_file, read_hub
from serving.settings import Settings
from social.declared import Declared, read_declared

DEMO = Path(__file__).parent / "demo" / "hub.yaml"


@dataclass(frozen=True)
class Site:
    """What every part of a run needs to know."""

    hub: Hub
    file: Path
    home: Home

    @classmethod
    def open(cls, config: Path | str | None = None, home: Path | str | None = None) -> "Site":
        """Reads hub.yaml; options win over TESSERA_CONFIG and TESSERA_HOME.

        Raises:
            HubConfigError: hub.yaml cannot be used.
            DeclarationError: A file that it refers to cannot.
            SettingsError: Its block `serving` cannot.
        """
        file = find_hub_file(config)
        site = cls(read_hub(file), file, Home.at(home))
        _ = site.declared, site.serving
        return site

    @classmethod
    def open_or_demo(
        cls, config: Path | str | None = None, home: Path | str | None = None
    ) -> "Site":
        """Like `open`; where no hub.yaml is named and none lies here, the bundled demo's."""
        named = config or os.environ.get("TESSERA_CONFIG")
        if named or find_hub_file().exists():
            return cls.open(config, home)
        return cls.open(DEMO, home or os.environ.get("TESSERA_HOME") or ".tessera/demo")

    @property
    def folder(self) -> Path:
        """Folder of hub.yaml: relative paths in it start here."""
        return self.file.parent

    @property
    def decisions(self) -> Path:
        """People's word on links: the file that hub.yaml names, else one in the landing zone."""
        named = self.hub.identity.decisions
        return self.folder / named if named else self.home.landing / "_identity/decisions.jsonl"

    @cached_property
    def declared(self) -> Declared:
        """Brands, calendars, routing rules, segments and practices."""
        hub = self.hub
        return read_declared(self.folder, hub.brands, hub.calendars, hub.social)

    @cached_property
    def serving(self) -> Settings:
        """How generations are published."""
        return Settings.read(self.hub.serving)

    @property
    def enabled(self) -> list[str]:
        """Names of the sources to load."""
        return [name for name, source in self.hub.sources.items() if source.enabled]
