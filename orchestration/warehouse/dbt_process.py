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

from orchestration.warehouse.start import believed, readers_on_demand


def main() -> None:
    """Serves verbs until stdin ends; the first line holds the options that all verbs share."""
    # A parsed project is a million objects that stay: looking for cycles in them is wasted.
    gc.set_threshold(100_000, 50, 1000)
    readers_on_demand()
    from dbt.cli.main import dbtRunner

    from orchestration.warehouse.events import leave_out_debug
    from orchestration.warehouse.parsed import project
    from orchestration.warehouse.templates import compiled_once

    leave_out_debug()
    first = json.loads(sys.stdin.readline())
    shared: list[str] = first["arguments"]
    kept = Path(first["parsed"])
    if not kept.with_name("manifest.json").exists():
        kept.unlink(missing_ok=True)  # Dagster reads what only parsing writes
    manifest = project(kept, [*first["parse"], *shared])
    templates = kept.with_name(f"{kept.name}.templates")
    for old in set(kept.parent.glob("*.parsed*")) - {kept, templates}:
        old.unlink(missing_ok=True)
    gc.freeze()
    _done(manifest is not None)
    for line in sys.stdin:
        asked = json.loads(line)
        os.environ.update(asked["env"])
        # Mappings are read when models run: the parsed project does not depend on them.
        with believed(), compiled_once(templates):
            result = dbtRunner(manifest=manifest).invoke([*asked["arguments"], *shared])
        if result.exception is not None:
            event = {"name": "Exception", "level": "error", "msg": str(result.exception)}
            print(json.dumps({"info": event, "data": {}}))  # noqa: T201 - the protocol
        _done(result.success)


def _done(ok: bool) -> None:
    print(json.dumps({"done": True, "ok": ok}), flush=True)  # noqa: T201 - the protocol


if __name__ == "__main__":
    main()
