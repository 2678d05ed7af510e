"""The ledger of the landing zone: which packages count, where a source stands, what is damaged.

Everything but `verify` is a directory listing, cheap enough for the start of every run.
"""

from connectors.target_landing.packages import (
    Package,
    bookmark,
    folder,
    newest,
    packages,
    sources,
)
from connectors.target_landing.rewind import Rewound, rewind
from connectors.target_landing.verify import Fault, Refetch, Verification, verify

__all__ = [
    "Fault",
    "Package",
    "Refetch",
    "Rewound",
    "Verification",
    "bookmark",
    "folder",
    "newest",
    "packages",
    "rewind",
    "sources",
    "verify",
]
