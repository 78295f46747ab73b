"""Labels that are likely wrong: confident learning on what out-of-fold models say.

The score is cleanlab's normalised margin (Northcutt, Jiang & Chuang, "Confident Learning: Estimating Uncertainty in
Dataset Labels", JAIR 2021): half of 1 + p(given) - p(likeliest other). Below a limit the other word leads by so much
that most are wrong (docs/label_errors.md), and it is suggested instead. What cleanlab's confident joint adds beyond
those is doubtful: worth a look, not a change.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kws_data.catalog.changes import LOOK, RELABEL, SET_ASIDE, Finding
from kws_data.labels import UNKNOWN
from kws_data.quality.out_of_fold import OutOfFold

LABEL_ERROR, LABEL_DOUBT = "label error", "label doubt"
#: Quality below which a label is called wrong, where an encoder hears (the other word leads by 0.55) and where not
#: (0.65): judges without one are surer of their errors.
WRONG, WRONG_UNHEARD = 0.225, 0.175


@dataclass(frozen=True)
class LabelScores:
    """How likely each label is right.

    Attributes:
        quality: cleanlab's normalised margin, 0 (certainly wrong) to 1, float64 ``[clips]``.
        other: the likeliest other class of each clip, int ``[clips]``.
        doubted: clips that confident learning counts as wrong, bool ``[clips]``.
    """

    quality: NDArray[np.float64]
    other: NDArray[np.int64]
    doubted: NDArray[np.bool_]


def limit_of(found: OutOfFold) -> float:
    """Quality below which a label is called wrong."""
    return WRONG_UNHEARD if found.embeddings is None else WRONG


def label_scores(found: OutOfFold) -> LabelScores:
    """Scores of all labels."""
    from cleanlab.filter import find_label_issues
    from cleanlab.rank import get_label_quality_scores

    given, chances = found.given, np.asarray(found.probabilities, np.float64)
    chances = chances / chances.sum(axis=1, keepdims=True)
    others = chances.copy()
    others[np.arange(len(given)), given] = -1.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of words with few clips, of which it finds nothing
        quality = get_label_quality_scores(given, chances, method="normalized_margin")
        doubted = find_label_issues(given, chances, filter_by="both", n_jobs=1)
    return LabelScores(np.asarray(quality), others.argmax(axis=1), np.asarray(doubted, np.bool_))


def find_label_errors(
    found: OutOfFold, words: Mapping[str, str] | None = None, below: float | None = None
) -> list[Finding]:
    """Clips whose label is likely wrong or doubtful, the likeliest first.

    Args:
        found: what out-of-fold models say of clips.
        words: the word that each clip has, by id; the class is named where it is left out.
        below: quality under which a label is called wrong; :func:`limit_of` when None.
    """
    scores = label_scores(found)
    wrong = scores.quality < (limit_of(found) if below is None else below)
    places = [int(n) for n in np.argsort(scores.quality, kind="stable") if wrong[n] or scores.doubted[n]]
    return [_finding(found, scores, n, bool(wrong[n]), words or {}) for n in places]


def _finding(found: OutOfFold, scores: LabelScores, n: int, wrong: bool, words: Mapping[str, str]) -> Finding:
    other, own = int(scores.other[n]), int(found.given[n])
    word = words.get(found.clip_ids[n], found.classes[own])
    likely = found.classes[other]
    named = "another word" if likely == UNKNOWN else f'"{likely}"'
    sure, given = found.probabilities[n, other], found.probabilities[n, own]
    detail = f'labelled "{word}", sounds like {named}: {sure:.0%} against {given:.0%}'
    return Finding(
        found.clip_ids[n],
        LABEL_ERROR if wrong else LABEL_DOUBT,
        (SET_ASIDE if likely == UNKNOWN else RELABEL) if wrong else LOOK,
        round(float(1 - scores.quality[n]), 4),
        "" if likely == UNKNOWN else likely,
        detail,
    )


def confused_pairs(found: OutOfFold, count: int, among: Sequence[str] | None = None) -> list[tuple[str, str]]:
    """Pairs of classes that are taken for each other most, each class in one pair at most, the worst first.

    Args:
        found: what out-of-fold models say of clips.
        count: of pairs, at most.
        among: only these classes; all words when None.
    """
    classes = len(found.classes)
    said = np.stack([_mean(found.probabilities[found.given == own], classes) for own in range(classes)])
    both = said + said.T
    allowed = [n for n, name in enumerate(found.classes) if (name in among if among is not None else name != UNKNOWN)]
    ordered = sorted((-float(both[a, b]), a, b) for a in allowed for b in allowed if a < b)
    pairs, used = list[tuple[str, str]](), set[int]()
    for _, a, b in ordered:
        if len(pairs) < count and not {a, b} & used:
            pairs.append((found.classes[a], found.classes[b]))
            used |= {a, b}
    return pairs


def _mean(rows: NDArray[np.float32], classes: int) -> NDArray[np.float64]:
    return np.asarray(rows.mean(axis=0), np.float64) if len(rows) else np.zeros(classes)
