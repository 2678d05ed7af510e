"""Loading: tap | target-landing, one pair of processes per source."""

from orchestration.loading.load import Loaded, load_source
from orchestration.loading.together import Loads

__all__ = ["Loaded", "Loads", "load_source"]
