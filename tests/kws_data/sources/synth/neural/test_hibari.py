"""hibari's voices, where the package is installed."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from kws_data.config.synth import EngineSettings
from kws_data.errors import ConfigError, DataError
from kws_data.sources.synth.espeak import SynthVoice
from kws_data.sources.synth.neural.hibari import HibariVoice

hibari = pytest.importorskip("hibari")
FILE = Path(hibari.__file__).parent / "assets" / "hibari.onnx"
HEART = SynthVoice("en-us", "heart")


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_the_packaged_voice_speaks_the_same_for_the_same_seed() -> None:
    voice = HibariVoice(EngineSettings(kind="hibari"))
    assert (voice.accents, voice.voices, voice.licence) == (("en-us",), ("heart",), "Apache-2.0")
    assert voice.name == f"hibari {hibari.__version__}"
    said = voice.speak(HEART, "marvin", 1.0, rng())
    voice.speak(HEART, "go", 1.3, rng(5))
    assert np.array_equal(voice.speak(HEART, "marvin", 1.0, rng()), said)
    assert not np.array_equal(voice.speak(HEART, "marvin", 1.0, rng(1)), said)
    assert 0.3 < len(said) / voice.rate_hz < 2 and 0.05 < np.abs(said).max() <= 1
    assert len(voice.speak(HEART, "marvin", 2.0, rng())) < 0.65 * len(said)


@pytest.mark.parametrize(
    ("voice", "text", "message"),
    [
        (SynthVoice("en-us", "nobody"), "go", "no such voice: 'nobody'"),
        (SynthVoice("de", "heart"), "go", "no such accent: 'de'"),
        (HEART, "привет", "it reads no Cyrillic letters"),
        (HEART, "", "speaks English"),
    ],
)
def test_what_it_cannot_say(voice: SynthVoice, text: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        HibariVoice(EngineSettings(kind="hibari")).speak(voice, text, 1.0, rng())


@pytest.mark.parametrize(
    ("name", "accent", "variant"),
    [("bf_emma.int8.onnx", "en-gb", "emma"), ("mine.onnx", "en-us", "mine"), ("hibari.onnx", "en-us", "hibari")],
)
def test_another_voice_by_its_file(tmp_path: Path, name: str, accent: str, variant: str) -> None:
    shutil.copy(FILE, tmp_path / name)
    voice = HibariVoice(EngineSettings(kind="hibari", model=str(tmp_path / name)))
    assert (voice.accents, voice.voices) == ((accent,), (variant,))
    assert voice.name.startswith(f"hibari {hibari.__version__} {name} ")
    assert len(voice.speak(SynthVoice(accent, variant), "bath", 1.0, rng())) > 6_000


def test_files_that_are_no_voice(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        HibariVoice(EngineSettings(kind="hibari", model=str(tmp_path / "none.onnx")))
    for name, content in (("text.onnx", b"text"), ("other.onnx", FILE.with_name("oov.onnx").read_bytes())):
        path = tmp_path / name
        path.write_bytes(content)
        voice = HibariVoice(EngineSettings(kind="hibari", model=str(path)))
        with pytest.raises(ConfigError, match="not a voice of hibari"):
            voice.speak(SynthVoice("en-us", path.stem), "go", 1.0, rng())
