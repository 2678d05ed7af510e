"""Inside the dbt process: parses the project once, then runs verbs that come in on stdin.

Starting dbt costs seconds, most of it imports and parsing. `tessera run` starts this process before
the sources are loaded and has it ready when they are. One JSON object per line: in comes
`{"arguments": [...], "env": {...}}`, out go dbt's own structured events and, after each verb,
`{"done": true, "ok": …}`. It ends with its stdin.
"""

import json
import os
import sys


def main() -> None:
    """Serves verbs until stdin ends; the first line holds the options that all verbs share."""
    from dbt.cli.main import dbtRunner
    from dbt.contracts.graph.manifest import Manifest

    first = json.loads(sys.stdin.readline())
    shared: list[str] = first["arguments"]
    parsed = dbtRunner().invoke(["parse", *first["parse"], *shared])
    _done(parsed.success)
    for line in sys.stdin:
        asked = json.loads(line)
        os.environ.update(asked["env"])
        # Mappings are read when models run: the parsed project does not depend on them.
        manifest = parsed.result if isinstance(parsed.result, Manifest) else None
        result = dbtRunner(manifest=manifest).invoke([*asked["arguments"], *shared])
        if result.exception is not None:
            event = {"name": "Exception", "level": "error", "msg": str(result.exception)}
            print(json.dumps({"info": event, "data": {}}))  # noqa: T201 - the protocol
        _done(result.success)


def _done(ok: bool) -> None:
    print(json.dumps({"done": True, "ok": ok}), flush=True)  # noqa: T201 - the protocol


if __name__ == "__main__":
    main()
