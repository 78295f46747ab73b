"""Silence clips into the catalogue: what planning drew and may not write itself."""

from __future__ import annotations

from collections.abc import Iterable

from kws_data.catalog.catalog import Catalog
from kws_data.dataset.silence import Cut, cut_all


def store_silence(catalog: Catalog, cuts: Iterable[Cut], sample_rate_hz: int) -> None:
    """Store cuts (``Plan.cuts``) of noise of this rate; what is there already is left as it is.

    Raises:
        CatalogError: audio of a noise is missing or damaged, or the catalogue cannot be written.
    """
    catalog.add_clips(
        cut.new_clip(catalog.store_audio(samples, sample_rate_hz)) for cut, samples in cut_all(catalog, cuts)
    )
