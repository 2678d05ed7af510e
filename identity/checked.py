"""The files that settings name, read before anything rests on them."""

from typing import Any

from identity import decisions, suppression
from identity.config import Config
from identity.model import Model


def check(given: dict[str, Any] | Config | None) -> None:
    """Reads ladder, model, decisions and suppressed identifiers.

    Args:
        given: The `identity:` block, its files by absolute path.

    Raises:
        IdentityError: One of them cannot be used; the message names file, line and fix.
    """
    config = Config.of(given)
    config.rungs()
    if config.model not in ("auto", "default"):
        Model.load(config.model)
    decisions.read(config.decisions)
    suppression.read(config)
