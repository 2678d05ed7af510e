"""A model as an HTML page: the weight of every level, and how often people and strangers meet it."""

from html import escape
from pathlib import Path

from identity.model import Model, weight

_STYLE = """body{font:15px system-ui,sans-serif;margin:2rem;max-width:60rem;color:#222}
table{border-collapse:collapse;width:100%}td,th{padding:2px 8px;text-align:left}h2{font-size:1rem;margin:1.2rem 0 .2rem}"""


def model_page(model: Model, path: Path | str) -> Path:
    """Writes the page and returns its path."""
    about = model.raw.get("tessera", {})
    parts = [
        "<!doctype html><meta charset=utf-8><title>Model</title>",
        f"<style>{_STYLE}</style><h1>Model {escape(model.version)}</h1>",
        f"<p>{escape(', '.join(f'{k}: {v}' for k, v in about.items()))}</p>",
    ]
    for comparison in model.raw["comparisons"]:
        parts.append(f"<h2>{escape(comparison['output_column_name'])}</h2><table>")
        for level in comparison["comparison_levels"]:
            if level.get("is_null_level"):
                continue
            bits = weight(level)
            width = min(abs(bits), 40) * 6
            x, colour = (240, "#2a7") if bits >= 0 else (240 - width, "#c54")
            parts.append(
                f"<tr><td>{escape(level['label_for_charts'])}<td>{bits:+.1f}"
                f"<td>m {level['m_probability']:.4g}<td>u {level['u_probability']:.3g}"
                f'<td><svg width="480" height="12"><rect x="{x:.0f}" width="{width:.0f}" height="10" fill="{colour}"/></svg>'
            )
        parts.append("</table>")
    target = Path(path)
    target.write_text("\n".join(parts), "utf-8")
    return target
