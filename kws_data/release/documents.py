"""What goes with a data set when it is given away: datasheet, page, Croissant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from firmware_tools.atomic import write_text
from kws_data.dataset.manifest import read_manifest
from kws_data.release.croissant import croissant_text
from kws_data.release.datasheet.blocks import markdown
from kws_data.release.datasheet.sections import sections

DATASHEET, PAGE, CROISSANT = "datasheet.md", "datasheet.html", "croissant.json"


def rows_once(folder: Path) -> list[dict[str, Any]]:
    """Rows of a data set's manifest, each clip once: ``data.real_repeats`` lets some stand in it several times.

    Raises:
        DataError: not built, or damaged.
    """
    rows = read_manifest(folder)
    return [{key: value for key, value in row.items() if key != "repeat"} for row in rows if not row.get("repeat")]


def write_release_documents(
    folder: Path, info: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], secret: bytes = b""
) -> list[Path]:
    """Write ``datasheet.md`` and ``croissant.json`` beside a manifest that is there; returns their paths.

    Args:
        folder: of the data set.
        info: what ``dataset.json`` says.
        rows: of the manifest, each clip once.
        secret: for the noise on counts of people, see :meth:`Catalog.secret`.

    Raises:
        OSError: the files cannot be written.
    """
    made = sections(info, rows, secret)
    write_text(folder / DATASHEET, markdown(info, made))
    write_text(folder / CROISSANT, croissant_text(folder, info, rows, made))
    return [folder / DATASHEET, folder / CROISSANT]


def write_page(folder: Path, info: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], secret: bytes = b"") -> Path:
    """Write ``datasheet.html``, the datasheet with plots; raises OSError."""
    from kws_data.release.datasheet.page import datasheet_page

    write_text(folder / PAGE, datasheet_page(info, rows, secret))
    return folder / PAGE
