"""The worst clips: a fair mix of mistakes, the surest first, with scores over time that end in the decided one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_dataset import made_row, make_dataset
from tiny_bundle import tiny_bundle

from kws_data.errors import DataError
from kws_data.evaluation.clip_choice import CLOSE, FALSE, MISSED, WRONG, counts_of, worst_clips
from kws_data.evaluation.inference import host_features, int8_scores
from kws_data.evaluation.predictions import Predictions, predicted
from kws_data.evaluation.worst_clips import WorstClips, read_worst, write_worst
from kws_data.evaluation.worst_finder import find_worst, slid_over
from kws_data.features.load import feature_path, places_of
from kws_data.scores import probabilities

BUNDLE = tiny_bundle()


def held_out(rows: list[tuple[int, list[int]]]) -> Predictions:
    """Clips c0, c1 and so on: label, and int8 scores of yes and no; the threshold is 0 (a probability of a half)."""
    scores = np.array([[-128, -128, *keywords] for _, keywords in rows], np.int8)
    ids = np.array([f"c{place}" for place in range(len(rows))])
    return predicted(BUNDLE, "int8", "test", ids, np.array([label for label, _ in rows]), scores)


def of_one_speaker(ids: list[str]) -> dict[str, tuple[str, ...]]:
    return dict.fromkeys(ids, ("yes", "s1"))


def test_kinds_are_told_apart_and_the_surest_come_first() -> None:
    made = held_out(
        [
            (2, [-100, -50]),
            (2, [-120, -50]),
            (2, [10, 90]),
            (1, [20, 0]),
            (0, [-128, 127]),
            (3, [-128, 5]),
            (1, [-2, 0]),
        ]
    )
    chosen = worst_clips(made, 0.5, of_one_speaker, 50)
    told = [(one.clip_id, one.kind) for one in chosen]
    assert told[:6] == [("c1", MISSED), ("c0", MISSED), ("c2", WRONG), ("c4", FALSE), ("c3", FALSE), ("c6", FALSE)]
    assert told[6:] == [("c5", CLOSE)] and counts_of(made, 0.5) == {MISSED: 2, WRONG: 1, FALSE: 3}
    assert chosen[0].severity == pytest.approx(1 - 8 / 256) and chosen[3].severity == pytest.approx(255 / 256)


def test_right_clips_are_taken_by_their_distance_from_the_threshold_whoever_says_them() -> None:
    """It is that of the score that decided: a keyword's own, of other clips the best keyword's."""
    near = [(2, [18, -128]), (3, [-128, 30]), (1, [-20, -90]), (2, [60, -128])]
    made = held_out([*[(1, [-128, -128])] * 40, *near, *[(2, [127, -128])] * 40])

    def groups_of(ids: list[str]) -> dict[str, tuple[str, ...]]:
        return {one: ("yes", "s1") if 40 <= int(one[1:]) < 44 else (one, one) for one in ids}

    chosen = worst_clips(made, 0.5, groups_of, 4)
    assert [(one.clip_id, one.kind) for one in chosen] == [(f"c{at}", CLOSE) for at in (40, 42, 41, 43)]
    assert [one.severity for one in chosen] == pytest.approx([1 - at / 256 for at in (18, 20, 30, 60)])
    nearer = worst_clips(made, (128 + 40) / 256, groups_of, 1)  # of the same decisions the distance is another
    assert nearer[0].clip_id == "c41"


def test_no_kind_and_no_speaker_takes_all_places() -> None:
    made = held_out([(2, [-128, -128])] * 200 + [(1, [100, 0])] * 60 + [(2, [0, 127])] * 2)

    def groups_of(ids: list[str]) -> dict[str, tuple[str, ...]]:
        return {one: ("w", "loud" if int(one[1:]) < 190 else one) for one in ids}

    chosen = worst_clips(made, 0.5, groups_of, 50)
    kinds = [one.kind for one in chosen]
    assert (kinds.count(MISSED), kinds.count(WRONG), kinds.count(FALSE), len(chosen)) == (24, 2, 24, 50)
    missed = [one.clip_id for one in chosen if one.kind == MISSED]
    assert sum(int(one[1:]) >= 190 for one in missed) == 10  # each of the other speakers


def test_scores_over_time_hold_the_one_that_decided_the_clip() -> None:
    samples = np.random.default_rng(3).integers(-8_000, 8_000, 16_000).astype(np.int16)
    every = replace(BUNDLE, stream=replace(BUNDLE.stream, stride_frames=1))
    times, scores = slid_over(every, samples)
    decided, _ = int8_scores(BUNDLE.tflite, host_features(BUNDLE, samples[np.newaxis]))
    nearest = int(np.argmin(np.abs(np.array(times) - 1.0)))
    assert abs(times[nearest] - 1.0) <= 0.02 and list(scores) == ["yes", "no"] and times[-1] > 1.4
    for place, label in enumerate(scores, 2):
        assert scores[label][nearest] == pytest.approx(float(probabilities(decided)[0, place]), abs=0.02)


def test_only_the_chosen_clips_are_looked_for_and_the_file_is_read_again(tmp_path: Path) -> None:
    clips = np.random.default_rng(0).integers(-99, 99, (3, 16_000)).astype(np.int16)
    make_dataset(tmp_path, [made_row(0, clip_id="c0", split="test"), made_row(1, clip_id="c1", split="test")])
    np.save(tmp_path / "audio-test.npy", clips[::-1])
    np.save(feature_path(tmp_path, "test", "ids"), np.array(["c2", "c1", "c0"]))
    made = held_out([(2, [-100, -50]), (2, [90, -50]), (1, [20, 0])])
    found = find_worst(BUNDLE, made, tmp_path, most=2)
    assert [one.clip_id for one in found.clips] == ["c0", "c2"] and found.of == 3 and found.threshold == 0.5
    assert (
        found.clips[0].times_s == slid_over(BUNDLE, clips[0])[0]
        and found.clips[0].scores == slid_over(BUNDLE, clips[0])[1]
    )
    write_worst(tmp_path, found)
    assert read_worst(tmp_path) == found
    assert places_of(tmp_path, "test", ["c0", "c1"]) == [2, 1]
    with pytest.raises(DataError, match="another data set"):
        places_of(tmp_path, "test", ["c9"])
    (tmp_path / "worst.json").write_text("{}")
    with pytest.raises(DataError, match="damaged"):
        read_worst(tmp_path)
    assert WorstClips.from_dict(WorstClips().to_dict()) == WorstClips()
