"""The target as the Singer SDK sees it: it describes itself, and passes the SDK's own suite.

`target-landing --about` comes through here; a load does not, for importing the SDK takes longer
than many loads. Both use the same engine.
"""

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, ClassVar

from singer_sdk import Target
from singer_sdk.exceptions import MissingKeyPropertiesError, RecordsWithoutSchemaException
from singer_sdk.helpers.capabilities import PluginCapabilities
from singer_sdk.io_base import SingerReader

from connectors.target_landing.config import from_mapping, json_schema
from connectors.target_landing.errors import RecordBeforeSchemaError, TooManyQuarantinedError
from connectors.target_landing.hold import held
from connectors.target_landing.load import Load
from connectors.target_landing.messages import Messages
from connectors.target_landing.packages import folder


class TargetLanding(Target):
    """Lands Singer records as load packages: Parquet files and their STATE, in one commit."""

    name = "target-landing"
    package_name = "tessera"
    config_jsonschema: ClassVar[dict[str, Any]] = json_schema()
    capabilities: ClassVar[list[Any]] = [
        PluginCapabilities.ABOUT,
        PluginCapabilities.BATCH,
        PluginCapabilities.ACTIVATE_VERSION,
    ]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._engine = _EngineReader(dict(self.config))
        self.message_reader = self._engine

    def process_endofpipe(self) -> None:
        """Commit what is left."""
        self._engine.finish()

    @classmethod
    def append_builtin_config(cls, config_jsonschema: dict[str, Any]) -> None:
        """Leave the SDK's own settings out: none of them would have an effect."""


class _EngineReader(SingerReader):
    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__()
        self._config = config
        self._held = ExitStack()
        self._load: Load | None = None

    def process_lines(
        self,
        file_input: IO[str] | None,
        callbacks: dict[str, Callable[[dict[str, Any]], None]],  # the SDK's sinks: not used
    ) -> Counter[str]:
        settings = from_mapping(self._config)
        self._held.enter_context(held(folder(Path(settings.landing), settings.source)))
        self._load = Load(settings, _print_state)
        messages = Messages(self._load)
        with self._translated():
            for line in file_input or self.default_input:
                messages.feed(line.encode())
        return Counter()

    def finish(self) -> None:
        """Commit what is left, and let go of the source."""
        if self._load is not None:
            with self._translated():
                self._load.finish()
        self._held.close()

    def _translated(self) -> "_Translation":
        return _Translation(self)

    def give_up(self) -> None:
        """Drop the open package, and let go of the source."""
        if self._load is not None:
            self._load.abandon()
        self._held.close()


class _Translation:
    """Raises our faults as the SDK's, where its suite asks for them."""

    def __init__(self, reader: _EngineReader) -> None:
        self._reader = reader

    def __enter__(self) -> None: ...

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if error is None:
            return
        self._reader.give_up()
        if isinstance(error, RecordBeforeSchemaError):
            raise RecordsWithoutSchemaException(str(error)) from error
        if isinstance(error, TooManyQuarantinedError) and set(error.reasons) <= {
            "missing_key",
            "null_key",
        }:
            raise MissingKeyPropertiesError(str(error)) from error


def _print_state(state: bytes) -> None:
    print(state.decode(), flush=True)  # noqa: T201  # STATE is what a target's output is for
