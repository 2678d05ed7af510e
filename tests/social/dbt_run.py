"""Runs dbt over a home with a project that was parsed once: parsing costs more than small models.

`python -m tests.social.dbt_run PARSED SHARED... + RUN...`: PARSED is the parsed project, made when
it is not there; arguments before the plus are those of both verbs, those after it of `run`.
"""

import sys
from pathlib import Path

from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

plus = sys.argv.index("+")
parsed, shared, only = Path(sys.argv[1]), sys.argv[2:plus], sys.argv[plus + 1 :]
if parsed.exists():
    manifest = Manifest.from_msgpack(parsed.read_bytes())
else:
    made = dbtRunner().invoke(["parse", *shared]).result
    if not isinstance(made, Manifest):
        sys.exit("the project does not parse")
    manifest = made
    beside = parsed.with_suffix(".new")
    beside.write_bytes(manifest.to_msgpack())
    beside.rename(parsed)
sys.exit(0 if dbtRunner(manifest=manifest).invoke(["run", *shared, *only]).success else 1)
