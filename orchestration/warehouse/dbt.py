"""Runs dbt in place, with absolute paths, and passes on its events as they come."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any, cast

from orchestration.home import Home
from orchestration.processes.lifeline import bound
from orchestration.site import Site
from orchestration.warehouse.plan import PROJECT, Plan, parse_digest, parse_vars

Event = dict[str, Any]


class DbtError(RuntimeError):
    """dbt ended with an error; the text is one sentence without personal values."""


def environment(home: Home, plan: Plan | None = None) -> dict[str, str]:
    """What dbt needs in its environment: where the home is, which packages to read."""
    return {
        "TESSERA_HOME": str(home.root),
        "TESSERA_PACKAGES": json.dumps(plan.packages) if plan else "{}",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }


def options(home: Home) -> list[str]:
    """Options of every verb: the project, and the folder for all that dbt writes."""
    target = str(home.dbt_target)
    folders = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
    return [*folders, "--target-path", target, "--log-path", target, "--log-level-file", "none"]


def manifest_file(home: Home) -> Path:
    """The parsed project, as Dagster reads it."""
    return home.dbt_target / "manifest.json"


def manifest_is_current(site: Site) -> bool:
    """Whether the parsed project is that of the files on disk and of hub.yaml."""
    stamp = site.home.dbt_target / "manifest.digest"
    parsed = manifest_file(site.home).exists() and stamp.exists()
    return parsed and stamp.read_text() == parse_digest(site)


class Dbt:
    """A dbt process that parses the project at once and runs verbs when asked.

    Use as a context manager; the process ends with it, and with this process whatever happens.
    """

    def __init__(self, site: Site) -> None:
        """Starts the process; returns at once."""
        self._home = home = site.home
        self._parsed = False
        self._digest = parse_digest(site)
        home.make()
        self._process = subprocess.Popen(
            bound([sys.executable, "-m", "orchestration.warehouse.dbt_process"]),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=os.environ | environment(home),
            cwd=PROJECT,
            text=True,
        )
        self._tell(
            {
                "arguments": [*options(home), "--log-format", "json", "--no-use-colors"],
                "parse": ["--vars", json.dumps(parse_vars(site))],
                "parsed": str(home.dbt_target / f"{self._digest}.parsed"),
            }
        )

    def __enter__(self) -> "Dbt":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the process."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            cast(IO[str], pipe).close()

    def manifest(self) -> Path:
        """The parsed project's file; waits for the parse.

        Raises:
            DbtError: The project does not parse.
        """
        if not self._parsed:
            for _ in self._events():
                pass
            self._parsed = True
            (self._home.dbt_target / "manifest.digest").write_text(self._digest)
        return manifest_file(self._home)

    def run(self, arguments: Sequence[str], plan: Plan) -> Iterator[Event]:
        """Runs a verb over a plan and yields dbt's structured events (`info` and `data`).

        Raises:
            DbtError: It ended with an error, in a sentence; also when a test failed.
        """
        self.manifest()
        variables = ["--vars", json.dumps(plan.vars)]
        env = environment(self._home, plan)
        self._tell({"arguments": [*arguments, *variables], "env": env})
        yield from self._events()

    def _tell(self, line: dict[str, Any]) -> None:
        pipe = cast(IO[str], self._process.stdin)
        pipe.write(json.dumps(line) + "\n")
        pipe.flush()

    def _events(self) -> Iterator[Event]:
        """Events of one verb."""
        said: list[str] = []
        failed: list[Event] = []
        for line in cast(IO[str], self._process.stdout):
            event = _parsed(line)
            if event is None:
                said.append(line.strip())
            elif event.get("done"):
                if not event["ok"]:
                    raise DbtError(sentence(failed, said))
                return
            elif "info" in event:
                if event["info"]["level"] == "error":
                    failed.append(event)
                yield event
        raise DbtError(sentence(failed, said[-1:] or ["its process was ended from outside"]))


def _parsed(line: str) -> Event | None:
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) else None


def sentence(failed: Sequence[Event], said: Sequence[str]) -> str:
    """What went wrong, in a sentence; values that an engine's message quotes are left out."""
    # dbt tells a failure three times; this one has both the model and the engine's words.
    telling = [event for event in failed if event["info"]["name"] == "RunResultError"]
    texts = [without_values(event["info"].get("msg") or "") for event in telling or failed]
    told = [text for text in [*texts, *said] if text]
    more = f" (and {len(telling) - 1} more)" if len(telling) > 1 else ""
    return f"dbt: {told[0]}{more}" if told else "dbt: it ended with an error and said nothing"


def without_values(message: str) -> str:
    """An engine's message in one line without the values it quotes: they may be personal."""
    line = re.sub(r"\x1b\[[0-9;]*m", "", message)
    # A Python model's traceback: what happened is after its last frame.
    line = re.sub(r"Python model failed:.*\n    .*?\n", "", line, flags=re.DOTALL)
    line = " ".join(part.strip() for part in line.splitlines() if part.strip())
    # DuckDB: Could not convert string 'jane@example.com' to INT32 … LINE 3: select …
    line = re.sub(r"\bLINE \d+:.*", "", line)
    line = re.sub(r"(string|value|key)(:?) (['\"]).*?\3", r"\1\2 '…'", line, flags=re.IGNORECASE)
    return line[:500].strip()
