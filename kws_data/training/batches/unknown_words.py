"""Teachers tell the frequent words of ``_unknown_`` apart; what they say is put together again for the student.

One label for all other words asks a linear classifier for one direction that all of them share. With a label for each
frequent one, and one for the pseudo-words, a teacher need not find it, and its softened opinion of a clip is better.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from kws_data.scores import UNKNOWN_LABEL
from kws_data.training.batches.train_set import TrainSet


def told_apart(data: TrainSet, least_share: float) -> TrainSet:
    """The same clips, with further labels for words that make up at least ``least_share`` of ``_unknown_``.

    Args:
        data: what a student would learn; the clips that were made count as one word.
        least_share: 0 leaves the labels as they are.
    """
    if not least_share:
        return data
    said = np.asarray([*data.words, *[""] * (len(data.y) - len(data.words))])
    unknown = data.y == UNKNOWN_LABEL
    found, counts = np.unique(said[unknown], return_counts=True)
    frequent = found[counts >= least_share * unknown.sum()]
    y = data.y.copy()
    for number, word in enumerate(frequent):
        y[unknown & (said == word)] = data.labels + number
    return replace(data, y=y, labels=data.labels + len(frequent))


def put_together(logits: Any, labels: int) -> Any:
    """Logits [batch, labels] of logits [batch, labels and more]: what is more belongs to ``_unknown_``."""
    import tensorflow as tf

    if logits.shape[-1] == labels:
        return logits
    parts = tf.concat([logits[:, UNKNOWN_LABEL : UNKNOWN_LABEL + 1], logits[:, labels:]], axis=1)
    unknown = tf.reduce_logsumexp(parts, axis=1, keepdims=True)
    return tf.concat([logits[:, :UNKNOWN_LABEL], unknown, logits[:, UNKNOWN_LABEL + 1 : labels]], axis=1)
