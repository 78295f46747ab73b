"""Windows of negatives in a batch, rounds of listening, and a fit that goes on after an interruption."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kws_data.config.model import ModelSettings
from kws_data.config.training import NegativesSettings, TrainSettings
from kws_data.training.batches.draw import epoch_batches
from kws_data.training.batches.negatives import NO_WINDOWS, PLACE, Negatives, load_negatives
from kws_data.training.batches.train_set import TrainSet
from kws_data.training.checkpoint import Checkpoint
from kws_data.training.fit import Fit, FitRecipe, FitWatch, fit
from kws_data.training.hard_negatives import HARD, count_events, listen_to_negatives
from kws_data.training.pace import round_is_due
from kws_data.training.watch import doubt

FRAMES, FEATURES = 20, 6
SHAPE = ModelSettings(family="temporal_dscnn", channels=8, blocks=1, kernel=3)
SETTINGS = TrainSettings(
    epochs=4, batch=16, ema=0.9, label_smoothing=0.0, negatives=NegativesSettings(share=0.5, rounds=3)
)


def some_negatives(stretches: int = 6) -> Negatives:
    rng = np.random.default_rng(1)
    x = rng.integers(-128, 128, (stretches, 2, 80, FEATURES)).astype(np.int8)
    return Negatives(x, np.arange(stretches) % 2, FRAMES)


def some_clips(negatives: Negatives | None = None) -> TrainSet:
    rng = np.random.default_rng(2)
    x = rng.integers(-128, 128, (48, 2, FRAMES, FEATURES)).astype(np.int8)
    return TrainSet(x, np.arange(48) % 4, 4, negatives=negatives)


def test_windows_are_cut_where_they_say() -> None:
    negatives = some_negatives()
    (window,) = negatives.windows(np.array([[3, 1, 2]], np.int32))
    assert np.array_equal(window, negatives.x[3, 1, 2 * PLACE : 2 * PLACE + FRAMES])
    last = np.array([[0, 0, negatives.places - 1]], np.int32)
    assert negatives.windows(last).shape == (1, FRAMES, FEATURES)


def test_kinds_are_drawn_by_their_share_and_hard_ones_by_theirs() -> None:
    negatives, rng = some_negatives(), np.random.default_rng(0)
    settings = NegativesSettings(noise_share=0.25, hard_share=0.5)
    hard = np.array([[1, 0, 3]] * 40, np.int32)
    drawn = negatives.draw(80, settings, hard, rng)
    assert (negatives.y[drawn[:, 0]] == 0).sum() == 20
    assert (drawn[:, 0] == 1).sum() >= 30 and (drawn[20:50] == [1, 0, 3]).all()
    assert drawn[:, 2].max() < negatives.places


def test_speech_alone_gives_all_windows() -> None:
    negatives = replace(some_negatives(), y=np.ones(6, np.int64))
    drawn = negatives.draw(50, NegativesSettings(noise_share=0.5), NO_WINDOWS, np.random.default_rng(0))
    assert len(drawn) == 50


def test_a_batch_has_windows_after_its_clips_with_their_labels() -> None:
    data = some_clips(some_negatives())
    for batch in epoch_batches(data, SETTINGS, 3, np.random.default_rng(0)):
        assert batch.x.shape == (32, FRAMES, 1, FEATURES) and batch.target.shape == (32, 4)
        assert (batch.target[16:].argmax(axis=1) < 2).all()
        assert batch.soft.shape == (32, 0)
    for batch in epoch_batches(some_clips(), SETTINGS, 3, np.random.default_rng(0)):
        assert len(batch.x) == 16


def test_what_teachers_say_of_negatives_is_their_label() -> None:
    data = replace(some_clips(some_negatives()), soft=np.full((48, 2, 4), 0.25, np.float32))
    batch = next(iter(epoch_batches(data, SETTINGS, 1, np.random.default_rng(0))))
    assert np.array_equal(batch.soft[16:], batch.target[16:]) and (batch.soft[:16] == 0.25).all()


def test_a_round_finds_the_windows_that_score_high() -> None:
    negatives = some_negatives(4)
    negatives.x[:, :, :, :] = 0
    negatives.x[2, 0, 30, 0] = 100  # one frame that a model takes for a keyword

    def score(x: np.ndarray) -> np.ndarray:
        keyword = (x[:, :, 0, 0].max(axis=1) > 0.5).astype(np.float32)
        return np.stack([1 - keyword, 0 * keyword, keyword], axis=1)

    found = listen_to_negatives(score, negatives, np.random.default_rng(0))
    assert set(found.hard[:, 0]) == {2} and HARD < 1
    assert {int(place) for place in found.hard[:, 2]} == {3, 4, 5, 6}
    assert found.false_accepts_per_hour == pytest.approx(1 / negatives.hours)


def test_what_is_certain_and_not_written_down_is_doubtful_and_not_drawn() -> None:
    untold = np.array([False, True, True, False, True, False])
    negatives = replace(some_negatives(), y=np.ones(6, np.int64), untold=untold, recordings=tuple("abcdef"))
    certain = np.zeros((6, negatives.places), np.float32)
    certain[:3, 4:7], certain[4, 4:6] = 0.99, 0.99  # three windows in a row; two are not enough
    scores = certain.reshape(-1)

    def score(x: np.ndarray) -> np.ndarray:
        keyword = np.resize(scores, len(x))
        return np.stack([1 - keyword, 0 * keyword, keyword], axis=1)

    found = listen_to_negatives(score, negatives, np.random.default_rng(0))
    assert found.doubtful == {1, 2} and not set(found.hard[:, 0]) & {1, 2}
    left = replace(negatives, doubtful=found.doubtful)
    drawn = left.draw(200, NegativesSettings(), found.hard, np.random.default_rng(0))
    assert set(drawn[:, 0]) == {0, 3, 4, 5}
    assert "such as b, c" in doubt(["b", "c"])


def test_events_are_counted_once() -> None:
    heard = np.array([[0, 1, 1, 0, 0, 0, 0, 1], [1, 0, 0, 0, 0, 0, 0, 0]], bool)
    assert count_events(heard, 3) == 3
    assert count_events(heard, 10) == 2


@pytest.mark.parametrize(("epochs", "rounds", "due"), [(8, 3, [2, 4, 6]), (4, 3, [1, 2, 3]), (5, 1, [3]), (6, 0, [])])
def test_rounds_are_spread_evenly(epochs: int, rounds: int, due: list[int]) -> None:
    assert [epoch for epoch in range(epochs) if round_is_due(epoch, epochs, rounds, goes_on=False)] == due
    assert round_is_due(0, epochs, rounds, goes_on=True) == bool(rounds)


def test_an_interrupted_fit_ends_with_the_same_weights(tmp_path: Path) -> None:
    data, recipe = some_clips(some_negatives()), FitRecipe(SHAPE, SETTINGS, 3)
    whole, history = fit(data, recipe)

    class StopError(Exception):
        pass

    def stop(state: Fit) -> None:
        if state.epoch == 2:
            state.save(checkpoint)
            raise StopError

    checkpoint = Checkpoint(tmp_path / "checkpoint.npz", "key")
    with pytest.raises(StopError):
        fit(data, recipe, watch=FitWatch(checkpoint=checkpoint, watchers=[stop]))
    resumed, after = fit(data, recipe, watch=FitWatch(checkpoint=checkpoint))
    assert [round_[0] for round_ in history.rounds] == [1, 2, 3] and len(after.rounds) == 3
    for one, other in zip(whole.get_weights(), resumed.get_weights(), strict=True):
        assert np.array_equal(one, other)


def test_a_data_set_without_negatives_has_none(tmp_path: Path) -> None:
    assert load_negatives(tmp_path, FRAMES, 0.02) is None
