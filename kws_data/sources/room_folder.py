"""A folder of measured impulse responses, at any depth: rooms that training clips are heard in.

A ``metadata.csv`` (``file,licence``) at its top says on what terms they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from kws_data.catalog import Catalog
from kws_data.clips import Clip
from kws_data.config import Config
from kws_data.release import excluded_by_terms
from kws_data.sources.intake import ImportReport, Progress, folder_id, take_in
from kws_data.sources.items import Item, relative_name
from kws_data.sources.licences import licence_id
from kws_data.sources.side_folder import scan_side_folder

ROOM = "_room_"


def room_folder_id(folder: Path | str) -> str:
    """How the catalogue names a folder of impulse responses."""
    return f"rooms {folder_id(folder)}"


def import_rooms(catalog: Catalog, folder: Path | str, progress: Progress | None = None) -> ImportReport:
    """Bring the catalogue up to date with a folder of impulse responses.

    Its clips are those of ``room_folder_id(folder)``.

    Raises:
        DataError: the folder is missing or holds no audio, or its table cannot be read.
        CatalogError: the catalogue cannot be written.
    """
    return take_in(catalog, room_folder_id(folder), "rooms", scan_side_folder(folder, "room", _item), progress)


def _item(path: Path, root: Path, row: Mapping[str, str]) -> Item:
    status = path.stat()
    return Item(
        path,
        f"{ROOM}/{relative_name(path, root)}",
        ROOM,
        "",
        status.st_size,
        status.st_mtime_ns,
        licence=licence_id(row.get("licence", "") or row.get("license", "")),
        named=False,
        details=bool(row),
    )


def rooms_of(config: Config, catalog: Catalog) -> list[Clip]:
    """Impulse responses of ``data.room_folder``, imported if need be; those that the release's terms allow."""
    if config.data.room_folder is None or not config.augment.room_probability:
        return []
    import_rooms(catalog, config.data.room_folder)
    rooms = catalog.clips(folder=room_folder_id(config.data.room_folder))
    refused = excluded_by_terms(config, rooms)
    return [room for room in rooms if room.id not in refused]
