"""Bars of HTML: parts of a whole against a limit, with a table of the parts beside it."""

from __future__ import annotations

from collections.abc import Sequence

from kws_data.pages.html import Html, table, text
from kws_data.pages.plots import PALETTE


def stacked(parts: Sequence[tuple[str, float]], limit: float, unit: str, name: str) -> str:
    """A bar cut into parts, the limit as a mark across it, and a table that names the parts.

    Args:
        parts: (name, amount), as they lie in the bar.
        limit: of the whole; 0 for none.
        unit: of the amounts.
        name: what the bar shows, for those who do not see it.
    """
    total = sum(amount for _, amount in parts)
    width = max(total, limit) * 1.02 or 1.0
    pieces = "".join(
        f'<i style="width:{100 * amount / width:.3f}%;background:var(--p{number % len(PALETTE)})"></i>'
        for number, (_, amount) in enumerate(parts)
    )
    mark = f'<b style="left:{100 * limit / width:.3f}%"></b>' if limit else ""
    allowed = f" of {limit:,.6g} allowed" if limit else ""
    label = text(f"{name}: {total:,.6g} {unit}{allowed}")
    rows = [
        (
            Html(f'<span class="swatch" style="background:var(--p{number % len(PALETTE)})"></span>{text(part)}'),
            f"{amount:,.6g}",
            f"{100 * amount / total:.0f} %" if total else "",
        )
        for number, (part, amount) in enumerate(parts)
    ]
    bar = f'<div class="stack" role="img" aria-label="{label}">{pieces}{mark}</div>'
    return f"<h3>{label}</h3>{bar}" + table(rows, (name, unit, "share"), numbers=(1, 2))
