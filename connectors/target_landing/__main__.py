"""`target-landing`: the command. It needs the SDK only to describe itself, and starts without."""

import ctypes
import gc
import os
import signal
import sys
import traceback
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from connectors.target_landing.config import Settings, from_files
from connectors.target_landing.errors import LandingError
from connectors.target_landing.hold import held, report
from connectors.target_landing.lines import chunks
from connectors.target_landing.load import Load
from connectors.target_landing.messages import Messages
from connectors.target_landing.packages import folder

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # of glibc's malloc.h
_KEPT_BLOCK = 32 << 20  # bytes, the most that glibc allows

_USAGE = "usage: target-landing --config FILE [--input FILE] | --about [--format json] | --version"


def main(argv: list[str] | None = None) -> None:
    """Run the command; exits with 1 and one sentence if anything was not committed."""
    arguments = sys.argv[1:] if argv is None else argv
    if "--version" in arguments:
        print(f"target-landing v{version('tessera')}")  # noqa: T201
        return
    if "--about" in arguments or "--help" in arguments:
        from connectors.target_landing.target import TargetLanding

        TargetLanding.cli(arguments)
        return
    # The default ends the process at once, whatever it does: what is open does not count anyway.
    # Draining from a handler is how other targets emit a STATE whose rows were never stored.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    sys.meta_path.insert(0, WithoutPandas())
    _keep_memory()
    gc.disable()  # messages hold no cycles, and looking for some costs a tenth of the time
    try:
        configs, source = _parsed(arguments)
        run(from_files(configs), os.open(source, os.O_RDONLY) if source else 0)
    except LandingError as error:
        report(str(error))
        sys.exit(1)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the interpreter flushes it on its way out
        report("nobody reads the STATE any more; what was committed before stays")
        sys.exit(1)
    except OSError as error:
        report(f"nothing more was committed: {error.strerror or error}; free the disk or mend it")
        sys.exit(1)
    except Exception as error:  # a message of Arrow's or Python's may quote a value
        place = traceback.extract_tb(error.__traceback__)[-1]
        report(
            f"nothing more was committed: {type(error).__name__} at {Path(place.filename).name}:"
            f"{place.lineno}, a defect of target-landing; please report it"
        )
        sys.exit(1)


class WithoutPandas:
    """Arrow imports pandas, where it is installed, only to ask whether a list is a data frame."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Refuse pandas, and leave everything else to the next finder."""
        if name == "pandas":
            raise ModuleNotFoundError(name)


def run(settings: Settings, handle: int) -> Load:
    """Load everything from a file descriptor.

    Raises:
        LandingError: the input, the ledger or a contract stopped the load.
        OSError: the disk did.
    """
    with held(folder(Path(settings.landing), settings.source)):
        load = Load(settings, _print_state)
        try:
            messages = Messages(load)
            for chunk in chunks(handle):
                if chunk:
                    messages.feed(chunk)
                load.tick()
            load.finish()
        finally:
            load.abandon()
    return load


def _keep_memory() -> None:
    """Let glibc keep what was freed: chunk after chunk needs as much again."""
    with suppress(OSError, AttributeError):  # another C library
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_MMAP_THRESHOLD, _KEPT_BLOCK)
        mallopt(_M_TRIM_THRESHOLD, 8 * _KEPT_BLOCK)


def _print_state(state: bytes) -> None:
    sys.stdout.buffer.write(state + b"\n")
    sys.stdout.buffer.flush()


def _parsed(arguments: list[str]) -> tuple[list[str], str | None]:
    configs: list[str] = []
    source = None
    rest = iter(arguments)
    for argument in rest:
        name, _, value = argument.partition("=")
        if name not in ("--config", "-c", "--input"):
            raise LandingError(f"{argument} is no option of target-landing; {_USAGE}")
        value = value or next(rest, "")
        if name == "--input":
            source = value
        else:
            configs.append(value)
    return configs, source


if __name__ == "__main__":
    main()
