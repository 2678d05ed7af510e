"""dagster-dbt as it is where dbt-core is not installed, which it supports.

dbt runs in a process of its own. Importing it here as well took a third of what Dagster's process
spent on a run of a small hub.
"""

import sys


class _WithoutDbt:
    """Refuses dbt, unless it is imported already; leaves everything else to the next finder."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name == "dbt":
            raise ModuleNotFoundError(name)


_refusal = _WithoutDbt()
sys.meta_path.insert(0, _refusal)
try:
    from dagster_dbt import DagsterDbtTranslator, DbtProject, dbt_assets
    from dagster_dbt.core.dbt_cli_event import DbtCoreCliEventMessage
finally:
    sys.meta_path.remove(_refusal)

__all__ = ["DagsterDbtTranslator", "DbtCoreCliEventMessage", "DbtProject", "dbt_assets"]
