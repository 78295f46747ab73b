"""The front end of microWakeWord: ESPHome's bytes, a stream from no memory, and a clip with a lead-in."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from firmware_tools.errors import FrontendError
from firmware_tools.frontend.host import HostFrontend
from firmware_tools.frontend.host_many import HostFrontends
from firmware_tools.frontend.micro import LEAD_SAMPLES, STEP, ZERO, clip_features, int8_of, lead_in, stream_features
from firmware_tools.frontend.scaling import dequantise, quantise
from firmware_tools.frontend.spec import FrontendSpec
from firmware_tools.frontend.tables import tables

pymicro_features = pytest.importorskip("pymicro_features")


def noise(seconds: float, level: float = 2_000.0, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, level, round(16_000 * seconds)).astype(np.int16)


def test_every_step_of_the_front_end_is_esphomes_int8() -> None:
    """``value = (v * 256 + 333) / 666 - 128``, clamped, of micro_wake_word.cpp."""
    steps = np.arange(0, 800)
    wanted = [min(max((int(v) * 256 + 333) // 666 - 128, -128), 127) for v in steps]
    assert int8_of(np.float32(0.0390625) * steps).tolist() == wanted


def test_the_scale_gives_a_runtime_that_rounds_the_same_bytes() -> None:
    """pymicro-wakeword: ``np.round(features / scale + zero_point)``, with the model's scale as a float32."""
    units = np.arange(0, 664) * 0.0390625
    assert float(np.float32(STEP)) == STEP
    assert np.array_equal(np.round(units / STEP + ZERO).astype(np.int8), int8_of(units))


def test_a_stream_has_the_frames_of_the_spec_and_forgets_what_was_before_it() -> None:
    spec = FrontendSpec.micro()
    for samples in (479, 480, 639, 640, 16_000, 16_100):
        assert stream_features(noise(1.1)[:samples]).shape == (spec.frames(samples), 40)
    sound = noise(2)
    first = stream_features(sound)
    assert np.array_equal(first, stream_features(sound))
    assert np.array_equal(first[:50], stream_features(sound[: 160 * 49 + 480]))
    assert np.array_equal(HostFrontend(spec).stream(sound), first)


def test_a_clip_is_heard_after_a_lead_in_of_its_quietest_part() -> None:
    quiet, loud = noise(1, 20), noise(1, 3_000, 1)
    clip = np.concatenate([loud[:6_400], quiet[:3_200], loud[6_400:12_800]])
    lead = lead_in(clip)
    assert len(lead) == LEAD_SAMPLES
    assert np.array_equal(lead[:3_200], clip[6_400:9_600])
    assert np.array_equal(lead[3_200:6_400], clip[6_400:9_600][::-1])
    whole = stream_features(np.concatenate([lead, clip]))
    assert np.array_equal(clip_features(clip[None])[0], whole[LEAD_SAMPLES // 160 :])


def test_a_clip_comes_nearer_to_its_stream_by_its_lead_in() -> None:
    """Noise that goes on: what the front end has learnt of it is in the features."""
    room = noise(4, 300, 3)
    clip = room[48_000:]
    in_stream = stream_features(room)[300:].astype(float)
    alone = np.abs(stream_features(clip) - in_stream).mean()
    led = np.abs(clip_features(clip[None])[0] - in_stream).mean()
    assert led < 5 < 30 < alone


@pytest.mark.parametrize("samples", [480, 1_000, 16_000])
def test_clips_are_the_same_in_any_company(samples: int) -> None:
    clips = np.stack([noise(1, 500, seed)[:samples] for seed in range(3)])
    spec = FrontendSpec.micro()
    together = HostFrontends([spec, FrontendSpec(), spec])(clips) if samples > 512 else [HostFrontend(spec)(clips)]
    assert np.array_equal(together[0], together[-1])
    assert np.array_equal(together[0], np.stack([HostFrontend(spec).one(clip) for clip in clips]))


def test_the_int8_law_is_in_decibels() -> None:
    spec, every = FrontendSpec.micro(), np.tile(np.arange(-128, 128, dtype=np.int8)[:, None], (1, 40))
    assert np.array_equal(quantise(spec, dequantise(spec, every)), every)
    assert dequantise(spec, every)[0, 0] == 0.0
    assert dequantise(spec, every)[-1, 0] == pytest.approx(20 * np.log10(np.exp(255 * 666 / 256 / 64)))


def test_it_is_in_no_firmware_of_ours() -> None:
    with pytest.raises(FrontendError, match=r"in no firmware of kws.*--to micro_wake_word"):
        tables(FrontendSpec.micro())


def test_a_missing_package_is_one_line_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymicro_features", None)
    with pytest.raises(FrontendError, match=r"pymicro-features.*pip install 'kws\[micro\]'"):
        stream_features(noise(1))


def test_all_its_parameters_are_fixed_and_the_others_hash_as_before() -> None:
    spec = FrontendSpec.micro()
    assert (spec.features, spec.frames(16_000), spec.window_samples, spec.hop_samples) == (40, 98, 480, 160)
    assert FrontendSpec.from_dict(spec.to_dict()) == spec
    with pytest.raises(FrontendError, match=r"mel_bands cannot be used: 32\. micro_frontend has 40"):
        FrontendSpec(**{**spec.to_dict(), "mel_bands": 32})
    assert FrontendSpec().sha256().startswith("d7b8b09b9b3ee871")
