from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from kws_data.catalog.catalog import Catalog
from kws_data.config.split import SPLITS
from kws_data.dataset.backgrounds import regions
from kws_data.dataset.silence import draw_cuts, plan_silence
from kws_data.dataset.store_silence import store_silence
from kws_data.sources.synth.noise import COLOURS, add_generated_noise, noise_colour

RATE_HZ = 16_000


def slope_db_per_octave(kind: str) -> float:
    values = noise_colour(kind, 20 * RATE_HZ, RATE_HZ, np.random.default_rng(0))
    power = np.abs(np.fft.rfft(values)) ** 2
    frequencies = np.fft.rfftfreq(len(values), 1 / RATE_HZ)
    bands = [power[(frequencies >= f) & (frequencies < 1.2 * f)].mean() for f in (1_000, 4_000)]
    return float(10 * np.log10(bands[1] / bands[0]) / 2)


@pytest.mark.parametrize(("kind", "slope"), [("white", 0.0), ("pink", -3.0), ("brown", -6.0), ("speech_shaped", -9.0)])
def test_colours_have_their_slopes(kind: str, slope: float) -> None:
    assert slope_db_per_octave(kind) == pytest.approx(slope, abs=0.5)


@pytest.mark.parametrize("kind", COLOURS)
def test_colours_have_the_level_they_say(kind: str) -> None:
    values = noise_colour(kind, RATE_HZ, RATE_HZ, np.random.default_rng(1))
    assert np.sqrt(np.mean(values**2)) == pytest.approx(0.05)
    assert np.abs(values).max() < 1.0


@pytest.mark.parametrize("samples", [99_999, 16_000 * 61, 16_000 * 600])
def test_stretches_cover_a_recording_without_overlap_and_in_their_shares(samples: int) -> None:
    edges = sorted(stretch for split in SPLITS for stretch in regions(samples, split))
    assert edges[0][0] == 0 and edges[-1][1] == samples
    assert all(before[1] == after[0] for before, after in pairwise(edges))
    share = {split: sum(end - start for start, end in regions(samples, split)) / samples for split in SPLITS}
    assert share == pytest.approx({"train": 0.7, "validation": 0.1, "test": 0.2}, abs=0.001)


def test_a_long_recording_gives_every_split_stretches_from_all_over_it() -> None:
    samples = 16_000 * 60
    for split in SPLITS:
        stretches = regions(samples, split)
        assert stretches[0][0] < samples * 0.5 < stretches[-1][1]
        assert min(end - start for start, end in stretches) > 2 * 16_000


def test_silence_is_cut_from_its_own_region_and_only_once(tmp_path: Path) -> None:
    with Catalog(tmp_path) as catalog:
        noises = add_generated_noise(catalog, 3, RATE_HZ)
        assert add_generated_noise(catalog, 3, RATE_HZ) == noises and len(noises) == len(COLOURS)
        counts = {"train": 30, "validation": 5, "test": 8}
        for_each = dict.fromkeys(SPLITS, noises)
        planned = plan_silence(catalog, for_each, counts, RATE_HZ, 0)
        assert len(planned.missing) == sum(counts.values()) and not catalog.clips(source="silence")
        assert plan_silence(catalog, for_each, counts, RATE_HZ, 0) == planned
        store_silence(catalog, planned.missing, RATE_HZ)
        stored = plan_silence(catalog, for_each, counts, RATE_HZ, 0)
        clips = stored.clips
        assert clips == planned.clips and not stored.missing, "what was planned is what is stored"
        assert {split: len(c) for split, c in clips.items()} == counts
        by_id = {noise.id: noise for noise in noises}
        for split, cut in [(s, c) for s, chosen in clips.items() for c in chosen]:
            noise = by_id[cut.parent]
            first, end = cut.attributes["start"], cut.attributes["start"] + cut.samples
            assert any(low <= first and end <= high for low, high in regions(noise.samples, split))
        test = clips["test"][0]
        start = test.attributes["start"]
        assert np.array_equal(catalog.load(test), catalog.load(by_id[test.parent])[start : start + RATE_HZ])
        assert any(cut.attributes["gain_db"] < -20 for cut in clips["train"])


def test_recordings_too_short_give_no_silence(tmp_path: Path) -> None:
    with Catalog(tmp_path) as catalog:
        noises = add_generated_noise(catalog, 3, RATE_HZ)
        assert draw_cuts(noises, "validation", 5, 5 * RATE_HZ, 0) == []
