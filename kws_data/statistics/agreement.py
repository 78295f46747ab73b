"""How far raters agree beyond chance, on labels without an order: shares, κ of two, κ of many, α with gaps.

All but Cohen's go by *counts*: how many raters gave each label to each unit, int ``[units, labels]``. So raters may
differ from unit to unit, and units that fewer than two rated do not count.

Each coefficient is ``1 - observed / expected``: the disagreement that was seen over that of labels given by chance.
They differ in what chance is:

- Cohen (1960, Educ. Psychol. Meas. 20:37): each of two raters keeps their own shares of labels. Weighted: Cohen 1968,
  Psychol. Bull. 70:213.
- Fleiss (1971, Psychol. Bull. 76:378): all raters have the same shares. Where units have unlike numbers of raters, each
  unit counts the same and each rating counts for the shares; with like numbers that is Fleiss' own.
- Krippendorff (2011, Computing Krippendorff's Alpha-Reliability): as Fleiss, drawn without putting back, so that few
  ratings are not too bad; gaps are allowed for.

None stands where a coefficient is not defined: nobody rated with another, or all gave one and the same label, so that
there is nothing to agree on by chance or not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from kws_data.errors import DataError

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Weights = Literal["linear", "quadratic"]
#: Shares of disagreement, seen and expected of chance, of samples in which unit i counts ``weights[..., i]`` times;
#: both ``[...]``. Where the latter is 0 there is no coefficient.
Disagreement = Callable[[Floats], tuple[Floats, Floats]]
MISSING = -1  # code of a rating that was not given


def counts_of(codes: Ints, labels: int) -> Ints:
    """How many raters gave each label to each unit.

    Args:
        codes: int ``[units, raters]`` from 0, :data:`MISSING` where a rater did not rate.
        labels: how many there are.

    Returns:
        int64 ``[units, labels]``.

    Raises:
        DataError: a code is none of them.
    """
    if codes.size and not (codes.min() >= MISSING and codes.max() < labels):
        raise DataError("a rating is no number of a label", [int(codes.min()), int(codes.max())], f"below {labels}")
    return np.stack([(codes == label).sum(axis=1) for label in range(labels)], axis=1).astype(np.int64)


def confusion(first: Ints, second: Ints, labels: int) -> Ints:
    """What the second said where the first said something, int64 ``[labels, labels]``, of units that both rated."""
    both = (first != MISSING) & (second != MISSING)
    cells = np.bincount(first[both] * labels + second[both], minlength=labels * labels)
    return cells.reshape(labels, labels).astype(np.int64)


def one_against_rest(counts: Ints, label: int) -> Ints:
    """Counts of one label and of all others, int64 ``[units, 2]``."""
    return np.stack([counts[:, label], counts.sum(axis=1) - counts[:, label]], axis=1)


def percent_agreement(counts: Ints) -> float | None:
    """Share of the pairs of raters that agree, averaged over units; of two raters the share of units they agree on."""
    return coefficient(disagreement_of_shares(counts), len(counts))


def cohen_kappa(table: Ints, weights: Weights | None = None) -> float | None:
    """Cohen's κ of two raters.

    Args:
        table: their :func:`confusion`.
        weights: ``linear`` or ``quadratic`` where labels have an order and a near one is less wrong.
    """
    return coefficient(disagreement_of_two(len(table), weights), table.size, table.ravel())


def fleiss_kappa(counts: Ints) -> float | None:
    """Fleiss' κ of any number of raters."""
    return coefficient(disagreement_by_fleiss(counts), len(counts))


def krippendorff_alpha(counts: Ints) -> float | None:
    """Krippendorff's α of labels without an order, of any number of raters, with gaps."""
    return coefficient(disagreement_by_krippendorff(counts), len(counts))


def specific_agreement(counts: Ints, label: int) -> float | None:
    """Of raters who gave a label, the chance that another rater of the same unit gave it too.

    With two raters it is 2a / (2a + b + c) (Cicchetti & Feinstein 1990, J. Clin. Epidemiol. 43:551); with more, over
    all pairs (Uebersax 1982, Educ. Psychol. Meas. 42:1181).
    """
    return coefficient(disagreement_on_label(counts, label), len(counts))


def coefficient(disagreement: Disagreement, units: int, weights: Ints | None = None) -> float | None:
    """1 - observed / expected of one sample; None where it is not defined."""
    once = np.ones(units) if weights is None else weights.astype(np.float64)
    value = float(coefficients(disagreement, once))
    return None if np.isnan(value) else value


def coefficients(disagreement: Disagreement, weights: Floats) -> Floats:
    """1 - observed / expected of samples in which unit i counts ``weights[..., i]`` times; NaN where not defined."""
    observed, expected = disagreement(weights)
    return np.where(expected > 0, 1 - _share(observed, expected), np.nan)


def disagreement_of_shares(counts: Ints) -> Disagreement:
    """Of :func:`percent_agreement`: nothing is expected of chance."""
    apart, paired = _apart(counts), _paired(counts)

    def found(weights: Floats) -> tuple[Floats, Floats]:
        units = weights @ paired
        return _share(weights @ apart, units), np.sign(units)

    return found


def disagreement_of_two(labels: int, weights: Weights | None = None) -> Disagreement:
    """Of :func:`cohen_kappa`; the units are the cells of the confusion, row by row."""
    at = np.arange(labels, dtype=np.float64)
    far = np.abs(at[:, np.newaxis] - at)
    cost = {None: (far > 0).astype(np.float64), "linear": far, "quadratic": far**2}[weights]

    def found(cells: Floats) -> tuple[Floats, Floats]:
        table = cells.reshape(*cells.shape[:-1], labels, labels)
        rows, columns = table.sum(axis=-1), table.sum(axis=-2)
        total = rows.sum(axis=-1)
        chance = ((rows @ cost) * columns).sum(axis=-1)
        return _share((table * cost).sum(axis=(-1, -2)), total), _share(chance, total**2)

    return found


def disagreement_by_fleiss(counts: Ints) -> Disagreement:
    """Of :func:`fleiss_kappa`."""
    apart, paired = _apart(counts), _paired(counts)
    ratings = counts * paired[:, np.newaxis]

    def found(weights: Floats) -> tuple[Floats, Floats]:
        given = weights @ ratings
        total = given.sum(axis=-1)
        chance = total**2 - (given**2).sum(axis=-1)
        return _share(weights @ apart, weights @ paired), _share(chance, total**2)

    return found


def disagreement_by_krippendorff(counts: Ints) -> Disagreement:
    """Of :func:`krippendorff_alpha`: by ratings, each held against the others of its unit."""
    apart, paired = _apart(counts) * counts.sum(axis=1), _paired(counts)
    ratings = counts * paired[:, np.newaxis]

    def found(weights: Floats) -> tuple[Floats, Floats]:
        given = weights @ ratings
        total = given.sum(axis=-1)
        chance = total**2 - (given**2).sum(axis=-1)
        return _share(weights @ apart, total), _share(chance, total * (total - 1))

    return found


def disagreement_on_label(counts: Ints, label: int) -> Disagreement:
    """Of :func:`specific_agreement`: pairs of ratings with the label, and those of them whose other half differs."""
    raters, gave = counts.sum(axis=1), counts[:, label]
    pairs = (gave * (raters - 1)).astype(np.float64)
    differ = (gave * (raters - gave)).astype(np.float64)

    def found(weights: Floats) -> tuple[Floats, Floats]:
        there = weights @ pairs
        return _share(weights @ differ, there), np.sign(there)

    return found


def _share(part: Floats, whole: Floats) -> Floats:
    """part / whole, and 0 of nothing."""
    none = np.zeros(np.shape(whole))
    return np.asarray(np.divide(part, whole, out=none, where=np.asarray(whole) != 0), np.float64)


def _paired(counts: Ints) -> Floats:
    """1 for units that two raters or more rated, else 0."""
    return np.asarray(counts.sum(axis=1) >= 2, np.float64)


def _apart(counts: Ints) -> Floats:
    """Share of pairs of raters that differ, of each unit; 0 where there are none."""
    raters = counts.sum(axis=1).astype(np.float64)
    agreeing = (counts * (counts - 1)).sum(axis=1)
    return np.where(raters >= 2, 1 - agreeing / np.maximum(raters * (raters - 1), 1), 0.0)
