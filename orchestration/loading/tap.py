"""Starts a source's tap: settings in a nameless file, surroundings without others' secrets."""

import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from orchestration.hub_config import Hub, UnsetVariableError, resolved
from orchestration.hub_config.secrets import references
from orchestration.processes.lifeline import bound
from orchestration.processes.redaction import Redactor
from orchestration.processes.secret_files import secret_file
from orchestration.site import Site


class SourceError(Exception):
    """A source cannot be asked; the text is a sentence that names it."""


@contextmanager
def started(
    name: str,
    site: Site,
    env: Mapping[str, str],
    *,
    state: Mapping[str, Any] | None = None,
    extra: Sequence[str] = (),
    defaults: Mapping[str, Any] | None = None,
) -> Iterator[tuple[subprocess.Popen[bytes], Redactor]]:
    """Starts the tap of a source, and ends it with the block.

    Args:
        name: The source.
        site: The hub. Its folder is the tap's: paths in hub.yaml are relative to it.
        env: The environment, where secrets are looked up.
        state: The bookmark to go on from.
        extra: Further arguments.
        defaults: Settings of the tap where hub.yaml has none.

    Yields:
        The process, its stdout and stderr piped, and what takes its secrets out of what it says.

    Raises:
        SourceError: The command is not installed, or a variable is not set.
    """
    source = site.hub.sources[name]
    program = _program(source.tap)
    if program is None:
        fix = f"install it beside tessera (pip install {source.tap}) or correct `tap:`"
        raise SourceError(f"source {name}: the command {source.tap} is not installed; {fix}")
    try:
        config, secrets = resolved(source.config, env, f"sources.{name}.config")
        config = dict(defaults or {}) | config
    except UnsetVariableError as unset:
        raise SourceError(f"source {name}: {unset}") from None
    with secret_file(config) as config_fd, secret_file(state) as state_fd:
        options = ["--config", f"/dev/fd/{config_fd}", *extra]
        options += ["--state", f"/dev/fd/{state_fd}"] if state else []
        process = subprocess.Popen(
            bound([program, *options]),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=(config_fd, state_fd),
            cwd=site.folder,
            # What a tap keeps between runs, such as a session, belongs into the home too.
            env=surroundings(env, site.hub) | {"TESSERA_HOME": str(site.home.root)},
        )
        try:
            yield process, Redactor(secrets)
        finally:
            process.kill()
            process.wait()


def surroundings(env: Mapping[str, str], hub: Hub) -> dict[str, str]:
    """The environment without what hub.yaml refers to: a tap sees its own secrets only."""
    secret = set(references(hub.model_dump()))
    kept = {name: value for name, value in env.items() if name not in secret}
    return kept | {"DO_NOT_TRACK": "1", "PYTHONUNBUFFERED": "1"}


def _program(tap: str) -> str | None:
    """The tap beside this Python, else on PATH."""
    beside = Path(sys.executable).with_name(tap)
    return str(beside) if beside.exists() else shutil.which(tap)
