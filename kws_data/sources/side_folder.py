"""Folders of sounds that are no words (noises, impulse responses), at any depth, with what their table says of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from kws_data.errors import DataError
from kws_data.sources.items import Item, Scan, audio_below
from kws_data.sources.tables import read_table

Row = Mapping[str, str]


def scan_side_folder(folder: Path | str, what: str, item: Callable[[Path, Path, Row], Item]) -> Scan:
    """Files of a folder, each as ``item(path, root, row)`` makes it of its row of ``metadata.csv`` at the top.

    Args:
        folder: with audio, at any depth; its table, if it has one, needs a column ``file``.
        what: noise or room, for errors and the setting that they name.
        item: makes what is imported of a file; a file that is not in the table has an empty row.

    Raises:
        DataError: the folder is missing or holds no audio, or its table cannot be read.
    """
    root = Path(folder)
    if not root.is_dir():
        raise DataError(f"{what} folder not found", str(folder), f"check data.{what}_folder")
    table = root / "metadata.csv"
    rows = {row["file"]: row for _, row in read_table(table, needed=("file",)).rows} if table.is_file() else {}
    items = [item(path, root, rows.get(path.relative_to(root).as_posix(), {})) for path in audio_below(root)]
    if not items:
        raise DataError(f"{what} folder holds no audio", str(folder), "expected .wav or .flac files")
    return Scan(items)
