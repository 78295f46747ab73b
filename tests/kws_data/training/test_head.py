"""The head on the encoder: least loss, the same bytes each time, as soft as asked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kws_data.training.teachers.head import Head, fit_head, log_softmax, temperature_for

RNG = np.random.default_rng(4)
CENTRES = RNG.normal(size=(3, 12))
Y = RNG.integers(0, 3, 400)
X = (CENTRES[Y] + 0.6 * RNG.normal(size=(400, 12))).astype(np.float16)


def test_it_tells_labels_apart_that_can_be_told_apart() -> None:
    head = fit_head(X, Y, 3, np.ones(400))
    assert (head(X).argmax(axis=1) == Y).mean() > 0.98
    assert head(X.reshape(20, 20, 12)).shape == (20, 20, 3)
    again = fit_head(X, Y, 3, np.ones(400))
    assert again.weights.tobytes() == head.weights.tobytes()


def test_its_loss_is_least_where_it_stands() -> None:
    """The gradient of the weighted loss vanishes; a clip of weight 0 changes nothing."""
    weights = RNG.random(400)
    weights[:40] = 0
    head = fit_head(X, Y, 3, weights)
    x = (X.astype(np.float32) - head.mean) / head.spread
    wanted = 0.95 * np.eye(3)[Y] + 0.05 / 3
    error = (np.exp(log_softmax(head(X))) - wanted) * (weights / weights.sum())[:, None]
    assert np.abs(x.T @ error + 0.03 * head.weights).max() < 2e-3 and np.abs(error.sum(axis=0)).max() < 2e-3
    other = Y.copy()
    other[:40] = (Y[:40] + 1) % 3
    assert np.allclose(fit_head(X, other, 3, weights).weights, head.weights, atol=1e-6)


def test_more_ridge_is_less_weight() -> None:
    small, large = (float(np.abs(fit_head(X, Y, 3, np.ones(400), ridge).weights).sum()) for ridge in (0.01, 1.0))
    assert large < 0.5 * small


@pytest.mark.parametrize("entropy", [0.2, 0.45, 0.9])
def test_the_temperature_gives_the_entropy(entropy: float) -> None:
    logits = 3 * RNG.normal(size=(500, 2, 6))
    logs = log_softmax(logits / temperature_for(logits, entropy))
    assert abs(float(np.median(-(np.exp(logs) * logs).sum(axis=-1))) - entropy) < 1e-3


def test_an_entropy_that_no_temperature_gives_ends_at_a_bound() -> None:
    assert temperature_for(np.zeros((10, 4)), 0.5) == pytest.approx(0.05, rel=1e-3)


def test_it_comes_back_from_its_file(tmp_path: Path) -> None:
    head = fit_head(X, Y, 3, np.ones(400))
    head.save(tmp_path / "head.npz")
    assert np.array_equal(Head.load(tmp_path / "head.npz")(X), head(X))
