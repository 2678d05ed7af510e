"""`tessera why`."""

from typing import Annotated

import typer

from orchestration.cli.console import UserError, answer, answers, settings
from orchestration.cli.identity import record_of
from orchestration.evidence import NothingKnownError, records_of
from orchestration.evidence import why as evidence


def why(
    left: Annotated[str, typer.Argument(help="A record as SOURCE:ID, or a customer's id.")],
    right: Annotated[str | None, typer.Argument(help="Another record: why (not) one?")] = None,
) -> None:
    """Say which evidence makes records one customer, or keeps them apart."""
    published = settings.site().home.published
    try:
        asked = [record_of(text) for text in (left, right) if text and ":" in text]
        asked = asked or records_of(published, left)
        found = evidence(published, asked)
    except (NothingKnownError, OSError) as error:
        raise UserError(str(error)) from None
    if settings.json:
        customers = {":".join(record): customer for record, customer in found.customers.items()}
        answer({"customers": customers, "one": found.one, "links": found.links})
        return
    for record, customer in found.customers.items():
        answers.print(f"{':'.join(record)} is {customer}", markup=False)
    if right is not None:
        answers.print("They are one customer:" if found.one else "They are two customers:")
    for link in found.links:
        answers.print(f"  {link.sentence()}", markup=False, soft_wrap=True)
    if not found.links:
        answers.print("  no evidence connects them" if right else "  it stands alone")
