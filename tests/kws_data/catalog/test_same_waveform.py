from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from made_words import add, whole, word

from kws_data.catalog.alike import NEIGHBOURS, alike_pairs
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.same_waveform import SAME_WAVE, Waves, in_band, likeness


@pytest.mark.parametrize("kind", ["gain", "sign", "moved", "noise", "cut"])
def test_changed_copies_have_the_same_wave(kind: str) -> None:
    samples = word(1)
    noise = np.random.default_rng(0).standard_normal(len(samples)) * float(np.std(samples.astype(float))) * 0.3
    copies = {
        "gain": whole(samples * 0.1),
        "sign": -samples,
        "moved": np.concatenate([np.zeros(900, np.int16), samples[:-900]]),
        "noise": whole(samples + noise),
        "cut": samples[3_000:13_000],
    }
    assert likeness(in_band(samples), in_band(copies[kind])) >= SAME_WAVE
    assert likeness(in_band(copies[kind]), in_band(samples)) >= SAME_WAVE


def test_other_words_and_nothing_have_not() -> None:
    assert likeness(in_band(word(1)), in_band(word(2))) < 0.6
    for nothing in (np.zeros(0, np.int16), np.zeros(1, np.int16), np.full(500, 7, np.int16)):
        assert likeness(in_band(word(1)), in_band(nothing)) == 0.0
        assert likeness(in_band(nothing), in_band(nothing)) == 0.0


def test_an_end_alone_proves_nothing() -> None:
    one, other = np.zeros(16_000, np.float32), np.zeros(16_000, np.float32)
    rng = np.random.default_rng(1)
    one[8_000:], other[:8_000] = rng.standard_normal(8_000), rng.standard_normal(8_000)
    one[-200:] = other[:200] = 3 * rng.standard_normal(200)
    assert likeness(one, other) < SAME_WAVE


def test_stored_clips_are_compared(tmp_path: Path) -> None:
    with Catalog(tmp_path) as catalog:
        for name, samples in (("a", word(1)), ("b", whole(word(1) * 0.5)), ("c", word(2))):
            add(catalog, samples, name)
        audio = {clip.origin: clip.audio_sha256 for clip in catalog.clips()}
    waves = Waves(tmp_path)
    assert waves.same(audio["a"], audio["b"]) and not waves.same(audio["a"], audio["c"])


@pytest.mark.parametrize("limit", [10, 10_000])
def test_pairs_grow_with_clips_and_not_with_their_square(limit: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kws_data.catalog.alike.BRUTE_FORCE_CLIPS", limit)
    rng = np.random.default_rng(2)
    middle = rng.standard_normal((1, 40))
    textures = np.concatenate([middle + 0.1 * rng.standard_normal((400, 40)), -middle + rng.standard_normal((400, 40))])
    pairs = alike_pairs(textures.astype(np.float32))
    assert len(pairs) <= NEIGHBOURS * len(textures)
    assert (pairs[:, 0] < pairs[:, 1]).all() and len(np.unique(pairs, axis=0)) == len(pairs)
