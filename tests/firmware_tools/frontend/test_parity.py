"""The C front end against librosa, and against itself with every check that the compiler can add."""

import numpy as np
import pytest
from frontend_signals import SPECS, signals

from firmware_tools.frontend.design import design, hz_to_mel, mel_to_hz
from firmware_tools.frontend.floating import float_features
from firmware_tools.frontend.host import HostFrontend, frontend_library
from firmware_tools.frontend.reference import reference_features
from firmware_tools.frontend.scaling import quantise
from firmware_tools.frontend.spec import FrontendSpec

SAMPLES = 8_000


@pytest.mark.parametrize("name", SPECS)
def test_float_build_matches_librosa(name: str) -> None:
    for signal, samples in signals(SAMPLES).items():
        difference = float_features(SPECS[name], samples) - reference_features(SPECS[name], samples)
        assert np.abs(difference).max() < 1e-3, signal


@pytest.mark.parametrize("name", SPECS)
def test_integer_build_stays_within_one_step_of_librosa(name: str) -> None:
    spec, front_end = SPECS[name], HostFrontend(SPECS[name])
    unequal = []
    for signal, samples in signals(SAMPLES).items():
        reference = quantise(spec, reference_features(spec, samples)).astype(int)
        got = front_end.one(samples)
        assert got.shape == reference.shape == (spec.frames(SAMPLES), spec.features)
        difference = np.abs(got - reference)
        assert difference.max() <= 1, signal
        if signal not in ("silence", "single_lsb"):  # a constant that falls on the edge of a step counts in each frame
            unequal.append(difference.mean())
    assert np.mean(unequal) < 0.02


def test_features_are_not_trivially_equal() -> None:
    """The parity above would also hold for constants: speech must use the int8 range, and differ from noise."""
    front_end = HostFrontend(FrontendSpec())
    made = signals(SAMPLES)
    speech, noise = front_end.one(made["speech"]), front_end.one(made["noise"])
    assert speech.astype(float).std() > 20
    assert np.abs(speech.astype(int) - noise).mean() > 10


def test_every_sample_of_the_window_counts() -> None:
    """An impulse moved anywhere within the window, but for its very edges, leaves the floor."""
    spec = FrontendSpec(kind="log_mel", window_samples=480)
    clips = np.zeros((480, 480), dtype=np.int16)
    np.fill_diagonal(clips, 32767)
    levels = HostFrontend(spec)(clips)[:, 0].max(axis=1)
    silence = HostFrontend(spec).one(np.zeros(480, dtype=np.int16)).max()
    assert (levels[8:-8] > silence).all()
    assert levels[0] == silence  # the periodic Hann window starts with zero


@pytest.mark.parametrize("scale", ["slaney", "htk"])
def test_mel_scale_is_librosas(scale: str) -> None:
    import librosa

    hz = np.array([0.0, 60.0, 999.0, 1000.0, 1001.0, 7600.0])
    assert np.allclose(hz_to_mel(hz, scale), librosa.hz_to_mel(hz, htk=scale == "htk"))
    assert np.allclose(mel_to_hz(hz_to_mel(hz, scale), scale), hz)


@pytest.mark.parametrize("name", ["default", "log_mel", "largest", "odd"])
def test_each_bin_is_shared_by_two_neighbouring_filters(name: str) -> None:
    """The segments' falling weights and their complements are librosa's mel matrix."""
    from librosa.filters import mel as mel_filters

    spec = SPECS[name]
    real = design(spec)
    matrix = np.zeros((spec.mel_bands + 2, spec.fft_size // 2 + 1))
    segment = np.repeat(np.arange(spec.mel_bands + 1), real.segments)
    bins = real.first_bin + np.arange(len(segment))
    matrix[segment, bins] += real.fall
    matrix[segment + 1, bins] += 1.0 - real.fall
    expected = mel_filters(
        sr=spec.sample_rate_hz,
        n_fft=spec.fft_size,
        n_mels=spec.mel_bands,
        fmin=spec.low_hz,
        fmax=spec.high_hz,
        htk=spec.mel_scale == "htk",
        dtype=np.float64,
    )
    assert np.allclose(matrix[1:-1] * real.band_norm[:, None], expected, atol=1e-9)


def test_no_undefined_arithmetic_at_full_scale() -> None:
    """Signed overflow, bad shifts and misaligned reads would trap; the frames are those of the fast build."""
    spec = FrontendSpec()
    clips = np.stack(list(signals(2_000).values()))
    checked = frontend_library(spec, ("-fsanitize=undefined", "-fsanitize-trap=undefined"))
    fast = HostFrontend(spec)(clips)
    slow = np.empty_like(fast)
    checked.kws_frontend_batch(clips.ctypes.data, len(clips), 2_000, fast.shape[1], slow.ctypes.data)
    assert np.array_equal(fast, slow)
