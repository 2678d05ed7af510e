"""Asks a source whether it can be read: its tap's own check, or else a first record per stream."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any, cast

from orchestration.loading.said import Ear, in_thread, open_log
from orchestration.loading.tap import SourceError, started
from orchestration.site import Site


@dataclass(frozen=True)
class Attempt:
    """What a source answered.

    `report` is what a tap of ours says of its source; of any other tap only the streams with at
    least one record are known. `error` is one sentence.
    """

    report: dict[str, Any] = field(default_factory=dict)
    streams: list[str] = field(default_factory=list)
    error: str | None = None


def attempt(name: str, site: Site, env: Mapping[str, str]) -> Attempt:
    """Runs the tap's own test of its connection; nothing is kept."""
    site.home.make()
    code, said, sentence = _told(name, site, env, ["--check"])
    if said.lstrip().startswith("{"):
        report: dict[str, Any] = json.loads(said)
        return Attempt(report, error=None if report["ok"] else _first_error(report))
    if code == 2 and "--check" in sentence:  # no tap of ours
        code, said, sentence = _told(name, site, env, ["--test=records"])
        if code == 0:
            return _records(name, site, said)
    return Attempt(error=sentence if code is None else f"source {name}: {sentence}")


def _told(
    name: str, site: Site, env: Mapping[str, str], extra: Sequence[str]
) -> tuple[int | None, str, str]:
    """Runs the tap; returns its exit code, None if it did not start, stdout and last error."""
    try:
        with (
            open_log(site.home.logs, name) as log,
            started(name, site, env, extra=extra) as (tap, redact),
        ):
            ear = Ear(log, redact, lambda line: None)
            listening = in_thread(ear.listen, tap.stderr)
            said = cast(IO[bytes], tap.stdout).read().decode("utf-8", "replace")
            code = tap.wait()
            listening.join()
    except SourceError as error:
        return None, "", str(error)
    return code, redact(said), ear.sentence or "its tap failed silently"


def _first_error(report: Mapping[str, Any]) -> str:
    errors = [report.get("error"), *(stream.get("error") for stream in report["streams"])]
    return next((error for error in errors if error), "the source cannot be read")


def _records(name: str, site: Site, said: str) -> Attempt:
    try:
        messages = [json.loads(line) for line in said.splitlines()]
    except ValueError:
        return Attempt(error=f"source {name}: {site.hub.sources[name].tap} does not speak Singer")
    streams = {message["stream"] for message in messages if message.get("type") == "RECORD"}
    return Attempt(streams=sorted(streams))
