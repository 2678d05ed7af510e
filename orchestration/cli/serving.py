"""`tessera serve` and `tessera tokens`."""

from typing import Annotated

import typer

from orchestration.cli.console import UserError, answer, answers, settings
from orchestration.site import Site

app = typer.Typer(help="Who may ask the lookup API and see the pages.", no_args_is_help=True)


def serve(
    host: Annotated[
        str, typer.Option(help="Address; anything but loopback needs TLS before it.")
    ] = ("127.0.0.1"),
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.")] = 8320,
) -> None:
    """Serve the lookup API and the customer pages of what is published."""
    from serving.server import serve as run

    site = _site()
    answers.print(f"http://{host}:{port} (tokens: `tessera tokens create NAME`)", markup=False)
    run(
        site.home.root,
        host=host,
        port=port,
        decisions=site.decisions,
    )


@app.command("create")
def create(
    name: Annotated[str, typer.Argument(help="Who or what will hold it.")],
    audience: Annotated[
        str, typer.Option(help="operator, or analyst without personal fields.")
    ] = "operator",
    scope: Annotated[
        list[str] | None, typer.Option(help="profiles, timeline, why, decide; all by default.")
    ] = None,
    rate: Annotated[float, typer.Option(help="Requests a second, on average.")] = 100,
    days: Annotated[float | None, typer.Option(help="Until it ends.")] = None,
) -> None:
    """Make a token and show it, this once."""
    from serving import tokens

    try:
        secret, token = tokens.issue(
            _site().home.root,
            name,
            audience,
            scope or tokens.SCOPES,
            per_second=rate,
            days=days,
        )
    except tokens.TokenError as error:
        raise UserError(str(error)) from None
    if settings.json:
        answer({"token": secret, "token_id": token.token_id})
    else:
        answers.print(secret, markup=False, soft_wrap=True)


@app.command("list")
def show() -> None:
    """Show what is known of all tokens; never the tokens."""
    from serving import tokens

    found = tokens.all_tokens(_site().home.root)
    if settings.json:
        answer([{**_fields(token)} for token in found])
        return
    for token in found:
        said = _fields(token)
        answers.print("  ".join(str(said[field]) for field in said), markup=False, soft_wrap=True)


@app.command("revoke")
def revoke(token_id: Annotated[str, typer.Argument(help="As `tokens list` shows it.")]) -> None:
    """Close a token, from the next request on."""
    from serving import tokens

    try:
        tokens.revoke(_site().home.root, token_id)
    except tokens.TokenError as error:
        raise UserError(str(error)) from None


def _site() -> Site:
    return Site.open_or_demo(settings.config, settings.home)


def _fields(token: object) -> dict[str, str]:
    import msgspec

    said = msgspec.to_builtins(token)
    state = "revoked" if said["revoked_at"] else "open"
    return {
        "token_id": said["token_id"],
        "state": state,
        "audience": said["audience"],
        "scopes": ",".join(sorted(said["scopes"])),
        "name": said["name"],
        "expires_at": said["expires_at"] or "never",
    }
