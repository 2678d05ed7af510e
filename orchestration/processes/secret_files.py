"""Hands a process a file's content without argv, environment or disk."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def secret_file(value: Any) -> Iterator[int]:
    """A descriptor of a nameless file with `value` as JSON; a child reads it as `/dev/fd/<n>`.

    Args:
        value: Anything JSON can hold.

    Yields:
        The descriptor, to be put in `pass_fds`; closed at the end.
    """
    text = json.dumps(value).encode()
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("config")
        file = os.fdopen(descriptor, "w+b")
    else:
        file = tempfile.TemporaryFile()  # noqa: SIM115 - already unlinked, 0600
    with file:
        file.write(text)
        file.flush()
        file.seek(0)
        yield file.fileno()
