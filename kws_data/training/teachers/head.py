"""A head on the frozen encoder: what a clip is, by the encoder's pooled features. Multinomial logistic regression.

A linear head is enough: the encoder has done the work, and the less the head may learn of synthetic voices, the better
it knows people. Ridge regularisation is what keeps it from learning the voices (see docs/synthetic.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware_tools.atomic import atomic_path

RIDGE = 0.03
SMOOTHING = 0.05
ITERATIONS = 100
_LEAST_SPREAD = 1e-3


@dataclass(frozen=True)
class Head:
    """Logits of pooled features ``[clips, features]``: features less ``mean``, by ``spread``, times ``weights``
    ``[features, labels]``, plus ``bias``. At ``temperature`` they are as soft as a student wants them."""

    mean: NDArray[np.float32]
    spread: NDArray[np.float32]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    temperature: float = 1.0

    def __call__(self, features: NDArray[Any]) -> NDArray[np.float32]:
        """Logits float32 ``[..., labels]`` of features ``[..., features]``."""
        x = (np.asarray(features, np.float32) - self.mean) / self.spread
        return np.asarray(x @ self.weights + self.bias, np.float32)

    def save(self, path: Path) -> None:
        """Write it, whole or not at all; raises OSError."""
        with atomic_path(path) as temporary, temporary.open("wb") as file:
            np.savez(file, **vars(self))

    @classmethod
    def load(cls, path: Path) -> Head:
        """Read what :meth:`save` wrote; raises OSError, ValueError."""
        with np.load(path, allow_pickle=False) as arrays:
            named = {name: np.asarray(arrays[name], np.float32) for name in ("mean", "spread", "weights", "bias")}
            return cls(**named, temperature=float(arrays["temperature"]))


def fit_head(
    features: NDArray[Any], y: NDArray[np.int64], labels: int, weights: NDArray[np.float64], ridge: float = RIDGE
) -> Head:
    """The head of least weighted cross entropy, with ``ridge`` times half the squared norm of its weights.

    Args:
        features: ``[clips, features]``.
        y: label of each clip.
        labels: how many there are.
        weights: how much each clip counts.
        ridge: of features of unit spread, and a mean loss in nats.
    """
    from scipy.optimize import minimize

    exact = np.asarray(features, np.float32)
    mean, spread = exact.mean(axis=0), np.maximum(exact.std(axis=0), _LEAST_SPREAD)
    x = (exact - mean) / spread
    shares = (weights / weights.sum()).astype(np.float32)[:, None]
    wanted = (1 - SMOOTHING) * np.eye(labels, dtype=np.float32)[y] + np.float32(SMOOTHING / labels)

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        kernel, bias = _parts(flat, labels)
        logs = log_softmax(x @ kernel + bias)
        error = (np.exp(logs) - wanted) * shares
        gradient = np.concatenate([(x.T @ error + np.float32(ridge) * kernel).ravel(), error.sum(axis=0)])
        value = -float((shares * wanted * logs).sum(dtype=np.float64)) + ridge / 2 * float((kernel**2).sum())
        return value, gradient.astype(np.float64)

    start = np.zeros((x.shape[1] + 1) * labels)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": ITERATIONS})
    kernel, bias = _parts(found.x, labels)
    return Head(mean, spread, kernel, bias)


def _parts(flat: NDArray[np.float64], labels: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    exact = flat.astype(np.float32)
    return exact[:-labels].reshape(-1, labels), exact[-labels:]


def log_softmax(logits: NDArray[Any]) -> NDArray[Any]:
    """Logarithms of the probabilities along the last axis."""
    less = logits - logits.max(axis=-1, keepdims=True)
    return np.asarray(less - np.log(np.exp(less).sum(axis=-1, keepdims=True)))


def temperature_for(logits: NDArray[Any], entropy: float) -> float:
    """The temperature at which the median entropy of what is said of the clips ``[..., labels]`` is ``entropy`` nats;
    0.05 or 50 when none in between gives it. Entropy rises with temperature, so it is found by halving."""
    low, high = 0.05, 50.0
    for _ in range(30):
        middle = float(np.sqrt(low * high))
        logs = log_softmax(logits / middle)
        low, high = (middle, high) if float(np.median(-(np.exp(logs) * logs).sum(axis=-1))) < entropy else (low, middle)
    return float(np.sqrt(low * high))
