"""Voices of Kokoro."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from kws_data.config.synth import EngineSettings
from kws_data.errors import ConfigError, DataError
from kws_data.sources.synth.espeak import SynthVoice
from kws_data.sources.synth.neural.kokoro import PARTS, KokoroVoice
from kws_data.sources.synth.neural.kokoro_phonemes import NUMBERS
from tests.parts.made_voices import kokoro_network, kokoro_styles
from tests.parts.onnx_file import FLOAT32, model, node

pytest.importorskip("onnxruntime")


def voice(folder: Path, network: bytes | None = None, **settings: Any) -> KokoroVoice:
    path = folder / "small.onnx"
    path.write_bytes(kokoro_network() if network is None else network)
    styles = kokoro_styles(folder / "styles", af_heart=0.0, am_adam=0.4, bf_emma=0.2)
    return KokoroVoice(EngineSettings(kind="kokoro", model=str(path), styles=str(styles), **settings))


def said(speaking: KokoroVoice, text: str = "go", variant: str = "af_heart", speed: float = 1.0) -> NDArray[np.float32]:
    return speaking.speak(SynthVoice("en", variant), text, speed, np.random.default_rng(0))


def numbers_heard(samples: NDArray[np.float32]) -> list[int]:
    quarter = samples[: len(samples) // 4]
    return [int(number) for number in np.rint((quarter - quarter[0]) * 1_000)]


def test_what_goes_into_the_network(tmp_path: Path) -> None:
    speaking = voice(tmp_path)
    signs = {number: sign for sign, number in NUMBERS.items()} | {0: "."}
    for variant, wanted in (("af_heart", ".ɡˈO."), ("bf_emma", ".ɡˈQ.")):
        assert "".join(signs[number] for number in numbers_heard(said(speaking, variant=variant))) == wanted
    assert "".join(signs[number] for number in numbers_heard(said(speaking, "go?"))) == ".ɡˈO?."


def test_the_row_of_a_style_is_that_of_the_number_of_signs(tmp_path: Path) -> None:
    assert said(voice(tmp_path))[0] == pytest.approx(2e-4)


def test_a_mix_lies_between_its_styles(tmp_path: Path) -> None:
    speaking = voice(tmp_path)
    assert said(speaking, variant="af_heart+am_adam*0.25")[0] == pytest.approx(0.1 + 2e-4)


def test_speed(tmp_path: Path) -> None:
    speaking = voice(tmp_path)
    assert len(said(speaking)) == 2 * len(said(speaking, speed=2.0))


def test_the_other_name_of_the_input(tmp_path: Path) -> None:
    usual = said(voice(tmp_path))
    assert np.array_equal(said(voice(tmp_path, kokoro_network("input_ids"))), usual)


def test_what_it_is(tmp_path: Path) -> None:
    speaking = voice(tmp_path)
    assert (speaking.rate_hz, speaking.accents, speaking.licence) == (24_000, ("en",), "unstated")
    assert speaking.voices[:3] == ("af_heart", "am_adam", "bf_emma")
    assert speaking.name.startswith("kokoro small ")
    assert voice(tmp_path, licence="MIT").licence == "MIT"
    assert voice(tmp_path, version="2").name == f"kokoro 2, styles {speaking.name[-8:]}"


def test_bad_input(tmp_path: Path) -> None:
    speaking = voice(tmp_path)
    with pytest.raises(DataError, match=r"Kokoro does not speak: 'de'. it speaks en"):
        speaking.speak(SynthVoice("de", "af_heart"), "go", 1.0, np.random.default_rng(0))
    with pytest.raises(DataError, match="no such style: 'af_sky'"):
        said(speaking, variant="af_sky")
    with pytest.raises(DataError, match="cannot say"):
        said(speaking, "go " * 300)
    with pytest.raises(DataError, match="cannot be pronounced: '\u2026'"):
        said(speaking, "\u2026")


def test_networks_that_are_none_or_another(tmp_path: Path) -> None:
    other = model([node("Neg", ["x"], ["y"])], {"x": (FLOAT32, [1])}, {"y": (FLOAT32, [1])})
    with pytest.raises(ConfigError, match=r"not Kokoro: '.*small.onnx'. its inputs are x"):
        said(voice(tmp_path, other))
    with pytest.raises(ConfigError, match="not an ONNX model"):
        said(voice(tmp_path, b"no network"))
    (tmp_path / "small.onnx").unlink()
    with pytest.raises(ConfigError, match="voice not found"):
        KokoroVoice(EngineSettings(kind="kokoro", model=str(tmp_path / "small.onnx")))


def test_styles_have_to_be_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    voice(tmp_path)
    monkeypatch.setattr("kws_data.sources.synth.neural.kokoro._STYLES_PACKAGE", "no_package_of_styles")
    with pytest.raises(ConfigError, match=r"Kokoro needs styles. engine.styles: English ones .* kokoro-js"):
        KokoroVoice(EngineSettings(kind="kokoro", model=str(tmp_path / "small.onnx")))


def test_the_packaged_network(tmp_path: Path) -> None:
    for part in PARTS:
        pytest.importorskip(part)
    styles = kokoro_styles(tmp_path / "styles", af_heart=0.0, am_adam=0.1)
    speaking = KokoroVoice(EngineSettings(kind="kokoro", styles=str(styles)))
    assert speaking.name.startswith("kokoro 82M int8 0.1.0, styles ")
    assert speaking.licence == "Apache-2.0"
    eight = said(speaking, "eight")
    said(speaking, "go", "am_adam")
    assert np.array_equal(said(speaking, "eight"), eight)
    assert 0.2 < len(eight) / speaking.rate_hz < 3.0


def test_paths_in_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    voice(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert KokoroVoice(EngineSettings(kind="kokoro", model="~/small.onnx", styles="~/styles")).voices[0] == "af_heart"
