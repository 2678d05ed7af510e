"""The tap every live room inherits: its settings, its client, its streams and their concert."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar, Generic, cast

from singer_sdk import typing as th
from singer_sdk.helpers.capabilities import TapCapabilities

from connectors.tap_base.check import Report, check
from connectors.tap_base.http import Client
from connectors.tap_base.http_stream import C_co, HttpStream
from connectors.tap_base.notices import Redaction
from connectors.tap_base.tap import Tap

COMMON = th.PropertiesList(
    th.Property("base_url", th.StringType, description="Where the source lives."),
    th.Property("start_date", th.DateTimeType, description="Nothing older is read."),
    th.Property(
        "look_back_days",
        th.NumberType,
        description="Days before the newest row that each run reads again, for late and edited "
        "rows; each stream has a sensible one of its own.",
    ),
    th.Property(
        "concurrency", th.IntegerType, default=16, description="Requests under way at once."
    ),
    th.Property("timeout_seconds", th.NumberType, default=30, description="Time for one request."),
    th.Property(
        "max_wait_seconds",
        th.NumberType,
        default=3600,
        description="Time one run may wait for rate limits, in total.",
    ),
    th.Property("max_run_seconds", th.NumberType, default=21600, description="Time for one run."),
    th.Property(
        "max_response_bytes",
        th.IntegerType,
        default=64 << 20,
        description="Size of one answer, decompressed.",
    ),
    th.Property(
        "private_network",
        th.BooleanType,
        default=False,
        description="Whether the source's name may lead to a private address. A literal private "
        "address in base_url needs no permission.",
    ),
    th.Property(
        "user_agent", th.StringType, default="tessera/0.1", description="How we call ourselves."
    ),
).to_dict()


class HttpTap(Tap, Generic[C_co]):
    """A tap over an HTTP API: a room names its client, its streams and its own settings."""

    client_class: ClassVar[type[Client]]
    stream_classes: ClassVar[Sequence[type[HttpStream]]]
    settings: ClassVar[th.PropertiesList] = th.PropertiesList()
    scopes: ClassVar[Sequence[str]] = ()
    """The permissions the streams need, in the vendor's words."""

    # A version would declare unchanged rows, which are not emitted, to be deleted.
    capabilities: ClassVar[list[Any]] = [
        c for c in Tap.capabilities if c is not TapCapabilities.ACTIVATE_VERSION
    ]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Join the room's settings with those all taps share; the room's come first."""
        super().__init_subclass__(**kwargs)
        own = cls.settings.to_dict()
        cls.config_jsonschema = {
            "type": "object",
            "properties": {
                **own["properties"],
                **{
                    name: made
                    for name, made in COMMON["properties"].items()
                    if name not in own["properties"]
                },
            },
            "required": own.get("required", []),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take the SDK's arguments; from here on no configured secret is logged."""
        super().__init__(*args, **kwargs)
        self._started = False
        properties = self.config_jsonschema["properties"]
        Redaction.install(
            [str(value) for n, value in self.config.items() if properties.get(n, {}).get("secret")]
        )

    @cached_property
    def client(self) -> C_co:
        """The client all streams share, and with it the rate limit."""
        return cast("C_co", self.client_class(self.config, self.logger))

    def discover_streams(self) -> Sequence[HttpStream]:
        """Return the room's streams."""
        return [made(self) for made in self.stream_classes]

    @property
    def streams(self) -> dict[str, HttpStream]:  # type: ignore[override]
        """The streams by name, each after the one it follows."""
        found: dict[str, HttpStream] = super().streams  # type: ignore[assignment]

        def depth(stream: HttpStream) -> int:
            return 1 + depth(found[stream.follows]) if stream.follows else 0

        return dict(sorted(found.items(), key=lambda item: depth(item[1])))

    def failed(self, error: Exception, stream: str) -> None:
        """Note a failure, and let the next run go on where this one got to."""
        super().failed(error, stream)
        self._state_writer.write_state(self.state)

    # What streams ask of one another

    def start_all(self) -> None:
        """Let every selected stream begin to fetch while the first ones are written out, once."""
        if self._started:
            return
        self._started = True
        for stream in self.streams.values():
            if stream.selected and not stream.follows:
                stream.reader.start()

    def hand(self, stream: str, row: Mapping[str, Any], by: str) -> None:
        """Pass a row that came along to its own stream.

        Args:
            stream: Whose row it is.
            row: As the source gave it.
            by: The stream it came along with.
        """
        self.streams[stream].reader.receive(row, by)

    def consider(self, stream: str, record: Mapping[str, Any], by: str) -> None:
        """Show an emitted record to the streams that follow its own, but not to its bringer."""
        for follower in self.streams.values():
            if follower.follows == stream and follower.selected and follower.name != by:
                follower.reader.consider(record)

    def settled(self, stream: str) -> None:
        """Note that a stream is through; after the last one, memories are pruned.

        Not before: rows that come along with a later stream must still be recognised.
        """
        selected = [made.name for made in self.streams.values() if made.selected]
        if stream == selected[-1]:
            for made in self.streams.values():
                made.reader.prune()

    # What `tessera sources test NAME` asks

    def identify(self) -> Mapping[str, Any]:
        """Ask who we are, with one cheap request.

        Returns:
            `scopes` (a list) where the source tells what we may do. No personal value.
        """
        return {}

    def check(self) -> Report:
        """Say in one screen whether the source can be read, without reading it."""
        return check(self)
