"""Every word once, where its truth says, as far above the negative as was drawn, whatever else is there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from kws_data.evaluation.joined_recordings import joined
from kws_data.evaluation.laid_streams import LaidStream, Word, lay

RATE_HZ = 16_000


@dataclass(frozen=True)
class Talk:
    name: str
    kind: str
    speaker: str
    samples: NDArray[np.int16]


def noise(seconds: float, level: float = 500.0, seed: int = 0, kind: str = "noise", speaker: str = "") -> Talk:
    values = np.random.default_rng(seed).normal(0.0, level, round(seconds * RATE_HZ))
    return Talk(f"n{seed}", kind, speaker, np.rint(values).astype(np.int16))


def word(label: str, hz: float, peak: float = 6_000.0) -> Word:
    """A clip of a second in which a tone sounds from 0.3 to 0.7 s."""
    times = np.arange(RATE_HZ) / RATE_HZ
    values = peak * np.sin(2 * np.pi * hz * times) * ((times >= 0.3) & (times < 0.7))
    return label, np.rint(values).astype(np.int16)


WORDS = [word(label, hz) for label, hz in (("yes", 500), ("no", 700)) for _ in range(6)]


def spoken(streams: Iterable[LaidStream]) -> list[str]:
    return [one.label for stream in streams for one in stream.spoken]


def test_every_word_is_laid_once_and_apart_and_where_its_truth_says() -> None:
    quiet = [noise(70, 1.0, seed) for seed in range(3)]
    streams = list(lay(WORDS, quiet, RATE_HZ, gap_s=3.0, snr_db=(10, 20)))
    assert Counter(spoken(streams)) == {"yes": 6, "no": 6}
    assert [len(stream.spoken) for stream in streams] == [4, 4, 4], "spread evenly"
    for stream in streams:
        for before, after in pairwise(stream.spoken):
            assert after.start_s - before.end_s >= 3.0
        power = np.square(stream.samples.astype(np.float64))
        for one in stream.spoken:
            assert one.end_s - one.start_s == pytest.approx(0.4, abs=0.02)
            first, end = round(one.start_s * RATE_HZ), round(one.end_s * RATE_HZ)
            around = power[max(first - 8_000, 0) : end + 8_000]
            assert power[first:end].sum() > 0.9 * around.sum(), "the word itself, not its clip"


def test_a_word_keeps_its_level_and_the_negative_gets_the_snr() -> None:
    words, talk = [word("yes", 500)], noise(30, 3_000.0)
    (stream,) = lay(words, [talk], RATE_HZ, snr_db=(15, 15))
    one = stream.spoken[0]
    first, end = round(one.start_s * RATE_HZ), round(one.end_s * RATE_HZ)
    beside = stream.samples[end + 2_000 : end + 10_000].astype(np.float64)
    level = np.sqrt(np.mean(np.square(words[0][1][4_800:11_200].astype(np.float64))))
    assert stream.snr_db == (15.0,)
    assert 20 * np.log10(level / np.sqrt(np.mean(beside**2))) == pytest.approx(15.0, abs=0.3)
    heard = stream.samples[first + 500 : end - 500].astype(np.float64)
    assert np.sqrt(np.mean(heard**2)) == pytest.approx(level, rel=0.05)


def test_silence_keeps_its_level_and_a_word_of_near_silence_does_not_silence_the_room() -> None:
    (silent,) = lay([word("yes", 500)], [noise(20, 3.0, kind="silence")], RATE_HZ, snr_db=(10, 10))
    assert silent.snr_db[0] > 50 and np.std(silent.samples[: RATE_HZ // 2]) == pytest.approx(3.0, rel=0.1)
    (faint,) = lay([word("yes", 500, peak=3.0)], [noise(20, 2_000.0)], RATE_HZ, snr_db=(10, 10))
    assert faint.snr_db[0] < -20 and np.std(faint.samples[: RATE_HZ // 2]) == pytest.approx(2_000 / 31.6, rel=0.1)


def test_nothing_clips() -> None:
    loud = word("yes", 500, peak=32_000.0)
    (stream,) = lay([loud], [noise(20, 9_000.0)], RATE_HZ, snr_db=(0, 0))
    assert np.abs(stream.samples.astype(int)).max() == 32_767 and np.mean(np.abs(stream.samples) > 32_700) < 1e-4


def test_the_same_seed_gives_the_same_and_another_another() -> None:
    quiet = [noise(70, 100.0, seed) for seed in range(2)]
    first, again, other = (list(lay(WORDS, quiet, RATE_HZ, seed=seed)) for seed in (1, 1, 2))
    assert all(np.array_equal(a.samples, b.samples) for a, b in zip(first, again, strict=True))
    assert [stream.spoken for stream in first] == [stream.spoken for stream in again]
    assert spoken(first) != spoken(other)


def test_recordings_may_come_one_by_one_and_be_too_short() -> None:
    short = list(lay(WORDS, iter([noise(2.5, 100.0)]), RATE_HZ))
    assert len(short) == 1 and not short[0].spoken and np.array_equal(short[0].samples, noise(2.5, 100.0).samples)
    long = list(lay(WORDS, iter([noise(70, 100.0, seed) for seed in range(3)]), RATE_HZ))
    assert Counter(spoken(long)) == {"yes": 6, "no": 6}, "no length was told"
    crowded = list(lay(WORDS, [noise(20, 100.0)], RATE_HZ, gap_s=3.0))
    assert len(crowded[0].spoken) == 5, "as many as have room: five seconds and four gaps of three in eighteen"


def test_a_room_leaves_levels_and_times_as_they_are() -> None:
    response = np.zeros(4_000, np.float32)
    response[200] = 1.0
    response[1_000:] = np.random.default_rng(0).normal(0, 0.01, 3_000) * np.linspace(1, 0, 3_000)
    dry, wet = (next(lay([word("yes", 500)], [noise(20, 300.0)], RATE_HZ, rooms=rooms)) for rooms in ([], [response]))
    assert dry.spoken[0].label == wet.spoken[0].label and not np.array_equal(dry.samples, wet.samples)
    power = np.square(wet.samples.astype(np.float64))
    first, end = round(wet.spoken[0].start_s * RATE_HZ), round(wet.spoken[0].end_s * RATE_HZ)
    assert power[first:end].mean() > 5 * power[first - 4_000 : first - 200].mean()
    assert np.std(wet.samples[:4_000]) == pytest.approx(np.std(dry.samples[:4_000]), rel=0.6)


def test_short_recordings_of_one_voice_are_joined_and_others_are_not() -> None:
    talks = [noise(8, 100.0, seed, "speech", speaker) for seed, speaker in enumerate("aaabb")]
    made = list(joined([*talks, noise(80, 100.0, 9)], RATE_HZ, short_s=20))
    assert [(one.name, one.speaker, one.of_samples // RATE_HZ) for one in made] == [
        ("n0 and 2 more", "a", 24),
        ("n3 and 1 more", "b", 16),
        ("n9", "", 80),
    ]
    assert len(made[0].samples) == 24 * RATE_HZ - 2 * 320, "each seam is a fade of 20 ms"
    assert np.array_equal(made[0].samples[: 8 * RATE_HZ - 320], talks[0].samples[:-320])


def test_a_stream_says_which_words_and_which_recordings_are_in_it() -> None:
    """Also where recordings that were joined are joined again."""
    short = [noise(9 + seed, 300.0, seed) for seed in range(12)]
    of = {one.name: one.samples for one in short}
    once = list(joined(short, RATE_HZ))
    twice = list(joined(once, RATE_HZ, short_s=100.0))
    assert len(short) > len(once) > len(twice)
    for one in (*once, *twice):
        assert one.name == f"{one.parts[0][0]} and {len(one.parts) - 1} more"
        for name, start in one.parts:
            own, fade = of[name], RATE_HZ // 50
            heard = one.samples[start + fade : start + len(own) - fade]
            assert np.array_equal(heard, own[fade : len(own) - fade])
    assert [name for one in twice for name, _ in one.parts] == [one.name for one in short]
    streams = list(lay(WORDS, once, RATE_HZ))
    laid = [which for stream in streams for which in stream.words]
    assert [WORDS[which][0] for which in laid] == spoken(streams) and sorted(laid) == list(range(len(WORDS)))
    assert all(stream.parts == one.parts for stream, one in zip(streams, joined(once, RATE_HZ), strict=True))
