"""`tessera identity`."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextlib import suppress as suppress_error
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli.console import Progress, UserError, answer, answers, settings
from orchestration.cli.records import Record, known, named, record_of
from orchestration.site import Site

if TYPE_CHECKING:
    import duckdb

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
    about = [record_of(record) for record in records]
    if verb in ("confirm", "never", "lock"):
        _refuse_strangers(about)
    decision = identity.decide(site.decisions, verb, about, by=by, why=why)
    if settings.json:
        answer(decision.__dict__)
    else:
        answers.print(f"Written to {site.decisions}; `tessera run` follows it.", markup=False)


@app.command("suppress")
def suppress(
    kind: Annotated[str, typer.Argument(help="email, phone, account, url or external_id.")],
) -> None:
    """List an identifier, read from stdin, as a salted hash: it never links nor comes back."""
    import identity
    from orchestration.warehouse.plan import identity_settings

    value = typer.prompt(f"The {kind}", err=True).strip()
    block = identity.Config.of(identity_settings(settings.site()))
    listed = identity.suppress(block, kind, value)
    if settings.json:
        answer({"kind": kind, "listed": listed, "file": block.suppressed})
        return
    answers.print(f"Listed in {block.suppressed}; the next `tessera run` drops it.", markup=False)


@app.command("review")
def review(
    limit: Annotated[int, typer.Option(help="At most so many pairs.", min=1)] = 20,
    status: Annotated[str | None, typer.Option(help="suggested, held or vetoed.")] = None,
) -> None:
    """List the pairs most worth a person's look; `decide` settles them."""
    import identity

    if status not in (None, "suggested", "held", "vetoed"):
        raise UserError(f"no pair is {status}; the status is suggested, held or vetoed")
    with _warehouse() as warehouse:
        found = identity.review(warehouse, limit, status)
    if settings.json:
        answer([asdict(pair) for pair in found])
        return
    for pair in found:
        ends = f"{named(pair.left)} {named(pair.right)}"
        why = f"{pair.rule.replace('_', ' ')}, {pair.bits:+.1f} bits, {pair.status}: {pair.reason}"
        answers.print(f"{ends}  {why}", markup=False, soft_wrap=True)
    if not found:
        answers.print("Nothing waits for a person.")


@app.command("diff")
def diff(
    changed: Annotated[
        Path | None,
        typer.Argument(help="A hub.yaml with another `identity:` block; `--config` names it too."),
    ] = None,
) -> None:
    """Say which customers another configuration would merge or split, changing nothing."""
    import identity
    from orchestration.warehouse.plan import identity_settings

    if not (given := changed or settings.config):
        raise UserError("identity diff: name a hub.yaml with another `identity:` block")
    other = Site.open(given, settings.home)
    with _warehouse() as warehouse, Progress() as progress:
        progress.step("Resolving with the other configuration")
        found = identity.diff(warehouse, identity_settings(other), home=other.home.root)
    if settings.json:
        answer(asdict(found))
        return
    answers.print(
        f"{len(found.merges)} merges, {len(found.splits)} splits, {found.records} records move"
    )
    for change in (*found.merges, *found.splits):
        customers = ", ".join(change.customers)
        answers.print(f"  {change.kind} {customers} ({change.records} records)", markup=False)
    for table, rows in found.downstream.items():
        answers.print(f"  {rows:,} rows of {table} would be attributed anew", markup=False)


@app.command("train")
def train(
    file: Annotated[Path, typer.Argument(help="The model to write.")],
) -> None:
    """Learn a model from this hub's own contacts; it is used once hub.yaml names it."""
    import identity
    from orchestration.warehouse.plan import identity_settings

    try:
        with _warehouse(write=True) as warehouse, Progress() as progress:
            progress.step("Training")
            identity.train_model(warehouse, file, config=identity_settings(settings.site()))
    except ValueError as error:
        raise UserError(str(error)) from None
    except OSError as error:
        raise UserError(f"{file} cannot be written: {error.strerror}") from None
    if settings.json:
        answer({"model": str(file), "page": str(file.with_suffix(".html"))})
    else:
        answers.print(f"Written to {file}; `identity: {{model: {file}}}` in hub.yaml uses it.")


def _refuse_strangers(records: list[Record]) -> None:
    """Raises where a record is misspelt; before the first run and during one nobody can tell."""
    from orchestration.warehouse.reading import UnreadableError, opened

    with suppress_error(UnreadableError), opened(settings.site().home) as warehouse:
        known(warehouse, records)


@contextmanager
def _warehouse(*, write: bool = False) -> Iterator["duckdb.DuckDBPyConnection"]:
    from orchestration.warehouse.reading import UnreadableError, opened

    try:
        with opened(settings.site().home, write=write) as warehouse:
            yield warehouse
    except UnreadableError as error:
        raise UserError(str(error)) from None
