"""The part of a clip in which the word stands, as a clip of its own: what people cut with the handles of the page.

The samples of a clip are never changed. A cut is another clip, whose parent is the whole one: of the same speaker, on
the same terms. It is used wherever its parent was (:func:`kws_data.dataset.clip_pool.imported_clips`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from firmware_tools.levels import levels
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.changes import CUT_WAITS
from kws_data.catalog.clips import Clip, NewClip, identity
from kws_data.catalog.read import CUT_MARK

RATE_HZ = 16_000
SHORTEST = RATE_HZ // 10  # samples: no word is shorter than 100 ms
#: Measures of the whole clip that do not hold of a part.
_OF_THE_WHOLE = ("speech_start_s", "speech_end_s", "vad_start_s", "vad_end_s", "noise_floor_db", "snr_db", "verdict")


def cut_id(clip: Clip, start: int, stop: int) -> str:
    """Id of the clip that this cut is."""
    return identity(clip.source, "", _origin(clip, start, stop), clip.id)


def add_cut(catalog: Catalog, clip: Clip, start: int, stop: int) -> str:
    """Store samples ``start`` to ``stop`` of a clip as one of its own, set aside as :data:`CUT_WAITS`; returns its id.

    What is there already is left as it is.

    Raises:
        CatalogError: the clip's audio is missing or damaged, or the catalogue cannot be written.
    """
    samples = catalog.load(clip)[start:stop].copy()
    new = NewClip(
        audio=catalog.store_audio(samples, RATE_HZ),
        word=clip.word,
        speaker=clip.speaker,
        source=clip.source,
        origin=_origin(clip, start, stop),
        licence=clip.licence,
        consent=clip.consent,
        session=clip.session,
        parent=clip.id,
        pseudonymous=True,
        synthetic=clip.synthetic,
        attributes={**_attributes(clip), **levels(samples).to_dict(), "cut_start": start},
        reasons=CUT_WAITS,
    )
    return catalog.add_clip(new)


def _origin(clip: Clip, start: int, stop: int) -> str:
    return f"{clip.origin}{CUT_MARK}{start}-{stop}"


def _attributes(clip: Clip) -> Mapping[str, Any]:
    """What holds of a part too. It was not played into a board, so the board it was heard by is kept here."""
    device = {"device_model": clip.device} if clip.device else {}
    return {**{key: value for key, value in clip.attributes.items() if key not in _OF_THE_WHOLE}, **device}
