"""Asks a source for a first record of each stream, keeping nothing."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO, cast

from orchestration.loading.said import Ear, in_thread, open_log
from orchestration.loading.tap import SourceError, started
from orchestration.site import Site


@dataclass(frozen=True)
class Attempt:
    """What a source answered: streams with at least one record, or the error in a sentence."""

    streams: list[str] = field(default_factory=list)
    error: str | None = None


def attempt(name: str, site: Site, env: Mapping[str, str]) -> Attempt:
    """Runs the tap's own connection test; its records are counted and dropped."""
    streams: set[str] = set()
    site.home.make()
    try:
        with (
            open_log(site.home.logs, name) as log,
            started(name, site, env, extra=["--test=records"]) as (tap, redact),
        ):
            ear = Ear(log, redact, lambda line: None)
            listening = in_thread(ear.listen, tap.stderr)
            for line in cast(IO[bytes], tap.stdout):
                message = json.loads(line)
                if message.get("type") == "RECORD":
                    streams.add(message["stream"])
            code = tap.wait()
            listening.join()
    except SourceError as error:
        return Attempt(error=str(error))
    except ValueError:
        return Attempt(error=f"source {name}: {site.hub.sources[name].tap} does not speak Singer")
    if code != 0:
        return Attempt(error=f"source {name}: {ear.sentence or 'its tap failed silently'}")
    return Attempt(sorted(streams))
