"""Any profile in a fraction of a millisecond: a SQLite sidecar of the published generation."""

from serving.lookup.build import Brought, bring_to
from serving.lookup.keys import KINDS, MalformedKeyError, key

__all__ = ["KINDS", "Brought", "MalformedKeyError", "bring_to", "key"]
