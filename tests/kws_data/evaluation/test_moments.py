"""Moments of streams: their sound is that of the stream at that time, and they say what was said and heard."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scored_streams import KEYWORDS, RATE_HZ, laid, quiet, stream_of
from tiny_bundle import tiny_bundle

from firmware_tools.spotter.stream_spec import StreamSpec
from kws_data.audio import read_audio
from kws_data.errors import DataError
from kws_data.evaluation.listening import Listened
from kws_data.evaluation.moment_finder import MomentFinder
from kws_data.evaluation.moments import (
    FALSE,
    LATE,
    MISSED,
    MOST,
    RIGHT,
    WRONG,
    Moments,
    read_moments,
    write_moments,
)
from kws_data.evaluation.stream_moments import BY_THEMSELVES, IN_NEGATIVES, Origin
from kws_data.evaluation.stream_truth import Spoken

BUNDLE = replace(tiny_bundle(), stream=StreamSpec(3, 2, 1_000, (0, 0, 200, 160)))
ORIGIN = Origin(BY_THEMSELVES, (("first", 0), ("second", 5 * RATE_HZ)))


def sound_of(stream: Listened, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(-9_000, 9_000, stream.samples).astype(np.int16)


def fired(*heights: tuple[int, int, int], windows: int = 400, spoken: tuple[Spoken, ...] = ()) -> Listened:
    """A stream in which a label has a height for 8 windows from a place on."""
    scores = quiet(windows)
    for at, label, height in heights:
        scores[at : at + 8, label] = height
    return stream_of(scores, "stream", "speech", spoken)


def test_a_false_accept_is_kept_with_the_sound_around_it_and_its_recording() -> None:
    stream = fired((100, 2, 120), (250, 3, 90))
    samples, finder = sound_of(stream), MomentFinder(BUNDLE)
    finder.hear(stream, samples, ORIGIN)
    found = finder.found()
    strong, weak = found.moments.moments
    assert (strong.kind, strong.heard, strong.said, weak.heard) == (FALSE, "yes", "", "no")
    assert strong.time_s == pytest.approx(stream.ends[101] / RATE_HZ)  # two windows are averaged
    assert strong.score == pytest.approx((120 + 128) / 256, abs=1e-4)
    assert strong.threshold == pytest.approx((100 + 128) / 256, abs=1e-4)
    assert weak.threshold == pytest.approx((80 + 128) / 256, abs=1e-4)
    first = round((strong.time_s - 2) * RATE_HZ)
    assert np.array_equal(found.chosen[0].samples, samples[first : first + 4 * RATE_HZ])
    assert (strong.begin_s, strong.seconds) == (first / RATE_HZ, 4.0)
    assert found.chosen[0].part == ("second", round(strong.time_s * RATE_HZ) - 5 * RATE_HZ)
    place = strong.times_s.index(strong.time_s)
    assert strong.scores["yes"][place] == pytest.approx(strong.score, abs=1e-3) and strong.scores["no"][place] == 0.0
    assert found.moments.streams[0].threshold == pytest.approx((80 + 128) / 256, abs=1e-4)
    assert max(filter(None, found.moments.streams[0].line)) == pytest.approx(strong.score, abs=1e-3)


def test_an_average_is_told_as_it_was_compared_and_so_never_below_its_threshold() -> None:
    bundle = replace(BUNDLE, stream=StreamSpec(3, 2, 1_000, (0, 0, 201, 160)))
    scores = quiet(300)
    scores[100, 2], scores[101, 2] = 101, 100  # their average, 100.5, is cut to 100 by the detector
    finder, stream = MomentFinder(bundle), stream_of(scores, "stream", "speech", ())
    finder.hear(stream, sound_of(stream), ORIGIN)
    (moment,) = finder.found().moments.moments
    assert moment.score == moment.threshold == pytest.approx((100.5 + 128) / 256, abs=1e-4)
    assert finder.found().moments.streams[0].fired[0].score == (100.5 + 128) / 256


def test_words_are_missed_taken_for_others_answered_late_or_right() -> None:
    words = tuple(Spoken("yes", at, at + 0.5) for at in (4.0, 9.0, 14.0, 19.0))
    at = [round((word.end_s - 1) * RATE_HZ / 960) for word in words]
    stream = fired(
        (at[0] - 1, 2, 120), (at[1] + 10, 2, 110), (at[2], 3, 120), (at[3], 2, 60), windows=500, spoken=words
    )
    finder = MomentFinder(BUNDLE)
    clips, snrs = ("a", "b", "c", "d"), (10.0, 11.0, 12.0, 13.0)
    finder.hear(stream, sound_of(stream), Origin(IN_NEGATIVES, (("r", 0),), clips, snrs))
    found = finder.found()
    by_kind = {one.moment.kind: one for one in found.chosen}
    assert {kind: one.clip_id for kind, one in by_kind.items()} == {RIGHT: "a", LATE: "b", WRONG: "c", MISSED: "d"}
    assert by_kind[WRONG].moment.said == "yes" and by_kind[WRONG].moment.heard == "no"
    missed = by_kind[MISSED].moment
    assert (missed.heard, missed.score, missed.time_s) == ("", 0.7344, 19.25) and missed.answer_ms is None
    late, right = by_kind[LATE].moment, by_kind[RIGHT].moment
    assert late.answer_ms is not None and right.answer_ms is not None and late.answer_ms > 400 > right.answer_ms
    assert by_kind[MISSED].snr_db == 13.0 and found.moments.found == {FALSE: 0, WRONG: 1, MISSED: 1, LATE: 1, RIGHT: 1}


def test_no_more_than_are_worth_hearing_are_kept_and_of_all_words() -> None:
    finder = MomentFinder(BUNDLE)
    for part, stream in enumerate(laid({"yes": [20] * 90, "no": [10] * 5}, parts=5)):
        said = tuple(f"{part}-{place}" for place in range(len(stream.spoken)))
        finder.hear(stream, np.zeros(stream.samples, np.int16), Origin(IN_NEGATIVES, (("r", 0),), said))
    found = finder.found().moments
    labels = [one.said for one in found.moments if one.kind == MISSED]
    assert len(labels) == MOST[MISSED] and labels.count("no") == 5 and found.found[MISSED] == 95
    assert set(labels) == set(KEYWORDS)


def test_what_is_written_is_read_again_and_each_sound_is_that_of_its_stream(tmp_path: Path) -> None:
    stream, finder = fired((100, 2, 120), (250, 3, 90)), MomentFinder(BUNDLE)
    samples = sound_of(stream)
    finder.hear(stream, samples, ORIGIN)
    found = finder.found()
    (tmp_path / "moments").mkdir()
    (tmp_path / "moments" / "777-missed.flac").write_bytes(b"of an older run")
    write_moments(tmp_path, found.moments, [one.samples for one in found.chosen], RATE_HZ)
    first = (tmp_path / "moments.json").read_bytes()
    assert read_moments(tmp_path) == found.moments
    assert {path.name for path in (tmp_path / "moments").iterdir()} == {one.audio for one in found.moments.moments}
    for one in found.moments.moments:
        begin = round(one.begin_s * RATE_HZ)
        heard = read_audio(tmp_path / "moments" / one.audio, RATE_HZ)
        assert np.array_equal(heard, samples[begin : begin + len(heard)]) and len(heard) == one.seconds * RATE_HZ
    write_moments(tmp_path, found.moments, [one.samples for one in found.chosen], RATE_HZ)
    assert (tmp_path / "moments.json").read_bytes() == first


def test_a_missing_or_damaged_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="call kws run --until evaluate first"):
        read_moments(tmp_path)
    (tmp_path / "moments.json").write_text('{"streams": [{}], "moments": [], "found": {}}')
    with pytest.raises(DataError, match="damaged"):
        read_moments(tmp_path)
    assert Moments().to_dict()["moments"] == ()


def test_a_stream_that_is_too_short_has_no_line() -> None:
    finder = MomentFinder(BUNDLE)
    short = Listened("short", "noise", 9_000, np.zeros((0, 4), np.int8), np.zeros(0, np.int64))
    finder.hear(short, np.zeros(9_000, np.int16), Origin(BY_THEMSELVES, (("short", 0),)))
    assert finder.found().moments == Moments(found=dict.fromkeys(MOST, 0))
