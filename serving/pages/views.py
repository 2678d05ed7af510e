"""Templates, and what every page carries: headers that keep other people's scripts out."""

from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import Response

from serving.pages.sessions import Session

HERE = Path(__file__).parent
HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; script-src 'self'; "
    "connect-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
}

_templates = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,  # Names come from the net and are hostile.
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(
    name: str, session: Session | None = None, *, status: int = 200, **values: Any
) -> Response:
    """A rendered template.

    Args:
        name: of the template, without `.html`.
        session: who is logged in; brings the secret that forms need.
        status: of the answer.
        values: for the template.
    """
    flash = ""
    if session is not None:
        flash, session.flash = session.flash, ""
    text = _templates.get_template(f"{name}.html").render(session=session, flash=flash, **values)
    return Response(text, status, headers=HEADERS, media_type="text/html")


def day(moment: object) -> str:
    """A moment as people read it: 2026-03-01 14:05."""
    if isinstance(moment, datetime):
        return f"{moment:%Y-%m-%d %H:%M}"
    return str(moment or "")[:16].replace("T", " ")


def web(address: object) -> str:
    """A web address that may be linked to; empty when it is something else, like a script."""
    text = str(address or "")
    return text if text.lower().startswith(("https://", "http://")) else ""


def values_of(value: object) -> str:
    """A value of a golden record as text."""
    if isinstance(value, list):
        return ", ".join(values_of(item) for item in value)
    if isinstance(value, dict):
        return f"{value.get('platform', '')}: {value.get('handle', '')}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _money(amount: object) -> str:
    text = f"{amount:f}" if hasattr(amount, "as_tuple") else str(amount)
    whole, _, part = text.partition(".")
    return f"{whole}.{(part.rstrip('0') + '00')[: max(2, len(part.rstrip('0')))]}"


_templates.filters.update(day=day, web=web, shown=values_of, money=_money)
