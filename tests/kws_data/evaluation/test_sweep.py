"""The sweep is the C detector, for any thresholds, and counts by kind what is false and what is missed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_tools.spotter.detector import FirmwareDetector
from firmware_tools.spotter.stream_spec import StreamSpec
from kws_data.evaluation.listening import Listened
from kws_data.evaluation.margins import margins_of, sums_of
from kws_data.evaluation.stream_truth import Spoken
from kws_data.evaluation.sweep import sweep_of

LABELS = ("_silence_", "_unknown_", "yes", "no", "up")
RATE_HZ = 16_000
HOP = 960


def stream_of(
    scores: np.ndarray, kind: str = "speech", spoken: tuple[Spoken, ...] = (), mentioned: frozenset[str] = frozenset()
) -> Listened:
    ends = np.arange(len(scores), dtype=np.int64) * HOP + RATE_HZ
    samples = RATE_HZ + HOP * len(scores)
    return Listened("a", kind, samples, scores.astype(np.int8), ends, spoken, mentioned)


@settings(max_examples=60, deadline=None)
@given(
    windows=st.integers(0, 300),
    average=st.integers(1, 12),
    refractory_ms=st.sampled_from([0, 60, 250, 1_000]),
    thresholds=st.lists(st.integers(-60, 90), min_size=3, max_size=3),
    shift=st.integers(-30, 60),
    steps=st.sampled_from([1, 16]),
    seed=st.integers(0, 1_000),
)
def test_it_detects_what_the_detector_of_the_board_detects(
    windows: int, average: int, refractory_ms: int, thresholds: list[int], shift: int, steps: int, seed: int
) -> None:
    """Coarse scores make equals of sums and margins, of which the first keyword wins."""
    rng = np.random.default_rng(seed)
    scores = (rng.integers(-128, 128, (windows, len(LABELS))) // steps * steps).astype(np.int8)
    sums = [threshold * average for threshold in thresholds]
    spec = StreamSpec(average=average, refractory_ms=refractory_ms, sums=(0, 0, *(one + shift for one in sums)))
    stream = stream_of(scores)
    detector = FirmwareDetector(len(LABELS), 0, spec, sample_rate_hz=RATE_HZ)
    expected = [(one.sample, one.label) for one in detector.run(stream.scores, stream.ends)]
    least = min(spec.sums or ())
    margins = margins_of(sums_of(stream.scores, stream.ends, average, least), sums)
    at = margins.fired(shift, spec.refractory_samples(RATE_HZ))
    assert list(zip(margins.ends[at].tolist(), margins.labels[at].tolist(), strict=True)) == expected


def test_recordings_of_a_kind_are_counted_each_for_itself() -> None:
    """A detection at the end of one does not keep the beginning of the next from being heard."""
    scores = np.full((3, 5), -128)
    scores[-1, 2] = scores[0, 3] = 100
    sweep = sweep_of([stream_of(scores)] * 4 + [stream_of(scores, "noise")], LABELS, RATE_HZ, 1, 10 * RATE_HZ)
    tally = sweep.aimed((50, 50, 50)).tally()
    assert tally.false == {"speech": {"no": 4}, "noise": {"no": 1}}
    assert list(sweep.hours) == ["speech", "noise"]
    assert sweep.hours["speech"] == pytest.approx(4 * (1 + 3 * 0.06) / 3_600)


def test_words_are_heard_in_their_time_and_what_was_mentioned_does_not_count() -> None:
    scores = np.full((100, 5), -128)
    scores[20, 2] = scores[60, 2] = 100  # after 2.2 s and 4.6 s
    scores[90, 3] = 100
    words = (Spoken("yes", 1.6, 2.0), Spoken("up", 4.0, 4.4))
    stream = stream_of(scores, "noise", words, frozenset({"no"}))
    tally = sweep_of([stream], LABELS, RATE_HZ, 1, 0).aimed((0, 0, 0)).tally()
    assert tally.false == {"noise": {"yes": 1}}
    assert tally.missed == 1 and [word.heard for word in tally.words] == [True, False]
    assert tally.response_ms() == pytest.approx([200.0])


def test_counts_are_those_of_a_tally_where_they_are_few() -> None:
    rng = np.random.default_rng(3)
    streams = [stream_of(rng.integers(-128, 128, (400, 5)), kind) for kind in ("speech", "noise", "speech")]
    aimed = sweep_of(streams, LABELS, RATE_HZ, 3, RATE_HZ).aimed((0, 10, -10))
    shifts = list(range(0, 400, 10))
    for kind in ("speech", None):
        counts = aimed.counts(kind, shifts, 12)
        for shift, count in zip(shifts, counts, strict=True):
            false = aimed.tally(shift).false
            true = sum(one.total() for name, one in false.items() if kind in (None, name))
            assert count == true if count <= 12 else count == 13
        assert max(counts) == 13 and counts[-1] <= 12
