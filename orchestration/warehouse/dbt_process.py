"""Inside the dbt process: parses the project once, then runs verbs that come in on stdin.

Starting dbt costs seconds, most of it imports and parsing. `tessera run` starts this process before
the sources are loaded and has it ready when they are. A project that did not change since it was
parsed is read back: dbt's own partial parsing takes several times as long to see that.

One JSON object per line: in comes `{"arguments": [...], "env": {...}}`, out go dbt's own structured
events and, after each verb, `{"done": true, "ok": …}`. It ends with its stdin.
"""

import gc
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest


def main() -> None:
    """Serves verbs until stdin ends; the first line holds the options that all verbs share."""
    # A parsed project is a million objects that stay: looking for cycles in them is wasted.
    gc.set_threshold(100_000, 50, 1000)
    from dbt.cli.main import dbtRunner

    first = json.loads(sys.stdin.readline())
    shared: list[str] = first["arguments"]
    manifest = _parsed(Path(first["parsed"]), [*first["parse"], *shared])
    gc.freeze()
    _done(manifest is not None)
    for line in sys.stdin:
        asked = json.loads(line)
        os.environ.update(asked["env"])
        # Mappings are read when models run: the parsed project does not depend on them.
        result = dbtRunner(manifest=manifest).invoke([*asked["arguments"], *shared])
        if result.exception is not None:
            event = {"name": "Exception", "level": "error", "msg": str(result.exception)}
            print(json.dumps({"info": event, "data": {}}))  # noqa: T201 - the protocol
        _done(result.success)


def _parsed(kept: Path, arguments: list[str]) -> "Manifest | None":
    """The project, from the file that holds it when it is there; None when it does not parse."""
    from dbt.cli.main import dbtRunner
    from dbt.contracts.graph.manifest import Manifest

    if kept.exists() and kept.with_name("manifest.json").exists():
        return Manifest.from_msgpack(kept.read_bytes())
    manifest = dbtRunner().invoke(["parse", *arguments]).result
    if not isinstance(manifest, Manifest):
        return None
    for old in kept.parent.glob("*.parsed"):
        old.unlink()
    beside = kept.with_suffix(f".{os.getpid()}")
    beside.write_bytes(manifest.to_msgpack())
    beside.rename(kept)
    return manifest


def _done(ok: bool) -> None:
    print(json.dumps({"done": True, "ok": ok}), flush=True)  # noqa: T201 - the protocol


if __name__ == "__main__":
    main()
