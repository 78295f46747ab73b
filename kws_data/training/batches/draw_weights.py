"""How often each clip is drawn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kws_data.labels import SPEECH
from kws_data.scores import FIRST_KEYWORD, UNKNOWN_LABEL


def draw_weights(
    y: NDArray[np.int64], words: Sequence[str], shares: NDArray[np.float64], word_balance: float = 0.35
) -> NDArray[np.float64]:
    """How often each clip is drawn: ``shares`` [labels] says for all of a label; within it rare words are favoured
    (a word of n clips is drawn as often as n to the power of 1 - ``word_balance`` says)."""
    _, group, counts = np.unique(np.asarray(words), return_inverse=True, return_counts=True)
    weights = counts[group] ** -word_balance
    total = np.bincount(y, weights, minlength=len(shares))
    return np.asarray(weights * (shares / np.maximum(total, 1e-9))[y])


def with_real_share(
    weights: NDArray[np.float64], y: NDArray[np.int64], real: NDArray[np.bool_], share: float | None
) -> NDArray[np.float64]:
    """The weights, those of people made so large that they are ``share`` of the draws of each keyword that both people
    and synthetic voices say; other labels, and all when ``share`` is None, stay as they are."""
    changed = weights.copy()
    for label in np.unique(y[real & (y >= FIRST_KEYWORD)]) if share is not None else ():
        people, voices = real & (y == label), ~real & (y == label)
        if share is not None and voices.any() and weights[people].any():
            changed = at_share(changed, people, voices, share)
    return changed


def at_share(
    weights: NDArray[np.float64], some: NDArray[np.bool_], others: NDArray[np.bool_], share: float
) -> NDArray[np.float64]:
    """The weights, those of ``some`` made ``share`` of those of both, whose sum stays."""
    first, second = weights[some].sum(), weights[others].sum()
    changed = weights.copy()
    changed[some] *= share * (first + second) / first
    changed[others] *= (1.0 - share) * (first + second) / second
    return changed


def with_speech_share(
    weights: NDArray[np.float64], y: NDArray[np.int64], words: Sequence[str], share: float | None
) -> NDArray[np.float64]:
    """The weights, those of running speech made so large that they are ``share`` of the draws of ``_unknown_``; all
    stay as they are when ``share`` is None, or when there is no running speech or no other word."""
    unknown = y == UNKNOWN_LABEL
    speech = unknown & (np.asarray(words) == SPEECH)
    single, running = weights[unknown & ~speech].sum(), weights[speech].sum()
    if share is None or not single or not running:
        return weights
    return at_share(weights, speech, unknown & ~speech, share)
