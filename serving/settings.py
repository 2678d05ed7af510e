"""What `serving:` in hub.yaml may say."""

from collections.abc import Mapping
from typing import Any

import msgspec


class SettingsError(ValueError):
    """A setting of serving that cannot be used; says which and what it may be."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How generations are published.

    Attributes:
        keep_hours: Generations younger than this stay, beside the newest few that always do.
        analyst: Whether to make a file without personal columns too.
        parquet: Whether to export every table as Parquet beside the files, per audience.
        lookup: Whether to keep the sidecar of the lookup API up to date.
    """

    keep_hours: float = 0
    analyst: bool = True
    parquet: bool = False
    lookup: bool = True

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> "Settings":
        """Settings from hub.yaml's block.

        Raises:
            SettingsError: an unknown setting, or one of the wrong kind.
        """
        try:
            return msgspec.convert(dict(given), cls)
        except msgspec.ValidationError as error:
            known = ", ".join(cls.__struct_fields__)
            raise SettingsError(f"hub.yaml: serving: {error}; it knows {known}") from None
