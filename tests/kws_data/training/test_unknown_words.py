"""Teachers tell words of ``_unknown_`` apart, and students hear one opinion of all of them."""

from __future__ import annotations

import numpy as np
import pytest

from kws_data.training.batches.train_set import TrainSet
from kws_data.training.batches.unknown_words import put_together, told_apart

LABELS = 4  # silence, unknown, two keywords
WORDS = ("", "cat", "cat", "bed", "bed", "rare", "go", "up")
Y = np.array([0, 1, 1, 1, 1, 1, 2, 3, 1, 1])  # the last two are pseudo-words


def data() -> TrainSet:
    return TrainSet(np.zeros((len(Y), 1, 4, 2), np.int8), Y, LABELS, words=WORDS)


def test_frequent_words_of_unknown_get_labels_of_their_own() -> None:
    apart = told_apart(data(), 0.2)
    assert apart.labels == LABELS + 3  # pseudo-words, bed, cat; not the rare one
    assert apart.y.tolist() == [0, 6, 6, 5, 5, 1, 2, 3, 4, 4]
    assert data().y.tolist() == Y.tolist()


def test_no_share_leaves_the_labels_as_they_are() -> None:
    assert told_apart(data(), 0.0).y is Y


def test_put_together_adds_the_probabilities_of_unknown() -> None:
    tf = pytest.importorskip("tensorflow")
    logits = np.random.default_rng(0).normal(0, 3, (5, LABELS + 3)).astype(np.float32)
    shares = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    expected = shares[:, :LABELS].copy()
    expected[:, 1] += shares[:, LABELS:].sum(1)
    together = tf.nn.softmax(put_together(tf.constant(logits), LABELS)).numpy()
    np.testing.assert_allclose(together, expected, rtol=1e-5)


def test_a_teacher_with_the_students_labels_is_heard_as_it_is() -> None:
    logits = np.ones((2, LABELS), np.float32)
    assert put_together(logits, LABELS) is logits
