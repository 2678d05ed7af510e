"""Scores texts in worker processes: where a classifier crashes or hangs, one text is lost."""

import hashlib
import os
import re
import select
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from social.understanding.interface import ASPECTS, UNKNOWN, Verdict, version
from social.understanding.wire import send

BATCH = 2_000
LONGEST = 5_000  # characters of a text that are read; who writes more has made the point
STARTING_SECONDS = 60.0  # imports and models, before the first answer
STARVED = 12  # a busy machine may take so many times longer before we call it asleep
GIVES_UP_AFTER = 10  # failures in a row: then the classifier is broken, not the texts
_ADDRESSED = re.compile(r"^(?:\s*[@＠][\w.\-@]+[,:]?)+\s*")
ERROR = Verdict("error")


@dataclass(frozen=True, slots=True)
class Understanding:
    """All aspects of one text."""

    language: Verdict
    sentiment: Verdict
    intent: Verdict
    topic: Verdict


def prepared(text: str | None) -> str:
    """The text without the handles it is addressed to, at most `LONGEST` characters."""
    clean = (text or "").replace("\x00", " ").encode("utf-8", "replace").decode()
    return _ADDRESSED.sub("", clean)[:LONGEST].strip()


def fingerprint(names: dict[str, str]) -> str:
    """Changes whenever any chosen classifier changes: part of the cache's key."""
    parts = [f"{aspect}={version(aspect, names.get(aspect, 'builtin'))}" for aspect in ASPECTS]
    return hashlib.sha256(";".join(parts).encode()).hexdigest()[:12]


def score(
    texts: Sequence[str],
    names: dict[str, str] | None = None,
    *,
    workers: int = 2,
    patience_seconds: float = 5.0,
) -> list[Understanding]:
    """Every text with all its aspects, in order.

    Args:
        texts: What people wrote.
        names: Aspect to classifier, where not the built-in one.
        workers: Processes.
        patience_seconds: How much processor time a classifier may take for one text; where the
            machine does not tell, and for one that sleeps, twelve times that by the clock.
    """
    batches = [texts[i : i + BATCH] for i in range(0, len(texts), BATCH)]
    desks: list[_Desk] = []
    here = threading.local()

    def work(batch: Sequence[str]) -> list[Understanding]:
        if not hasattr(here, "desk"):
            here.desk = _Desk(names or {}, patience_seconds)
            desks.append(here.desk)
        desk: _Desk = here.desk
        return desk.understand([prepared(text) for text in batch])

    try:
        with ThreadPoolExecutor(max(1, min(workers, len(batches)))) as pool:
            return [row for rows in pool.map(work, batches) for row in rows]
    finally:
        for desk in desks:
            desk.close()


class _Desk:
    """Hands batches to one worker process and replaces it when it dies or falls asleep."""

    def __init__(self, names: dict[str, str], patience: float) -> None:
        self._names, self._patience = names, patience
        self._process: subprocess.Popen[bytes] | None = None
        self._failures = dict.fromkeys(ASPECTS, 0)
        self._answered: set[str] = set()

    def understand(self, texts: list[str]) -> list[Understanding]:
        """All aspects of a batch; language first, because the others may need it."""
        # an empty text says nothing, and no classifier should be asked to make something of it
        spoken = [i for i, text in enumerate(texts) if any(c.isalnum() for c in text)]
        nothing = Verdict(UNKNOWN)
        columns = {aspect: [nothing] * len(texts) for aspect in ASPECTS}
        languages = [UNKNOWN] * len(spoken)
        for aspect in ASPECTS:
            found = self._classify(aspect, [texts[i] for i in spoken], languages)
            for i, verdict in zip(spoken, found, strict=True):
                columns[aspect][i] = verdict
            if aspect == "language":
                languages = [verdict.label for verdict in found]
        return [Understanding(*row) for row in zip(*columns.values(), strict=True)]

    def _classify(self, aspect: str, texts: list[str], languages: list[str]) -> list[Verdict]:
        if not texts:
            return []
        whole = self._ask(aspect, texts, languages, self._patience + 0.01 * len(texts))
        if whole is not None:
            self._failures[aspect] = 0
            return whole
        return list(self._one_by_one(aspect, texts, languages))

    def _one_by_one(self, aspect: str, texts: list[str], languages: list[str]) -> Iterator[Verdict]:
        for text, language in zip(texts, languages, strict=True):
            if self._failures[aspect] >= GIVES_UP_AFTER:
                yield ERROR
                continue
            found = self._ask(aspect, [text], [language], self._patience)
            self._failures[aspect] = 0 if found else self._failures[aspect] + 1
            yield found[0] if found else ERROR

    def _ask(
        self, aspect: str, texts: list[str], languages: list[str], patience: float
    ) -> list[Verdict] | None:
        if self._process is None:
            self._start()
        if texts and aspect not in self._answered:  # imports and models, before any text
            if self._ask(aspect, [], [], STARTING_SECONDS) is None:
                return None
            self._answered.add(aspect)
        assert self._process is not None and self._process.stdin is not None  # noqa: S101
        try:
            send(self._process.stdin, (aspect, texts, languages))
            answer = self._receive(_Patience(self._process.pid, patience))
        except (BrokenPipeError, EOFError, TimeoutError, msgspec.DecodeError):
            self.close()
            return None
        if not isinstance(answer, list):
            return None
        return [Verdict(label, confidence, score) for label, confidence, score in answer]

    def _start(self) -> None:
        self._answered.clear()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "social.understanding.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdin is not None  # noqa: S101 (a pipe was asked for)
        send(self._process.stdin, self._names)

    def _receive(self, patience: "_Patience") -> Any:
        head = self._read(4, patience)
        return msgspec.msgpack.decode(self._read(struct.unpack(">I", head)[0], patience))

    def _read(self, size: int, patience: "_Patience") -> bytes:
        assert self._process is not None and self._process.stdout is not None  # noqa: S101
        pipe = self._process.stdout.fileno()
        parts: list[bytes] = []
        while size:
            if not select.select([pipe], [], [], patience.slice)[0]:
                if patience.is_over():
                    raise TimeoutError
                continue
            part = os.read(pipe, min(size, 1 << 20))
            if not part:
                raise EOFError
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def close(self) -> None:
        """Ends the worker, asleep or not."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        with closing(process.stdin or sys.stdin), closing(process.stdout or sys.stdout):
            process.wait()


class _Patience:
    """Ends when a process has worked for so long, or slept for much longer.

    By the clock alone, a busy machine would make good texts look like ones that hang.
    """

    def __init__(self, pid: int, seconds: float) -> None:
        self._pid, self._seconds = pid, seconds
        self._began, self._worked = time.monotonic(), _worked(pid) or 0.0
        self.slice = min(1.0, seconds / 4)

    def is_over(self) -> bool:
        """Whether to wait no longer."""
        worked = _worked(self._pid)
        if worked is not None and worked - self._worked > self._seconds:
            return True
        return time.monotonic() - self._began > STARVED * self._seconds


def _worked(pid: int) -> float | None:
    """Processor seconds of a process so far; None where the machine does not tell (no /proc)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
