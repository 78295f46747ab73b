"""The catalogue that the parts of ``kws label`` work on."""

from __future__ import annotations

from pathlib import Path

from kws_data.catalog.catalog import Catalog
from kws_data.errors import CatalogError


def catalog_here(recordings: Path) -> Catalog:
    """The catalogue in a folder; a context manager.

    Raises:
        CatalogError: there is none.
    """
    if not (recordings / "catalog.sqlite").exists():
        raise CatalogError("no catalogue here", str(recordings), "fill one with kws import, synth or record")
    return Catalog(recordings)
