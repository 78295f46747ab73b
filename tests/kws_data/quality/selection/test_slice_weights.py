"""Clips that lie in failing slices weigh more; those of which a condition is not known do not."""

from __future__ import annotations

from pathlib import Path

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import NewClip, StoredAudio
from kws_data.quality.selection.slice_weights import slice_weights
from kws_data.slices.record_next import RecordNext


def test_conditions_that_hold_weigh(tmp_path: Path) -> None:
    said = [{"gender": "female", "snr_db": 5.0}, {"gender": "female", "snr_db": 25.0}, {"snr_db": 5.0}]
    with Catalog(tmp_path) as catalog:
        for number, attributes in enumerate(said):
            audio = StoredAudio(f"{number:064x}", 16_000, 16_000)
            catalog.add_clip(NewClip(audio, "(unlabelled)", "p", "made", str(number), attributes=attributes))
        clips = sorted(catalog.clips(), key=lambda clip: clip.origin)
    wanted = [
        RecordNext({"gender": "female", "snr": "0 to 10 dB"}, "fails", 1, 1, 3.0, 0.5, ""),
        RecordNext({"word": "yes"}, "fails", 1, 1, 2.0, 0.5, ""),
        RecordNext({}, "worst", 1, 1, 9.0, 0.5, ""),
    ]
    assert slice_weights(clips, ["no", "no", "yes"], wanted).tolist() == [4.0, 1.0, 3.0]
