"""The tap: one stream per block of its configuration, those without news left alone."""

import sys
from collections.abc import Sequence
from typing import Any, ClassVar

from singer_sdk.mapper import PluginMapper

from connectors.tap_base.errors import TapError
from connectors.tap_base.tap import Tap
from connectors.tap_files.locate import is_known, locate
from connectors.tap_files.settings import STREAM_SCHEMA, read_settings
from connectors.tap_files.streams import FileStream


class TapFiles(Tap):
    """CSV, TSV, Excel, JSON and JSON Lines exports, gzipped or not, local or by fsspec URL."""

    name = "tap-files"
    package_name = "tessera"
    dynamic_catalog = True
    config_jsonschema: ClassVar[dict[str, Any]] = {
        "type": "object",
        "required": ["streams"],
        "properties": {
            "streams": {
                "type": "object",
                "additionalProperties": STREAM_SCHEMA,
                "description": "Streams by name. Each names at least its `path`.",
            },
        },
    }

    def setup_mapper(self) -> None:
        """Wait for the state: with it, unchanged files need not be opened to know their columns."""

    @property  # type: ignore[misc]  # nobody sets it but the SDK's own setup
    def mapper(self) -> PluginMapper:
        """The SDK's stream maps, set up at first use."""
        if self._mapper is None:
            super().setup_mapper()
        return super().mapper

    def discover_streams(self) -> Sequence[FileStream]:
        """Find each stream's files; a stream whose files are all known is passed over.

        Returns:
            The streams that have something to load. One whose files are missing is noted as
            failed, and left out.
        """
        streams = []
        for name, config in self.config.get("streams", {}).items():
            try:
                settings = read_settings(config)
                stream = FileStream(self, name, settings, locate(settings.paths))
                if self._has_news(stream):
                    _ = stream.schema
                    streams.append(stream)
                else:
                    self.logger.info("%s: no file changed, nothing to load", name)
            except TapError as error:
                self.failed(error, name)
        return streams

    def _has_news(self, stream: FileStream) -> bool:
        known = self.state.get("bookmarks", {}).get(stream.name, {})
        files: dict[str, dict[str, Any]] = known.get("files", {})
        if not files or known.get("settings") != stream.settings.digest:
            return True
        if stream.settings.is_snapshot and {file.url for file in stream.files} != set(files):
            return True
        unknown = [file for file in stream.files if not is_known(file, files)]
        return bool(unknown)

    def run_discovery(self) -> str:
        """Print the catalog; a stream that cannot be read is told and makes the exit code 1."""
        catalog = super().run_discovery()
        if self.failures:
            sys.exit(1)
        return catalog
