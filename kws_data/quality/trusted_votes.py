"""From which probability on what a head says may be taken for a label: found on clips whose label is known.

Three questions, all answered out of fold, by speaker: how often what is said with a probability is right (isotonic
regression, Zadrozny & Elkan 2002: that share is the confidence that is stated), from which probability on so few are
wrong that the share stays below a limit with 97.5 % certainty, and how many are wrong where the limit was found on
other people.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kws_data.statistics.intervals import wilson

MOST_WRONG = 0.02
NEVER = 2.0  # a limit that no probability reaches
Shares = NDArray[np.float64]


@dataclass(frozen=True)
class Trust:
    """When votes are trusted.

    Attributes:
        limit: probability from which on so few are wrong; :data:`NEVER` where none is enough.
        clips: with known labels, all judged out of fold.
        accepted: of those, how many reach the limit that was found on other people.
        wrong: of those, how many have another label.
        wrong95: 95 % interval of the share that is wrong, each clip counted by itself.
        confidence: from probabilities to the share that is right.
    """

    limit: float
    clips: int
    accepted: int
    wrong: int
    wrong95: tuple[float, float]
    confidence: Callable[[Shares], Shares]

    @property
    def wrong_share(self) -> float | None:
        """Share of accepted labels that are wrong; None where none was accepted."""
        return self.wrong / self.accepted if self.accepted else None


def trust(sure: Shares, right: NDArray[np.bool_], folds: NDArray[np.int64], most_wrong: float = MOST_WRONG) -> Trust:
    """When to trust votes.

    Args:
        sure: the largest probability of each clip, out of fold ``[clips]``.
        right: whether the class that has it is the clip's label.
        folds: parts by speaker.
        most_wrong: the share of accepted labels that may be wrong.
    """
    accepted = np.zeros(len(sure), np.bool_)
    for fold in np.unique(folds):
        inside = folds == fold
        accepted[inside] = sure[inside] >= limit_of(sure[~inside], right[~inside], most_wrong)
    count, wrong = int(accepted.sum()), int((accepted & ~right).sum())
    limit = limit_of(sure, right, most_wrong)
    return Trust(limit, len(sure), count, wrong, wilson(wrong, count), _calibrated(sure, right))


def limit_of(sure: Shares, right: NDArray[np.bool_], most_wrong: float) -> float:
    """The least probability from which on the upper end of the wrong share's 95 % interval is within the limit."""
    order = np.argsort(-sure, kind="stable")
    wrong = np.cumsum(~right[order])
    best = NEVER
    for count in range(1, len(order) + 1):
        last = count == len(order) or sure[order[count]] < sure[order[count - 1]]
        if last and wilson(int(wrong[count - 1]), count)[1] <= most_wrong:
            best = float(sure[order[count - 1]])
    return best


def _calibrated(sure: Shares, right: NDArray[np.bool_]) -> Callable[[Shares], Shares]:
    from sklearn.isotonic import IsotonicRegression

    model = IsotonicRegression(y_min=0.0, y_max=1.0 - 1.0 / (len(sure) + 2), out_of_bounds="clip")
    model.fit(sure, right.astype(np.float64))

    def confidence(asked: Shares) -> Shares:
        return np.asarray(model.predict(asked), np.float64)

    return confidence
