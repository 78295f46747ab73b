"""The layouts that ``kws import`` and ``data.layout`` know, and how a user's own one is found.

A layout is one file with a ``LAYOUT`` (:class:`kws_data.sources.imports.items.Layout`). To add one, write such a file
and put it into :data:`LAYOUTS`, or name it by its place: ``kws import path/to/my_layout.py FOLDER``.
"""

from __future__ import annotations

import difflib
import importlib
import importlib.util
from pathlib import Path

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.folders import URLS, folder_id
from kws_data.errors import DataError
from kws_data.progress import Progress
from kws_data.sources.imports.intake import ImportReport, Terms, take_in
from kws_data.sources.imports.items import Layout

#: name -> module below ``layouts/``.
LAYOUTS = {
    "speech-commands": "speech_commands",
    "folder": "folder",
    "audiomnist": "audiomnist",
    "common-voice": "common_voice",
    "mswc": "mswc",
    "edge-impulse": "edge_impulse",
    "label-studio": "label_studio",
}

#: What ``kws import`` takes besides, and whose ids its people have: those of the layout that ``data.layout`` has unless
#: told.
UNLABELLED, USUAL_LAYOUT = "unlabelled", "speech-commands"


def find_layout(name: str) -> Layout:
    """The layout of a name, or of a user's own Python file.

    Raises:
        DataError: there is none of this name, or the file has no ``LAYOUT``.
    """
    if name.endswith(".py"):
        return _own_layout(Path(name))
    if name not in LAYOUTS:
        near = difflib.get_close_matches(name, LAYOUTS, n=1)
        hint = f"did you mean {near[0]}? " if near else ""
        there = ", ".join([*LAYOUTS, UNLABELLED, URLS])
        raise DataError("no such layout", name, f"{hint}there are {there}, or your own path/to/file.py")
    layout: Layout = importlib.import_module(f"kws_data.sources.imports.layouts.{LAYOUTS[name]}").LAYOUT
    return layout


def _own_layout(path: Path) -> Layout:
    if not path.is_file():
        raise DataError("file of the layout not found", str(path), "name a Python file with a LAYOUT in it")
    spec = importlib.util.spec_from_file_location(f"kws_layout_{path.stem}", path)
    try:
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # whatever a user's own file does
        raise DataError("file of the layout cannot be loaded", str(path), f"{type(error).__name__}: {error}") from None
    layout = getattr(module, "LAYOUT", None)
    if not isinstance(layout, Layout):
        raise DataError("file of the layout has no LAYOUT", str(path), "LAYOUT = Layout(source, scan, expected)")
    return layout


def source_of(name: str) -> str:
    """How the catalogue names what comes in a layout; raises DataError when there is none of this name."""
    return URLS if name == URLS else find_layout(name).source


def import_layout(
    catalog: Catalog,
    name: str,
    folder: Path | str,
    progress: Progress | None = None,
    terms: Terms | None = None,
) -> ImportReport:
    """Bring the catalogue up to date with a folder (or a JSON file, or a list of addresses) in the layout ``name``.

    Args:
        catalog: where clips go.
        name: of the layout.
        folder: where the recordings are; clips are those of ``folder_id(folder)``, or of ``urls_id(folder)``.
        progress: told ("import", done, total).
        terms: licence and consent of clips whose source states none.

    Raises:
        DataError: no such layout or folder, or nothing in it that looks like the layout.
        CatalogError: the catalogue cannot be written.
    """
    if name == URLS:
        from kws_data.sources.imports.urls import import_urls

        return import_urls(catalog, folder, progress, terms)
    layout = find_layout(name)
    return take_in(catalog, folder_id(folder), layout.source, layout.find(Path(folder)), progress, terms)
