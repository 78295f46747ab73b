import numpy as np

from firmware_tools.frontend.host import HostFrontend
from firmware_tools.frontend.spec import FrontendSpec
from kws_data.training.batches.pseudo_words import level_db, spliced, with_pseudo_words, word_span

SPEC = FrontendSpec()


def low_then_high(seed: int) -> np.ndarray:
    """A "word" of a low and a high noise in the middle of a quiet second, as features."""
    rng = np.random.default_rng(seed)
    clip = rng.normal(0, 10, 16_000)
    noise = rng.normal(0, 3_000, 3_200)
    clip[4_800:8_000] += np.convolve(noise, np.ones(12) / 12, "same")
    clip[8_000:11_200] += np.diff(noise, n=3, prepend=[0, 0, 0]) / 3
    return HostFrontend(SPEC).one(np.clip(clip, -32_768, 32_767).astype(np.int16))


def test_a_word_is_found_where_its_energy_is() -> None:
    start, middle, end = word_span(level_db(low_then_high(0), SPEC))
    assert abs(start - 14) <= 2 and abs(middle - 24) <= 2 and abs(end - 35) <= 2


def test_a_silent_clip_has_a_span_too() -> None:
    levels = level_db(np.full((49, 40), -128, np.int8), SPEC)
    start, middle, end = word_span(levels)
    assert 0 <= start < middle < end <= 50


def test_a_splice_is_the_end_of_one_and_the_beginning_of_the_other() -> None:
    a, b = low_then_high(1), low_then_high(2)
    tilt = a[:, 1].astype(int)
    assert tilt[18] > 10 > -10 > tilt[30]
    clip = spliced(a, b, SPEC)
    assert {tuple(frame) for frame in clip[14:24]} <= {tuple(frame) for frame in a[24:36]}
    assert {tuple(frame) for frame in clip[26:33]} <= {tuple(frame) for frame in b[13:25]}
    assert clip[20, 1] < -10 and clip[30, 1] > 10
    quiet = a[level_db(a, SPEC).argmin()]
    assert (clip[:10] == quiet).all() and (clip[-10:] == quiet).all()


def test_new_clips_are_unknown_and_come_after_the_old_ones() -> None:
    rng = np.random.default_rng(1)
    x = rng.integers(-128, 128, (100, 3, 49, 40)).astype(np.int8)
    y = np.arange(100) % 4
    more, labels = with_pseudo_words(x, y, SPEC, np.random.default_rng(2))
    assert np.array_equal(more[:100], x) and np.array_equal(labels[:100], y)
    assert len(more) == len(labels) == 100 + 7 + 6 and set(labels[100:]) == {1}
    backwards = more[100][:, ::-1]
    assert any(np.array_equal(backwards, clip) for clip in x[y >= 2])


def test_the_same_seed_makes_the_same_words() -> None:
    x = np.random.default_rng(1).integers(-128, 128, (40, 2, 49, 40)).astype(np.int8)
    y = np.full(40, 2)
    one, two = (with_pseudo_words(x, y, SPEC, np.random.default_rng(5))[0] for _ in range(2))
    assert np.array_equal(one, two)
