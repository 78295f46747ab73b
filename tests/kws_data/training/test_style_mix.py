import numpy as np
import pytest

from firmware_tools.frontend.spec import FrontendSpec
from kws_data.config.training import TrainSettings
from kws_data.models.mel_axis import MelAxis, mel_axis
from kws_data.training.batches.spec_augment import SpecAugment
from kws_data.training.batches.style_mix import StyleMix, partners

SPEC = FrontendSpec(kind="mfcc", coefficients=26)
PLAIN = {"shift_frames": 0, "time_masks": 0, "mel_masks": 0, "warp": 0.0}


def batch(axis: MelAxis, clips: int = 8) -> np.ndarray:
    """Clips that move by 10 dB around the mean of a channel of their own; the last one is silence."""
    rng = np.random.default_rng(0)
    mel = rng.normal(0, 10, (clips, 49, 40)) + rng.normal(0, 20, (clips, 1, 40))
    mel[-1] = mel[-1, :1]
    return np.asarray(mel @ axis.from_mel, np.float32)


def test_without_a_share_it_is_spec_augment() -> None:
    axis = mel_axis(SPEC)
    x = batch(axis)
    mixed = StyleMix(share=0.0).apply(x, axis, np.random.default_rng(3))
    assert np.array_equal(mixed, SpecAugment().apply(x, axis, np.random.default_rng(3)))


def test_channels_are_lent_and_words_stay() -> None:
    axis = mel_axis(SPEC)
    x = batch(axis)
    mixed = StyleMix(**PLAIN, share=1.0).apply(x, axis, np.random.default_rng(3))
    assert np.allclose(mixed[-1], x[-1], atol=1e-2), "silence has no channel"
    before, after = x @ axis.to_mel, mixed @ axis.to_mel
    moved = np.abs(before.mean(axis=1) - after.mean(axis=1)).mean(axis=1)
    assert (moved[:-1] > 1.0).sum() >= 3 and after.std() < 2 * before.std()
    for one, other in zip(before[:-1], after[:-1], strict=True):
        assert np.corrcoef((one - one.mean(0)).ravel(), (other - other.mean(0)).ravel())[0, 1] > 0.8


def test_the_same_generator_mixes_the_same() -> None:
    axis = mel_axis(SPEC)
    x = batch(axis)
    one, other = (StyleMix(share=0.7).apply(x, axis, np.random.default_rng(5)) for _ in range(2))
    assert np.array_equal(one, other) and one.dtype == np.float32


def test_silence_alone_lends_nothing() -> None:
    borrows, lenders = partners(np.zeros(4, bool), 1.0, np.random.default_rng(0))
    assert not len(borrows) and not len(lenders)


def test_configurations_without_it_keep_their_keys() -> None:
    assert "style_mix" not in TrainSettings().model_dump(mode="json")
    assert TrainSettings(style_mix=0.5).model_dump(mode="json")["style_mix"] == pytest.approx(0.5)
