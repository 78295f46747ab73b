"""A data set's datasheet as one page that needs nothing else, with plots."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from kws_data.config.split import UNLABELLED_SPLIT
from kws_data.labels import is_nobodys
from kws_data.pages.html import figure, page, table, text, tile
from kws_data.release.datasheet.blocks import Block, Plot, Table
from kws_data.release.datasheet.plots import histogram_plots, known_levels, label_plot, speakers_by_label
from kws_data.release.datasheet.sections import sections


def datasheet_page(info: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], secret: bytes = b"") -> str:
    """HTML, from ``dataset.json`` and the rows of the manifest; the same for the same data set.

    Args:
        info: what ``dataset.json`` says.
        rows: of the manifest.
        secret: see :func:`kws_data.release.datasheet.sections.datasheet`.
    """
    plots = _plots(info, rows)
    content = [("", _tiles(info, rows))]
    for section in sections(info, rows, secret):
        content.append((section.title, "".join(_html(block, plots) for block in section.blocks)))
    return page(f"Data set {info['config']}", f"version {info['version']}", content)


def _tiles(info: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> str:
    words = [row for row in rows if not is_nobodys(row["word"])]
    people = {row["speaker"] for row in words if not row["synthetic"]}
    voices = {row["speaker"] for row in words if row["synthetic"]}
    licences = sorted({row["licence"] or "unstated" for row in rows})
    unlabelled = info.get(UNLABELLED_SPLIT, {}).get("clips", 0)
    tiles = (
        tile(f"{len(rows) - unlabelled:,}", "clips"),
        *([tile(f"{unlabelled:,}", "clips without a label")] if unlabelled else []),
        tile(f"{len(people):,}", "people"),
        tile(f"{len(voices):,}", "synthetic voices"),
        tile(f"{info['leaks']}", "leaks between the splits", bad=bool(info["leaks"])),
        tile(", ".join(licences[:3]) + ("…" if len(licences) > 3 else ""), "licences", bad="unstated" in licences),
    )
    return f'<div class="tiles">{"".join(tiles)}</div>'


def _plots(info: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    labels = info["labels"]
    words = sum(not is_nobodys(row["word"]) for row in rows)
    return {
        "balance": label_plot(labels, info["labels_per_split"], "clips")
        + label_plot(labels[1:], speakers_by_label(rows), "speakers"),
        "levels": histogram_plots(known_levels(rows, info["frontend"]["sample_rate_hz"]), words),
    }


def _html(block: Block, plots: Mapping[str, str]) -> str:
    if isinstance(block, Plot):
        return figure(f'<div class="cols">{plots[block.name]}</div>', block.caption) if plots[block.name] else ""
    if isinstance(block, Table):
        return _table(block)
    return "<p>" + re.sub(r"`([^`]*)`", r"<code>\1</code>", text(block)) + "</p>"


def _table(block: Table) -> str:
    rows = [
        [f'<span class="no">{text(cell)}</span>' if (number, n) in block.marked else cell for n, cell in enumerate(row)]
        for number, row in enumerate(block.rows)
    ]
    numeric = [column for column in range(len(block.head)) if all(_is_number(row[column]) for row in block.rows)]
    return table(rows, block.head, numeric)


def _is_number(cell: object) -> bool:
    return re.fullmatch(r"[\d.,]+|suppressed", str(cell)) is not None
