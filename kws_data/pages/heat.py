"""A table of counts whose cells are darker the larger their share of the row: a confusion matrix that one can read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kws_data.pages.html import scrolled, text


def heat_table(counts: NDArray[np.int64], rows: Sequence[str], columns: Sequence[str], caption: str) -> str:
    """Counts [rows, columns]; cells of a row and a column of one name are right, all others wrong.

    Args:
        counts: how many.
        rows: their names; ``columns``: theirs.
        caption: what rows and columns are.
    """
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    head = "".join(f'<th scope="col">{text(name)}</th>' for name in columns)
    lines = []
    for k, name in enumerate(rows):
        cells = "".join(
            _cell(int(counts[k, n]), float(share[k, n]), name == column) for n, column in enumerate(columns)
        )
        lines.append(f'<tr><th scope="row">{text(name)}</th>{cells}</tr>')
    return f'<p class="caption">{text(caption)}</p>' + scrolled(
        f'<table class="heat"><thead><tr><td></td>{head}</tr></thead><tbody>{"".join(lines)}</tbody></table>',
        f"table: {caption}",
    )


def _cell(count: int, share: float, right: bool) -> str:
    if not count:
        return '<td class="cell"></td>'
    shown = min(1.0, max(share, 0.06)) if right else min(1.0, max(2.5 * share, 0.08))
    return f'<td class="cell {"right" if right else "wrong"}" style="--share:{shown:.3f}">{count:,}</td>'
