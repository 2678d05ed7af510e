"""Makes the pages: SQL in, one HTML file per board out."""

import html
import json
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

from ruamel.yaml import YAML

from social.reading import Row, rows

BOARDS = ("support", "community", "sales", "executive")
_VEGA_LITE = "https://vega.github.io/schema/vega-lite/v5.json"  # a name, never fetched


def build(snapshot: Path, folder: Path) -> list[Path]:
    """Writes the four boards and returns their paths.

    Args:
        snapshot: The published hub.
        folder: Where to; made if it is not there.

    Raises:
        NothingKnownError: Nothing is published yet.
    """
    rows(snapshot, "select 1")  # nothing is made of a hub that is not there
    folder.mkdir(parents=True, exist_ok=True)
    script = _script()
    written = []
    for name in BOARDS:
        board = YAML(typ="safe").load(_resource(f"{name}.yaml"))
        page = folder / f"{name}.html"
        page.write_text(_page(name, board, snapshot, script), "utf-8")
        written.append(page)
    return written


def _page(name: str, board: dict[str, Any], snapshot: Path, script: str) -> str:
    tiles = "".join(_tile(tile, snapshot) for tile in board.get("tiles", ()))
    charts: list[dict[str, Any]] = []
    figures = ""
    for declared in board.get("charts", ()):
        chart = _chart(declared, snapshot)
        drawn = "<p class=none>Nothing here yet.</p>"
        if chart["data"]["values"]:
            drawn = f'<div id="chart{len(charts)}"></div>'
            charts.append(chart)
        figures += f"<figure><figcaption>{_safe(declared['title'])}</figcaption>{drawn}</figure>"
    tables = "".join(_table(table, snapshot) for table in board.get("tables", ()))
    links = " ".join(
        f'<a href="{other}.html"{" aria-current=page" if other == name else ""}>{other}</a>'
        for other in BOARDS
    )
    return Template(_resource("page.html")).substitute(
        title=_safe(board["title"]),
        about=_safe(board["about"]),
        links=links,
        tiles=tiles,
        figures=figures,
        tables=tables,
        # a closing tag inside the data would end the script
        charts=json.dumps(charts, default=_plain, ensure_ascii=False).replace("</", "<\\/"),
        script=script,
    )


def _tile(tile: dict[str, Any], snapshot: Path) -> str:
    found = rows(snapshot, tile["sql"])
    value = next(iter(found[0].values())) if found else None
    return (
        f"<div class=tile><b>{_safe(_shown(value))}</b><span>{_safe(tile['number'])}</span></div>"
    )


def _chart(chart: dict[str, Any], snapshot: Path) -> dict[str, Any]:
    return {
        "$schema": _VEGA_LITE,
        "width": "container",
        "height": 260,
        "background": None,
        "data": {"values": rows(snapshot, chart["sql"])},
        **chart["spec"],
    }


def _table(table: dict[str, Any], snapshot: Path) -> str:
    found: list[Row] = rows(snapshot, table["sql"])
    head = f"<h2>{_safe(table['title'])}</h2>"
    if not found:
        return f"{head}<p class=none>Nothing here.</p>"
    columns = "".join(f"<th>{_safe(name.replace('_', ' '))}</th>" for name in found[0])
    body = "".join(
        "<tr>" + "".join(f"<td>{_safe(_shown(value))}</td>" for value in row.values()) + "</tr>"
        for row in found
    )
    return f"{head}<table><thead><tr>{columns}</tr></thead><tbody>{body}</tbody></table>"


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, Decimal):
        value = float(value)
    if isinstance(value, float):
        return f"{value:,.2f}" if abs(value) < 100 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else str(value)


def _safe(text: Any) -> str:
    return html.escape(str(text))


def _resource(name: str) -> str:
    return (files("social.boards") / name).read_text("utf-8")


@cache
def _script() -> str:
    import vl_convert

    bundle: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return bundle.replace("</script", "<\\/script")
