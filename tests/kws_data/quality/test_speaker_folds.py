"""Nobody, and no recording, is in two parts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tone_words import add_tones

from kws_data.catalog.catalog import Catalog
from kws_data.errors import DataError
from kws_data.quality.speaker_folds import speaker_folds


def test_speakers_and_copies_stay_together_in_parts_of_like_size(tmp_path: Path) -> None:
    with Catalog(tmp_path) as catalog:
        add_tones(catalog, 10)
        clips = catalog.clips()
    same = [[next(c.id for c in clips if c.speaker == who) for who in sorted({c.speaker for c in clips})[:2]]]
    folds = speaker_folds(clips, 3, seed=1, same=same)
    parts = {clip.id: int(fold) for clip, fold in zip(clips, folds, strict=True)}
    people: dict[str, set[int]] = {}
    for clip in clips:
        people.setdefault(clip.speaker, set()).add(parts[clip.id])
    assert all(len(where) == 1 for where in people.values())
    assert parts[same[0][0]] == parts[same[0][1]]
    assert np.bincount(folds).tolist() == [24, 18, 18]
    assert (speaker_folds(clips, 3, seed=1, same=same) == folds).all()
    assert (speaker_folds(clips, 3, seed=2, same=same) != folds).any()


def test_too_few_people_are_told(tmp_path: Path) -> None:
    with Catalog(tmp_path) as catalog:
        add_tones(catalog, 2)
        with pytest.raises(DataError, match="too few speakers"):
            speaker_folds(catalog.clips(), 5)
