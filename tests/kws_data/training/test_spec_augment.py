import numpy as np
import pytest

from firmware_tools.frontend.scaling import quantisation
from firmware_tools.frontend.spec import FrontendSpec
from kws_data.models.mel_axis import MelAxis, mel_axis
from kws_data.training.batches.spec_augment import SpecAugment, mask, shifted, warped

OFF = SpecAugment(shift_frames=0, time_masks=0, mel_masks=0, warp=0)


def axis_of(spec: FrontendSpec) -> MelAxis:
    return mel_axis(spec)


def batch(spec: FrontendSpec, clips: int = 6) -> np.ndarray:
    return np.random.default_rng(0).integers(-100, 100, (clips, 49, spec.features)).astype(np.float32)


@pytest.mark.parametrize("kind", ["mfcc", "log_mel"])
def test_nothing_asked_is_nothing_changed(kind: str) -> None:
    spec = FrontendSpec(kind=kind)  # type: ignore[arg-type]
    x = batch(spec)
    assert np.abs(OFF.apply(x, axis_of(spec), np.random.default_rng(1)) - x).max() < 1e-2


def test_fewer_coefficients_than_bands_still_come_back() -> None:
    spec = FrontendSpec(coefficients=13)
    x = batch(spec)
    assert np.abs(OFF.apply(x, axis_of(spec), np.random.default_rng(1)) - x).max() < 1e-2


def test_mel_bands_of_mfcc_are_the_dct_backwards() -> None:
    import scipy.fft

    spec = FrontendSpec()
    x = batch(spec, 1)
    step = quantisation(spec)[1]
    expected = scipy.fft.idct(x[0] * step, axis=1, norm="ortho")
    assert np.allclose(x[0] @ axis_of(spec).to_mel, expected, atol=1e-2)


def test_a_masked_frame_is_the_clips_mean() -> None:
    spec = FrontendSpec()
    x = batch(spec, 40)
    masked = SpecAugment(shift_frames=0, time_masks=1, time_mask_frames=10, mel_masks=0, warp=0)
    out = masked.apply(x, axis_of(spec), np.random.default_rng(2))
    changed = np.abs(out - x).max(axis=2) > 1
    assert changed.any() and changed.sum(axis=1).max() <= 10
    clip, frame = np.argwhere(changed)[0]
    assert np.allclose(out[clip, frame], x[clip].mean(axis=0), atol=1e-2)


def test_the_same_seed_gives_the_same_batch() -> None:
    spec = FrontendSpec()
    one, two = (SpecAugment().apply(batch(spec), axis_of(spec), np.random.default_rng(3)) for _ in range(2))
    assert np.array_equal(one, two) and not np.array_equal(one, batch(spec))


def test_a_shift_repeats_the_edge() -> None:
    x = np.arange(4, dtype=np.float32).reshape(1, 4, 1)
    assert shifted(x, np.array([2]))[0, :, 0].tolist() == [0, 0, 0, 1]
    assert shifted(x, np.array([-1]))[0, :, 0].tolist() == [1, 2, 3, 3]


def test_a_warp_reads_between_the_bands() -> None:
    ramp = np.arange(5, dtype=np.float32).reshape(1, 1, 5)
    assert np.allclose(warped(ramp, np.array([0.5]))[0, 0], [0, 0.5, 1, 1.5, 2])
    assert np.allclose(warped(ramp, np.array([1.0]))[0, 0], ramp[0, 0])
    assert warped(ramp, np.array([2.0]))[0, 0].tolist() == [0, 2, 4, 4, 4]


def test_masks_stay_within_their_width() -> None:
    kept = mask(np.random.default_rng(4), 1, 3, 200, 10)
    assert set(np.unique(kept)) == {0.0, 1.0} and (kept == 0).sum(axis=1).max() == 3
