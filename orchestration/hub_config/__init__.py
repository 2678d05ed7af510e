"""hub.yaml: the one file that says what a hub is made of.

`read_hub` gives a validated `Hub` or raises `HubConfigError`, whose text names for every mistake
the line, the key and the fix. Secrets are only ever references (`${NAME}`) here; `resolved` looks
them up when a process is about to start.
"""

from orchestration.hub_config.errors import HubConfigError, Mistake
from orchestration.hub_config.models import Hub, Mapping, Source
from orchestration.hub_config.reading import find_hub_file, read_hub
from orchestration.hub_config.secrets import UnsetVariableError, resolved

__all__ = [
    "Hub",
    "HubConfigError",
    "Mapping",
    "Mistake",
    "Source",
    "UnsetVariableError",
    "find_hub_file",
    "read_hub",
    "resolved",
]
