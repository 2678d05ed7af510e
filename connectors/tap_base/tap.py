"""The tap every room of ours inherits: a thin layer over the Singer SDK's `Tap`.

Emission hooks in from `emission.py`; what only taps that speak HTTP need is in `http_tap.py`.
"""

import json
import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import singer_sdk
from singer_sdk.exceptions import AbortedSyncFailedException, AbortedSyncPausedException

from connectors.tap_base.check import Report, sampled
from connectors.tap_base.errors import TapError, UnavailableError
from connectors.tap_base.page import readme
from connectors.tap_base.writer import BufferedWriter


class StreamsFailedError(TapError):
    """Some streams failed; the others are complete."""


class Tap(singer_sdk.Tap):
    """A tap of ours: no signal handlers, one-sentence errors, no stream fails another."""

    message_writer_class = BufferedWriter

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.failures: list[TapError] = []
        super().__init__(*args, **kwargs)

    def _setup_signal_handlers(self) -> None:
        """Leave signals alone: the SDK's handler writes state in the middle of a record."""

    def failed(self, error: Exception, stream: str) -> None:
        """Note that a stream failed, so that the others go on and the exit code says so.

        Args:
            error: What happened. Of an error that is not ours only type and place are told:
                its text may hold values.
            stream: The stream's name.
        """
        told = error if isinstance(error, TapError) else TapError(*_unexpected(error))
        told.tap, told.stream = told.tap or self.name, told.stream or stream
        self.failures.append(told)
        self.logger.error("%s", told)

    def sync_all(self) -> None:  # type: ignore[misc]  # the SDK's stops at the first failure
        """Sync all streams; one that fails keeps its bookmark and stops no other.

        Raises:
            TapError: After the last stream, the failure there was, or the first with all names.
        """
        self._reset_state_progress_markers()
        self._set_compatible_replication_methods()
        if self.state:
            self._state_writer.write_state(self.state)
        for stream in self.streams.values():
            if stream.parent_stream_type or not (
                stream.selected or stream.has_selected_descendents
            ):
                continue
            try:
                stream.sync()
                stream.finalize_state_progress_markers()
            except (AbortedSyncFailedException, AbortedSyncPausedException, BrokenPipeError):
                raise
            except Exception as error:
                self.failed(error, stream.name)
        for stream in self.streams.values():
            stream.log_sync_costs()
        if len(self.failures) > 1:
            raise _together(self.failures)
        if self.failures:
            raise self.failures[0]

    def check(self) -> Report:
        """Say in one screen whether the source can be read, without reading it."""
        return sampled(self)

    @classmethod
    def cb_check(cls, ctx: click.Context, param: click.Option, value: bool) -> None:
        """Run `check` from the command line and exit 1 where something is wrong."""
        if not value:
            return
        given = ctx.params.get("config")
        try:
            report = cls(
                config=given.config if given else None,
                parse_env_config=bool(given and given.parse_env),
                validate_config=True,
            ).check()
        except TapError as error:  # some ask their source for its streams when they are made
            report = Report(cls.name, reachable=not isinstance(error, UnavailableError))
            error.tap = error.tap or cls.name
            report.error = str(error)
        click.echo(json.dumps(report.to_dict(), indent=2))
        ctx.exit(0 if report.ok else 1)

    @classmethod
    def get_singer_command(cls) -> click.Command:
        """Add `--check` to the SDK's options."""
        command = super().get_singer_command()
        command.params.append(
            click.Option(
                ["--check"],
                is_flag=True,
                help="Say whether the source can be read, and what is there.",
                callback=cls.cb_check,
                expose_value=False,
            )
        )
        return command

    @classmethod
    def print_about(cls, output_format: str | None = None) -> None:
        """Print what the tap is and takes; as Markdown it is the room's README.

        Args:
            output_format: `markdown`, `json` or None for text.
        """
        if output_format == "markdown":
            sys.stdout.write(readme(cls) + "\n")
        else:
            super().print_about(output_format)

    @classmethod
    def invoke(cls, **kwargs: Any) -> None:
        """Run from the command line; a failure is one sentence, last on stderr, and exit 1.

        Args:
            **kwargs: The SDK's command-line options.
        """
        sys.meta_path.insert(0, WithoutPandas())
        with cls._telling():
            super().invoke(**kwargs)

    @classmethod
    def cb_discover(cls, ctx: click.Context, param: click.Option, value: bool) -> None:
        """Print the catalog; some ask their source for it, and may be refused."""
        with cls._telling():
            super().cb_discover(ctx, param, value)

    @classmethod
    @contextmanager
    def _telling(cls) -> Iterator[None]:
        """Tell failures in one sentence, last on stderr, and exit 1."""
        try:
            yield
        except TapError as error:
            error.tap = error.tap or cls.name
            cls.logger.error("%s", error)
            sys.exit(1)
        except BrokenPipeError:
            sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115  # the exit flushes it
            cls.logger.error("%s: the target closed the pipe; its own log says why", cls.name)
            sys.exit(1)


class WithoutPandas:
    """Spares a tap half a second: Arrow imports pandas only to ask whether a list is a series."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:
        """Refuse pandas, and leave everything else to the next finder."""
        del path, target
        if name == "pandas":
            raise ModuleNotFoundError(name)


def _together(failures: Sequence[TapError]) -> StreamsFailedError:
    """Tell several failures in one sentence: mostly they have one reason."""
    first = failures[0]
    others = sum(failure.problem != first.problem for failure in failures)
    problem = first.problem + (f" (and {others} other failures, told above)" if others else "")
    told = StreamsFailedError(problem, first.fix, place=first.place)
    told.tap = first.tap
    told.stream = ", ".join(dict.fromkeys(failure.stream for failure in failures))
    return told


def _unexpected(error: Exception) -> tuple[str, str]:
    """Tell of an error nobody foresaw, without its text."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "connectors" in Path(frame.filename).parts] or frames
    place = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else "an unknown place"
    return f"unexpected {type(error).__name__} at {place}", "please report it, it is a defect"
