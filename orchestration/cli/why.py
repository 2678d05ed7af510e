"""`tessera why`."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli.console import UserError, answer, answers, settings
from orchestration.cli.records import named, record_of, record_or_customer

if TYPE_CHECKING:
    from identity.explain import Step


def why(
    left: Annotated[str, typer.Argument(help="A record as SOURCE:ID, or a customer's id.")],
    right: Annotated[str | None, typer.Argument(help="Another record: why (not) one?")] = None,
    chart: Annotated[Path | None, typer.Option(help="Also write a page with the weights.")] = None,
) -> None:
    """Say which evidence makes records one customer, or keeps them apart."""
    import identity
    from orchestration.warehouse.plan import identity_settings
    from orchestration.warehouse.reading import UnreadableError, opened

    site = settings.site()
    try:
        with opened(site.home) as warehouse:
            record = record_or_customer(warehouse, left)
            other = record_of(right) if right else None
            if other == record:
                raise UserError(f"{named(record)} is one record; name two, or it alone")
            found = identity.why(warehouse, record, other, config=identity_settings(site))
    except (LookupError, UnreadableError) as error:
        raise UserError(str(error)) from None
    if chart is not None:
        try:
            identity.waterfall(found, chart)
        except OSError as error:
            raise UserError(f"{chart} cannot be written: {error.strerror}") from None
    if settings.json:
        answer(asdict(found))
        return
    for known, customer in found.records:
        answers.print(f"{named(known)} is {customer}", markup=False)
    if other is not None:
        answers.print("They are one customer:" if found.joined else "They are not one customer:")
    for step in (*found.path, *found.held):
        _tell(step)
    if not (found.path or found.held):
        answers.print("  nothing ties it to another record")


def _tell(step: "Step") -> None:
    rule = step.rule.replace("_", " ")
    reason = f": {step.reason}" if step.reason else ""
    ends = f"{named(step.left)} — {named(step.right)}"
    told = f"  {ends}  {rule}, {step.bits:+.1f} bits, {step.status}{reason}"
    answers.print(told, markup=False, soft_wrap=True)
    if step.decided:
        said = f"decided by {step.decided.by}, {step.decided.at}: {step.decided.why}"
        answers.print(f"      {said}", markup=False, soft_wrap=True)
    for part in step.evidence:
        answers.print(f"      {part.bits:+6.1f}  {part.name}: {part.finding}", markup=False)
