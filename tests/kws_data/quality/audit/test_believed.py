"""How far a judge without an encoder is believed."""

from __future__ import annotations

import pytest

from kws_data.catalog.changes import Finding
from kws_data.quality.audit.judged import believed

FOUND = [
    Finding("a", "label error", "relabel", 0.9),
    Finding("b", "label doubt", "look", 0.75),
    Finding("c", "label doubt", "look", 0.55),
]


@pytest.mark.parametrize(
    ("known_share", "clips", "said"),
    [(0.95, "ab", ""), (0.7, "a", "70% of the clips"), (0.4, "", "labels were not judged")],
)
def test_a_weak_judge_doubts_nothing_and_says_so(known_share: float, clips: str, said: str) -> None:
    kept, notes = believed(FOUND, known_share)
    assert "".join(one.clip_id for one in kept) == clips
    assert len(notes) == bool(said) and all(said in note for note in notes)
