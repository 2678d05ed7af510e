"""An explanation as one HTML file: a waterfall of bits per link, no script, nothing loaded."""

from html import escape
from pathlib import Path

from identity.explain import Explanation, Step

_STYLE = """body{font:15px system-ui,sans-serif;margin:2rem;max-width:60rem;color:#222}
table{border-collapse:collapse;width:100%;margin:.5rem 0 2rem}td{padding:2px 8px;white-space:nowrap}
td.bar{width:60%}svg{display:block}.held{color:#a33}h2{font-size:1rem;margin:1.5rem 0 0}"""
_WIDTH, _BITS = 520.0, 60.0


def waterfall(explanation: Explanation, path: Path | str) -> Path:
    """Writes the chart and returns its path; names of records show, other personal values do not."""
    parts = ["<!doctype html><meta charset=utf-8><title>Why</title>", f"<style>{_STYLE}</style>"]
    asked = " and ".join(f"{escape(r[0])} {escape(r[1])}" for r, _ in explanation.records)
    verdict = "one customer" if explanation.joined else "different customers"
    parts.append(f"<h1>{asked}: {verdict}</h1>")
    for title, steps in (("What ties them", explanation.path), ("What was held", explanation.held)):
        if steps:
            parts.append(f"<h2>{title}</h2>")
            parts.extend(_table(step) for step in steps)
    target = Path(path)
    target.write_text("\n".join(parts), "utf-8")
    return target


def _table(step: Step) -> str:
    head = f"{escape(' '.join(step.left))} – {escape(' '.join(step.right))}: {escape(step.rule)}, {step.bits:+.1f} bits"
    if step.reason:
        head += f" <span class=held>({escape(step.status)}: {escape(step.reason)})</span>"
    rows, at = [], 0.0
    for e in step.evidence:
        rows.append(
            f"<tr><td>{escape(e.name)}<td>{escape(e.finding)}<td>{e.bits:+.1f}<td class=bar>{_bar(at, at + e.bits)}"
        )
        at += e.bits
    return f"<p>{head}</p><table>{''.join(rows)}</table>"


def _bar(start: float, end: float) -> str:
    low, high = (max(min(x, _BITS), -_BITS) for x in (min(start, end), max(start, end)))
    x, width = (low + _BITS) / (2 * _BITS) * _WIDTH, max((high - low) / (2 * _BITS) * _WIDTH, 1)
    colour = "#2a7" if end >= start else "#c54"
    middle = _WIDTH / 2
    return (
        f'<svg width="{_WIDTH:.0f}" height="14"><line x1="{middle}" x2="{middle}" y1="0" y2="14" stroke="#999"/>'
        f'<rect x="{x:.1f}" y="2" width="{width:.1f}" height="10" fill="{colour}"/></svg>'
    )
