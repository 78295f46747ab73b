"""Opinions of the catalogue by clip, kept in memory and brought up to date by what has changed since."""

from __future__ import annotations

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.opinions import Opinion


class Heard:
    """The opinions that hold, by clip; one per thread, as its catalogue."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._by_clip: dict[str, tuple[Opinion, ...]] = {}
        self._last_id, self._last_withdrawn = 0, ""

    def of(self, clip_id: str) -> tuple[Opinion, ...]:
        """Opinions of a clip in the order in which they were given, as of the last :meth:`refresh`."""
        return self._by_clip.get(clip_id, ())

    def refresh(self) -> set[str]:
        """Take in what this and other processes wrote; returns the clips whose opinions changed."""
        changed = self._catalog.opinions.changed_since(self._last_id, self._last_withdrawn)
        if not changed.clip_ids:
            return set()
        found: dict[str, list[Opinion]] = {clip: [] for clip in changed.clip_ids}
        for one in self._catalog.opinions.all(clip_ids=changed.clip_ids):
            found[one.clip_id].append(one)
        self._by_clip.update({clip: tuple(held) for clip, held in found.items()})
        self._last_id, self._last_withdrawn = changed.last_id, changed.last_withdrawn
        return set(changed.clip_ids)
