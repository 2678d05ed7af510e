"""`tessera why`."""

from typing import Annotated

import typer


def why(
    left: Annotated[str, typer.Argument(help="A record as SOURCE:ID, or a customer's id.")],
    right: Annotated[str | None, typer.Argument(help="Another record: why (not) one?")] = None,
) -> None:
    """Say which evidence makes records one customer, or keeps them apart."""
