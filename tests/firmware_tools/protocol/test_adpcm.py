"""IMA ADPCM: C, Python and an independent coder agree bit for bit; blocks stand alone."""

from __future__ import annotations

import importlib
import warnings
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from firmware_tools.errors import ProtocolError
from firmware_tools.protocol import adpcm
from firmware_tools.protocol.adpcm import AdpcmState

RNG = np.random.default_rng(8)
SOUNDS = {
    "noise": RNG.integers(-32_768, 32_768, 4_001).astype(np.int16),
    "quiet": RNG.integers(-3, 4, 4_000).astype(np.int16),
    "square": np.where(np.arange(4_000) // 8 % 2, 32_767, -32_768).astype(np.int16),
    "sine": np.round(12_000 * np.sin(np.arange(4_000) * 0.2)).astype(np.int16),
    "silence": np.zeros(999, np.int16),
    "nothing": np.zeros(0, np.int16),
}


def old_standard_module() -> ModuleType:
    """Python's own coder, gone with 3.13; it puts the earlier sample into the high half of a byte."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return importlib.import_module("audioop")
        except ImportError:
            pytest.skip("this Python has no audioop")


def swapped(coded: bytes) -> bytes:
    return bytes(byte >> 4 | (byte & 15) << 4 for byte in coded)


@pytest.mark.parametrize("name", SOUNDS)
def test_c_equals_the_reference(name: str) -> None:
    assert adpcm.prepare()
    coded, after = adpcm.encode(SOUNDS[name])
    assert (coded, after) == adpcm.reference_encode(SOUNDS[name])
    heard, state = adpcm.decode(coded, len(SOUNDS[name]))
    expected, expected_state = adpcm.reference_decode(coded, len(SOUNDS[name]))
    np.testing.assert_array_equal(heard, expected)
    assert state == expected_state
    assert state.predictor == after.predictor


@pytest.mark.parametrize("name", ["noise", "quiet", "square", "sine"])
def test_an_independent_coder_gives_the_same_bits(name: str) -> None:
    other, sound = old_standard_module(), SOUNDS[name][:4_000]
    coded, after = adpcm.encode(sound)
    theirs, state = other.lin2adpcm(sound.astype("<i2").tobytes(), 2, None)
    assert swapped(coded) == theirs
    assert (after.predictor, after.index) == state
    linear, _ = other.adpcm2lin(theirs, 2, None)
    np.testing.assert_array_equal(adpcm.decode(coded, len(sound))[0], np.frombuffer(linear, "<i2"))


@settings(deadline=None, max_examples=60)
@given(arrays(np.int16, st.integers(0, 90)), st.integers(-32_768, 32_767), st.integers(0, 88), st.binary(max_size=40))
def test_c_equals_the_reference_from_any_state(
    samples: NDArray[np.int16], predictor: int, index: int, codes: bytes
) -> None:
    state = AdpcmState(predictor, index)
    assert adpcm.encode(samples, state) == adpcm.reference_encode(samples, state)
    ours, theirs = adpcm.decode(codes, 2 * len(codes), state), adpcm.reference_decode(codes, 2 * len(codes), state)
    np.testing.assert_array_equal(ours[0], theirs[0])
    assert ours[1] == theirs[1]


def test_speech_like_sound_survives() -> None:
    sine, heard = SOUNDS["sine"][100:], adpcm.decode(adpcm.encode(SOUNDS["sine"])[0], 4_000)[0][100:]
    error = (heard.astype(float) - sine).std()
    assert 20 * np.log10(sine.astype(float).std() / error) > 25


def test_blocks_are_decoded_without_those_before_them() -> None:
    sound, state, blocks = SOUNDS["noise"], None, []
    for first in range(0, len(sound), 512):
        block, state = adpcm.encode_block(sound[first : first + 512], state)
        blocks.append(block)
    whole = adpcm.decode(adpcm.encode(sound)[0], len(sound))[0]
    for number in (7, 3, 0):
        part = adpcm.decode_block(blocks[number])
        np.testing.assert_array_equal(part, whole[512 * number :][: len(part)])
    assert sum(len(adpcm.decode_block(block)) for block in blocks) == len(sound) == 4_001


@pytest.mark.parametrize("block", [b"", b"\0\0\0", b"\0\0\x59\0\x11", b"\0\0\0\2\x11", b"\0\0\0\1"])
def test_blocks_that_cannot_be_are_refused(block: bytes) -> None:
    with pytest.raises(ProtocolError, match="ADPCM block"):
        adpcm.decode_block(block)


def test_codes_of_another_length_are_refused() -> None:
    with pytest.raises(ValueError, match="hold not 5"):
        adpcm.decode(b"\0\0", 5)


def test_without_a_compiler_python_stands_in(monkeypatch: pytest.MonkeyPatch) -> None:
    coded, _ = adpcm.encode(SOUNDS["quiet"])
    monkeypatch.setattr(adpcm, "_library", lambda: None)
    assert not adpcm.prepare()
    assert adpcm.encode(SOUNDS["quiet"])[0] == coded
    assert len(adpcm.decode(coded, 4_000)[0]) == 4_000
