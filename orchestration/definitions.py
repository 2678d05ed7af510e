"""What `dagster` and `tessera dev` load: the hub of TESSERA_CONFIG, or the demo's.

Nothing but this function may stand here: Dagster drops a module's other definitions silently.
"""

import dagster as dg

from orchestration.graph.hub import hub_definitions
from orchestration.site import Site


@dg.definitions
def hub() -> dg.Definitions:
    """The hub's assets, checks, jobs, schedules and sensors."""
    return hub_definitions(Site.open_or_demo())
