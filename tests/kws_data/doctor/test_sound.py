"""Faults that users of real microphones report: each one is made, found under its name, and nothing else is; and none
of them is found in a clean sound."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from heard_sounds import (
    RATE_HZ,
    Samples,
    as_int16,
    each_twice,
    every_other_is,
    filled_in,
    hiss,
    room,
    settling,
    speech,
    tone,
    two_channels,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_tools.protocol import adpcm
from kws_data.doctor.bits import stuck_low_bits
from kws_data.doctor.findings import Finding
from kws_data.doctor.pairs import examine_pairs, swap_pairs
from kws_data.doctor.sound import examine_sound
from kws_data.doctor.startup import transient

SOUNDS: dict[str, Callable[[], Samples]] = {
    "a voice": lambda: speech("ann"),
    "another voice": lambda: speech("bernard"),
    "a room": lambda: room(60, seed=1),
    "a loud room": lambda: room(400, seed=2),
}

FAULTS: dict[str, tuple[Callable[[Samples], Samples], str]] = {
    "each twice": (each_twice, "each sample twice"),
    "swapped": (swap_pairs, "swapped samples"),
    "swapped from the second on": (lambda sound: swap_pairs(sound, 1), "swapped samples"),
    "right is silent": (every_other_is(0), "silent channel"),
    "left is stuck": (every_other_is(-1, 0), "silent channel"),
    "filled in": (filled_in, "two channels in one"),
    "two channels": (two_channels, "two channels in one"),
    "8 bits": (lambda sound: (sound >> 6 << 6) + np.int16(5), "stuck low bits"),
    "constant offset": (lambda sound: as_int16(sound + 2_500.0), "DC offset"),
    "slow start": (settling(0.3, 0.05), "start-up"),
    "slow start from below": (settling(-0.1, 0.12), "start-up"),
}


def troubles(sound: Samples, *, exact: bool = True) -> dict[str, Finding]:
    """Findings by name; that a loud voice is no quiet room is no fault."""
    found = examine_sound(sound, RATE_HZ, exact=exact)
    return {finding.what: finding for finding in found if finding.mark != "ok" and finding.what != "noise"}


@pytest.mark.parametrize("sound", SOUNDS)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_by_its_name_and_no_other(sound: str, fault: str) -> None:
    spoil, name = FAULTS[fault]
    found = troubles(spoil(SOUNDS[sound]()))
    assert list(found) == [name]
    assert found[name].mark == "FAIL" and found[name].remedy and found[name].values


@settings(max_examples=25)
@given(rms=st.floats(30, 2_000), seed=st.integers(0, 10_000), shape=st.sampled_from([room, hiss]))
def test_clean_noise_has_none(rms: float, seed: int, shape: Callable[..., Samples]) -> None:
    found = troubles(shape(rms, seed))
    assert not found


@pytest.mark.parametrize("name", ["ann", "bea", "carl", "dora", "emil", "fay", "gus", "hugo"])
@pytest.mark.parametrize("noise", [0.0, 5.0, 50.0])
def test_clean_voices_have_none(name: str, noise: float) -> None:
    assert not troubles(speech(name, noise))


@settings(max_examples=25)
@given(hz=st.floats(80, 7_900), height=st.floats(300, 30_000))
def test_clean_tones_have_no_fault_of_order_bits_or_start(hz: float, height: float) -> None:
    sound = tone(hz, height)
    assert not list(examine_pairs(sound, RATE_HZ))
    assert stuck_low_bits(sound) == (0, 0)
    assert transient(sound, RATE_HZ) is None


@pytest.mark.parametrize("hz", [1_000, 2_000, 3_999, 4_000, 4_001, 8_000 / 3])
def test_tones_that_fall_on_the_samples_have_none(hz: float) -> None:
    sound = tone(hz, 9_001)
    assert not list(examine_pairs(sound, RATE_HZ)) and stuck_low_bits(sound) == (0, 0)


@pytest.mark.parametrize("sound", [np.zeros(48_000, np.int16), np.full(48_000, -3, np.int16)], ids=["zeros", "stuck"])
def test_silence_is_dead_and_nothing_else(sound: Samples) -> None:
    (found,) = troubles(sound).values()
    assert found.what == "microphone" and "dead" in found.found and "left or right" in found.remedy


def test_a_clip_too_short_for_any_of_it() -> None:
    for samples in (0, 1, 2, 50):
        assert not list(examine_pairs(hiss(90)[:samples], RATE_HZ))
        assert transient(hiss(90)[:samples], RATE_HZ) is None


def test_noise_that_is_white_cannot_show_a_swap() -> None:
    assert not troubles(swap_pairs(hiss(100)))


def test_samples_twice_are_found_in_a_tone_and_in_a_whisper() -> None:
    assert list(troubles(each_twice(tone(440)))) == ["each sample twice"]
    assert list(troubles(each_twice(hiss(60)))) == ["each sample twice"]


def test_what_a_codec_has_changed_still_shows_its_order() -> None:
    """Equal neighbours are no longer equal, and low bits say nothing."""
    sound = each_twice(speech())
    sound = sound[: len(sound) // 2 * 2]
    coded = adpcm.decode(adpcm.encode(sound)[0], len(sound))[0]
    assert list(troubles(coded, exact=False)) == ["two channels in one"]


@pytest.mark.parametrize(("bits", "mark"), [(1, "note"), (4, "note"), (5, "FAIL"), (8, "FAIL")])
def test_bits_that_never_change_are_counted(bits: int, mark: str) -> None:
    value = (1 << bits) - 1
    sound = (speech() >> bits << bits) + np.int16(value)
    found = troubles(sound)["stuck low bits"]
    assert (found.mark, found.values["bits"], found.values["value"]) == (mark, bits, value)


def test_few_values_are_no_proof_of_stuck_bits() -> None:
    assert stuck_low_bits(np.array([0, 64, -64] * 100, np.int16)) == (0, 0)
    assert stuck_low_bits(np.arange(-20, 20, dtype=np.int16) * 64)[0] == 6


def test_the_start_is_measured_and_left_out_of_the_rest() -> None:
    spoilt = settling(0.5, 0.1)(room(60))
    found = troubles(spoilt)["start-up"]
    assert 300 < found.values["settled_ms"] < 900 and found.values["height"] == pytest.approx(0.5, abs=0.03)
    assert f"{found.values['settled_ms'] + 50} ms" in found.remedy
    (level,) = [one for one in examine_sound(spoilt, RATE_HZ) if one.what == "microphone"]
    assert abs(level.values["dc"]) < 0.01


def test_a_rumble_is_no_start() -> None:
    rumble = as_int16(5_000 * np.cos(2 * np.pi * 3 * np.arange(3 * RATE_HZ) / RATE_HZ)) + hiss(30)
    assert transient(rumble, RATE_HZ) is None


def test_a_voice_far_too_soft_says_how_far_to_shift() -> None:
    soft = as_int16(speech("ann", 0.0) / 256 + np.random.default_rng(0).normal(0, 1.5, 4 * RATE_HZ))
    found = troubles(soft)["gain"]
    assert found.mark == "note" and 4 <= found.values["bits"] <= 9
    assert f"{found.values['bits']} bits less" in found.remedy
