"""What a process says on stderr: logged without secrets, its last error kept as one sentence."""

import io
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, cast

from orchestration.processes.redaction import Redactor

_LONGEST_SENTENCE = 600
_LARGEST_LOG = 5_000_000
_LEVEL = r"(DEBUG|INFO|WARNING|ERROR|CRITICAL)"
# `2026-11-21 10:00:00,000 | ERROR    | tap-files    | message` is the Singer SDK's format.
_LINE = re.compile(rf"^(?:[^|]*\|\s*{_LEVEL}\s*\|[^|]*\||{_LEVEL}\b[: ])\s*(.*)$")
_METRIC = re.compile(r'"metric":\s*"record_count",\s*"value":\s*(\d+)')


def open_log(folder: Path, name: str) -> IO[str]:
    """Opens `<folder>/<name>.log` for appending; one that grew large becomes `.1.log` first."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.log"
    if file.exists() and file.stat().st_size > _LARGEST_LOG:
        file.replace(file.with_suffix(".1.log"))
    return file.open("a", encoding="utf-8", buffering=1)


def level_and_text(line: str) -> tuple[str, str]:
    """Splits a log line; the level is empty for a line that is no log line."""
    match = _LINE.match(line)
    if match is None:
        return "", line.strip()
    return match[1] or match[2], match[3].strip()


class Ear:
    """Listens to one process's stderr in a thread of the caller's."""

    def __init__(self, log: IO[str], redact: Redactor, progress: Callable[[str], None]) -> None:
        """Logs to `log`, tells record counts to `progress`."""
        self._log, self._redact, self._progress = log, redact, progress
        self._last = self._last_error = self.warning = ""

    def listen(self, stream: IO[str]) -> None:
        """Reads until the process closes the stream."""
        for raw in stream:
            line = self._redact(raw.rstrip("\n"))
            self._log.write(line + "\n")
            level, text = level_and_text(line)
            if text:
                self._last = text
                if level == "WARNING":
                    self.warning = self.warning or text
                if level in ("ERROR", "CRITICAL"):
                    self._last_error = text
            if metric := _METRIC.search(line):
                self._progress(f"{int(metric.group(1)):,} records read")

    @property
    def sentence(self) -> str:
        """The last error in one line; the last line when none was marked as an error."""
        said = " ".join((self._last_error or self._last).split())
        return said if len(said) <= _LONGEST_SENTENCE else said[:_LONGEST_SENTENCE] + "…"


def in_thread(work: Callable[[IO[str]], None], stream: IO[bytes] | None) -> threading.Thread:
    """Runs `work` over a process's output in a thread, so that no pipe fills up."""
    text = io.TextIOWrapper(cast(IO[bytes], stream), encoding="utf-8", errors="replace")
    thread = threading.Thread(target=work, args=(text,), daemon=True)
    thread.start()
    return thread
