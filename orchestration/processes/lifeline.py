"""Runs a command that is killed with the process that started it, even after `kill -9`.

An orphaned tap would go on calling an API, an orphaned dbt would hold the warehouse while the
next run wants it. Linux can bind a child to its parent; `prctl` must be called between fork and
exec, which threads make unsafe in Python, so this file is run as a tiny program in between.
Elsewhere the command runs as it is: the landing zone's lock and DuckDB's keep a second run waiting.
"""

import os
import sys
from collections.abc import Sequence

_PR_SET_PDEATHSIG = 1
_SIGKILL = 9


def bound(command: Sequence[str]) -> list[str]:
    """The command line that runs `command` bound to the calling process."""
    if sys.platform != "linux":
        return list(command)
    # -I -S: no site-packages, no environment: 15 ms.
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), *command]


def _main(parent: int, command: list[str]) -> None:
    import ctypes

    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)
    # The parent may have died before the call above.
    if os.getppid() != parent:
        os._exit(_SIGKILL)
    try:
        os.execvp(command[0], command)  # noqa: S606 - no shell is the point
    except OSError as error:
        sys.stderr.write(f"{command[0]}: {error.strerror}\n")
        os._exit(127)


if __name__ == "__main__":
    _main(int(sys.argv[1]), sys.argv[2:])
