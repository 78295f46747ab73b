"""Clips whose word no person gave: a machine did, and it was taken over."""

from __future__ import annotations

from kws_data.catalog.catalog import Catalog
from kws_data.labelling.labels import word_for
from kws_data.labelling.take_over import heard_clips, opinions_by_clip


def words_of_machines(catalog: Catalog) -> frozenset[str]:
    """Ids of clips whose word was taken over from a model's opinion and of which no person has said anything."""
    by_clip = opinions_by_clip(catalog.opinions.all())
    heard = heard_clips(by_clip)
    said = {clip: {word_for(one.label) for one in own} for clip, own in by_clip.items() if clip not in heard}
    given = catalog.changes.words_given(list(said))
    return frozenset(
        clip.id
        for clip in catalog.clips(with_set_aside=True)
        if clip.id in given and clip.word == given[clip.id] and clip.word in said[clip.id]
    )
