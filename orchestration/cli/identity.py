"""`tessera identity`."""

from typing import Annotated

import typer

from orchestration.cli.console import UserError, answer, answers, settings

app = typer.Typer(
    help="Who is who: look at links, and decide about them.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

Records = Annotated[list[str], typer.Argument(help="Records as SOURCE:ID, two or more.")]


@app.callback()
def _group() -> None:
    """Who is who: look at links, and decide about them."""


@app.command("decide")
def decide(
    verb: Annotated[str, typer.Argument(help="confirm, never, lock, unlock or undo.")],
    records: Records,
    why: Annotated[str, typer.Option(help="The reason, for those who come after.")],
    by: Annotated[str, typer.Option(help="Who decides.", envvar="USER")],
) -> None:
    """Write down a person's word on records; the next run follows it, and every rebuild."""
    import identity

    site = settings.site()
    given = site.hub.identity.get("decisions")
    if not given:
        fix = (
            "add `identity: {decisions: decisions.jsonl}` and keep that file under version control"
        )
        raise UserError(f"{site.file}: identity.decisions names no file; {fix}")
    try:
        decision = identity.decide(
            site.folder / given, verb, [record_of(record) for record in records], by=by, why=why
        )
    except identity.DecisionError as error:
        raise UserError(str(error)) from None
    if settings.json:
        answer(decision.__dict__)
    else:
        answers.print(f"Written to {site.folder / given}; `tessera run` follows it.", markup=False)


def record_of(text: str) -> tuple[str, str]:
    """`crm:17` as (source, record id)."""
    source, colon, record = text.partition(":")
    if not (source and colon and record):
        raise UserError(f"{text} names no record; write SOURCE:ID, like crm:17")
    return source, record
