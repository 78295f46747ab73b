"""Folders of sounds that are no words (noises, impulse responses), at any depth, with what their table says of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from kws_data.audio import Samples
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.folders import noise_folder_id, room_folder_id
from kws_data.containers.suffixes import USUAL
from kws_data.errors import AudioError, DataError
from kws_data.labels import BACKGROUND
from kws_data.progress import Progress
from kws_data.sources.imports.intake import ImportReport, take_in
from kws_data.sources.imports.items import Item, Scan, audio_below, read_clip, relative_name
from kws_data.sources.imports.layouts.speech_commands import CONSENT, LICENCE, OWN_NOISES
from kws_data.sources.imports.licences import licence_id
from kws_data.sources.imports.names_of_words import ROOM
from kws_data.system.folders import unreadable_below
from kws_data.tables.file_rows import FileRows, rows_of_files
from kws_data.tables.find import metadata_table

Row = Mapping[str, str]


def scan_side_folder(folder: Path | str, what: str, item: Callable[[Path, Path, Row], Item], setting: str = "") -> Scan:
    """Files of a folder, each as ``item(path, root, row)`` makes it of its row of ``metadata.csv`` at the top.

    Args:
        folder: with audio, at any depth; its table, if it has one, needs a column for the file.
        what: noise or room, for errors.
        item: makes what is imported of a file; a file that is not in the table has an empty row.
        setting: that names the folder; that of ``what`` when empty.

    Raises:
        DataError: the folder is missing or holds no audio, or its table cannot be read.
    """
    root = Path(folder)
    if not root.is_dir():
        raise DataError(f"{what} folder not found", str(folder), f"check data.{setting or f'{what}_folder'}")
    paths = {path.relative_to(root).as_posix(): path for path in audio_below(root)}
    table = metadata_table(root)
    said = rows_of_files(table, paths) if table else FileRows()
    items = [item(path, root, said.rows.get(name, {})) for name, path in paths.items()]
    if not items:
        raise DataError(f"{what} folder holds no audio", str(folder), f"expected {USUAL} files")
    return Scan(items, (*said.problems, *unreadable_below(root)), said.absent, said.notes)


def read_sound(path: Path) -> Samples:
    """The whole file at the rate of the catalogue; raises AudioError, also for one in which nothing sounds."""
    samples = read_clip(path)
    if not samples.any():
        raise AudioError("file holds digital silence only", str(path), "record it again")
    return samples


def import_noise(catalog: Catalog, folder: Path | str, progress: Progress | None = None) -> ImportReport:
    """Bring the catalogue up to date with a folder of noise recordings.

    Its clips are those of ``noise_folder_id(folder)``.

    Raises:
        DataError: the folder is missing or holds no audio, or its table cannot be read.
        CatalogError: the catalogue cannot be written.
    """
    scan = scan_side_folder(folder, "noise", _noise_item)
    return take_in(catalog, noise_folder_id(folder), "noise", scan, progress)


def _noise_item(path: Path, root: Path, row: Mapping[str, str]) -> Item:
    status = path.stat()
    public = path.stem in OWN_NOISES
    licence = licence_id(row.get("licence", "")) or (LICENCE if public else "")
    return Item(
        path,
        f"{BACKGROUND}/{relative_name(path, root)}",
        BACKGROUND,
        "",
        status.st_size,
        status.st_mtime_ns,
        licence=licence,
        consent=CONSENT if public else "",
        named=False,
        details=bool(row),
        attributes={"kind": row["kind"]} if row.get("kind") else {},
        read=read_sound,
    )


def import_rooms(catalog: Catalog, folder: Path | str, progress: Progress | None = None) -> ImportReport:
    """Bring the catalogue up to date with a folder of impulse responses.

    Its clips are those of ``room_folder_id(folder)``.

    Raises:
        DataError: the folder is missing or holds no audio, or its table cannot be read.
        CatalogError: the catalogue cannot be written.
    """
    return take_in(catalog, room_folder_id(folder), "rooms", scan_side_folder(folder, "room", _room_item), progress)


def _room_item(path: Path, root: Path, row: Mapping[str, str]) -> Item:
    status = path.stat()
    return Item(
        path,
        f"{ROOM}/{relative_name(path, root)}",
        ROOM,
        "",
        status.st_size,
        status.st_mtime_ns,
        licence=licence_id(row.get("licence", "")),
        named=False,
        details=bool(row),
        read=read_sound,
    )
