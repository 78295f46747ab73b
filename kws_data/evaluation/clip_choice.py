"""The clips worth hearing: how wrong and how sure, a fair mix of kinds, words and speakers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kws_data.evaluation.fair_choice import fair_choice
from kws_data.evaluation.predictions import Predictions
from kws_data.scores import FIRST_KEYWORD, best_keyword

MISSED, WRONG, FALSE, CLOSE = "missed", "wrong keyword", "false accept", "narrowly right"
KINDS = (MISSED, WRONG, FALSE, CLOSE)
LOOKED_AT = 12  # times as many as are chosen, of each kind, among which the mix is made


@dataclass(frozen=True)
class Chosen:
    """A clip worth hearing: its kind, and how wrong and sure (0 to 1)."""

    clip_id: str
    kind: str
    severity: float


def severities(held_out: Predictions, threshold: float) -> dict[str, tuple[NDArray[np.intp], NDArray[np.float64]]]:
    """Rows of each kind and how much each matters, 0 to 1.

    A keyword that was missed matters the more the lower its own score was; a wrong keyword and a false accept the
    higher the score of what was heard. Right decisions matter the more the nearer the score that decided (a keyword's
    own, of other clips the best keyword's) was to the threshold.
    """
    own = held_out.scores[np.arange(len(held_out)), held_out.y].astype(np.float64)
    _, best = best_keyword(held_out.scores)
    keyword, fired = held_out.y >= FIRST_KEYWORD, held_out.detected >= 0
    right = np.where(keyword, held_out.detected == held_out.y, ~fired)
    near = 1.0 - np.abs(np.where(keyword, own, best) - threshold)
    kinds = {
        MISSED: (keyword & ~fired, 1.0 - own),
        WRONG: (keyword & fired & ~right, best),
        FALSE: (~keyword & fired, best),
        CLOSE: (right, near),
    }
    return {kind: (rows := np.flatnonzero(mask), severity[rows]) for kind, (mask, severity) in kinds.items()}


def counts_of(held_out: Predictions, threshold: float) -> dict[str, int]:
    """How many clips there are of each kind of mistake."""
    return {kind: len(rows) for kind, (rows, _) in severities(held_out, threshold).items() if kind != CLOSE}


def worst_clips(
    held_out: Predictions,
    threshold: float,
    groups_of: Callable[[Sequence[str]], Mapping[str, tuple[str, ...]]],
    most: int = 50,
) -> list[Chosen]:
    """The clips, those of a kind together, the worst first; where fewer are wrong, the narrowly right ones fill up.

    Mistakes are a fair mix; of the right ones the narrowest are taken, whoever says them.

    Args:
        held_out: predictions of one engine on test clips.
        threshold: at which they were decided, as a probability.
        groups_of: clip ids -> what each is to be mixed by (word, speaker).
        most: how many.
    """
    ranked = {}
    for kind, (rows, severity) in severities(held_out, threshold).items():
        order = np.argsort(-severity, kind="stable")[: most * LOOKED_AT]
        ranked[kind] = (rows[order], severity[order])
    ids = [str(held_out.clip_ids[row]) for rows, _ in ranked.values() for row in rows]
    groups = groups_of(ids)
    shares = _shares({kind: len(rows) for kind, (rows, _) in ranked.items()}, most)
    chosen = []
    for kind, (rows, severity) in ranked.items():
        mixed = [groups.get(str(held_out.clip_ids[row]), ("", "")) for row in rows]
        narrowest = list(range(shares[kind]))  # they are in order
        taken = narrowest if kind == CLOSE else fair_choice(severity.tolist(), mixed, shares[kind])
        chosen += [Chosen(str(held_out.clip_ids[rows[at]]), kind, float(severity[at])) for at in taken]
    return chosen


def _shares(there: Mapping[str, int], most: int) -> dict[str, int]:
    """Places of each kind of mistake: alike, those that one does not need are shared by the others; then CLOSE."""
    shares = dict.fromkeys(there, 0)
    for at in range(most):
        open_kinds = [kind for kind in there if kind != CLOSE and shares[kind] < there[kind]]
        if open_kinds:
            shares[min(open_kinds, key=lambda kind: shares[kind])] += 1
        else:
            shares[CLOSE] = min(there[CLOSE], most - at)
            break
    return shares
