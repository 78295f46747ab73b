"""Utterances are cut where somebody speaks, whatever the pieces the stream comes in."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from kws_data.sources.recording.vad import Utterance, Vad, VadSettings

RATE = 16_000


def room(seconds: float, seed: int, level: float = 30.0) -> NDArray[np.int16]:
    return np.random.default_rng(seed).normal(0, level, int(seconds * RATE)).astype(np.int16)


def voice(seconds: float, height: float = 6_000.0) -> NDArray[np.int16]:
    """Harmonics of 140 Hz under a formant, swelling and fading: no flat spectrum."""
    t = np.arange(int(seconds * RATE)) / RATE
    tones = sum(np.sin(2 * np.pi * 140 * k * t) * np.exp(-(((140 * k - 700) / 600) ** 2)) for k in range(1, 20))
    return (height * np.sin(np.pi * t / seconds) ** 0.5 * tones / 3).astype(np.int16)


def stream(words: list[tuple[float, float]], seconds: float, level: float = 30.0) -> NDArray[np.int16]:
    sound = room(seconds, 3, level).astype(np.int32)
    for start, length in words:
        word = voice(length)
        sound[int(start * RATE) :][: len(word)] += word
    return sound.clip(-32_768, 32_767).astype(np.int16)


def cut(sound: NDArray[np.int16], piece: int, settings: VadSettings | None = None) -> list[Utterance]:
    vad = Vad(RATE, settings)
    found = [u for at in range(0, len(sound), piece) for u in vad.feed(sound[at : at + piece])]
    return found + list(vad.end())


@pytest.mark.parametrize("level", [3.0, 30.0, 150.0])
def test_each_word_is_one_utterance_with_room_before_it(level: float) -> None:
    words = [(1.0, 0.5), (2.5, 0.4), (5.0, 0.7)]
    sound = stream(words, 7.0, level)
    found = cut(sound, 256)
    assert len(found) == len(words)
    for utterance, (start, length) in zip(found, words, strict=True):
        begins = (utterance.first_sample + utterance.speech_start) / RATE
        ends = (utterance.first_sample + utterance.speech_end) / RATE
        assert abs(begins - start) < 0.08 and abs(ends - start - length) < 0.12
        assert utterance.speech_start == RATE // 4  # 250 ms of pre-roll
        piece = sound[utterance.first_sample :][: len(utterance.samples)]
        np.testing.assert_array_equal(utterance.samples, piece)
        assert utterance.speech_db > utterance.floor_db + 10


def test_cuts_do_not_depend_on_the_pieces() -> None:
    sound = stream([(1.0, 0.5), (3.0, 0.5)], 5.0)
    wanted = [(u.first_sample, len(u.samples)) for u in cut(sound, 256)]
    for piece in (1, 77, 16_000, len(sound)):
        if piece > 1:
            assert [(u.first_sample, len(u.samples)) for u in cut(sound, piece)] == wanted
    assert len(wanted) == 2


def test_noise_and_silence_are_no_speech() -> None:
    assert cut(room(10, 5), 256) == []
    assert cut(np.zeros(5 * RATE, np.int16), 256) == []
    steps = np.concatenate([room(3, 6, 20), room(7, 7, 60)])  # a fan is switched on
    assert len(cut(steps, 256)) <= 1


def test_an_utterance_never_spans_a_gap() -> None:
    sound = stream([(1.0, 1.0)], 3.0)
    vad = Vad(RATE)
    at, lost = int(1.5 * RATE), 4_000
    found = list(vad.feed(sound[:at]))
    found += vad.gap(at + lost)
    found += vad.feed(sound[at + lost :])
    found += vad.end()
    assert found
    for utterance in found:
        end = utterance.first_sample + len(utterance.samples)
        assert end <= at or utterance.first_sample >= at + lost
        np.testing.assert_array_equal(utterance.samples, sound[utterance.first_sample : end])


def test_endless_speech_is_cut_and_memory_stays_small() -> None:
    settings = VadSettings(max_utterance_ms=2_000)
    sound = np.concatenate([room(1, 1), *[voice(1.0)] * 8])
    found = cut(sound, 256, settings)
    assert len(found) >= 3
    assert all(len(u.samples) <= 2.5 * RATE for u in found)
    vad = Vad(RATE)
    for _ in range(60):
        list(vad.feed(room(1, 2)))
    assert len(vad._kept) < 4 * RATE
