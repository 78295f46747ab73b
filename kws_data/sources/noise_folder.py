"""A folder of noise recordings, at any depth, for augmentation.

A ``metadata.csv`` (``file,kind,licence``) at its top says on what terms they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from kws_data.catalog import Catalog
from kws_data.labels import BACKGROUND
from kws_data.sources.intake import ImportReport, Progress, folder_id, take_in
from kws_data.sources.items import Item, relative_name
from kws_data.sources.licences import licence_id
from kws_data.sources.side_folder import scan_side_folder
from kws_data.sources.speech_commands import CONSENT, LICENCE, OWN_NOISES


def noise_folder_id(folder: Path | str) -> str:
    """How the catalogue names a folder of noise recordings."""
    return f"noise {folder_id(folder)}"


def import_noise(catalog: Catalog, folder: Path | str, progress: Progress | None = None) -> ImportReport:
    """Bring the catalogue up to date with a folder of noise recordings.

    Its clips are those of ``noise_folder_id(folder)``.

    Raises:
        DataError: the folder is missing or holds no audio, or its table cannot be read.
        CatalogError: the catalogue cannot be written.
    """
    scan = scan_side_folder(folder, "noise", _item)
    return take_in(catalog, noise_folder_id(folder), "speech_commands", scan, progress)


def _item(path: Path, root: Path, row: Mapping[str, str]) -> Item:
    status = path.stat()
    public = path.stem in OWN_NOISES
    licence = licence_id(row.get("licence", "") or row.get("license", "")) or (LICENCE if public else "")
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
    )
