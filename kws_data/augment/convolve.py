"""Fast convolution of rows with kernels whose spectra are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from kws_data.augment.native.library import library, rows_of

Rows = NDArray[np.float32]


@dataclass(frozen=True)
class Kernel:
    """A finite impulse response, ready to convolve rows of one length with.

    Attributes:
        taps: how many coefficients it has.
        lead: the coefficient that lets a row through in place; those before it look ahead.
        spectrum: real and imaginary part of its transform over the size, float32 ``[2, size / 2 + 1]``.
    """

    taps: int
    lead: int
    spectrum: NDArray[np.float32]

    @property
    def size(self) -> int:
        """Size of its transform."""
        return 2 * (int(self.spectrum.shape[1]) - 1)


def kernel_of(response: NDArray[np.float64], samples: int, lead: int = 0) -> Kernel:
    """Transform ``response`` for rows of ``samples`` samples."""
    size = transform_size(len(response), samples)
    transform = np.fft.rfft(response, size) / size
    return Kernel(len(response), lead, np.stack([transform.real, transform.imag]).astype(np.float32))


def transform_size(taps: int, samples: int) -> int:
    """Power of two that convolves ``samples`` samples with the least work: two blocks go into each transform."""
    sizes = [1 << bits for bits in range(24, 5, -1) if 1 << bits >= 2 * taps]

    def work(size: int) -> int:
        transforms, passes = -(-samples // (2 * (size - taps + 1))), size.bit_length() // 2
        return transforms * size * passes

    return min(sizes, key=work)


def convolve(rows: Rows, kernels: Sequence[Kernel]) -> Rows:
    """Each row of float32 ``[n, samples]`` convolved with its own kernel, of the same length."""
    rows = rows_of(rows, np.float32)
    heard = np.empty_like(rows)
    for row, out, kernel in zip(rows, heard, kernels, strict=True):
        work = np.empty(4 * kernel.size, np.float32)
        library().kws_convolve(row, out, len(row), kernel.spectrum, kernel.size, kernel.taps,
                               kernel.lead, twiddles(kernel.size), work)  # fmt: skip
    return heard


@cache
def twiddles(size: int) -> NDArray[np.float32]:
    """float32 ``[6, size / 4]`` as ``kws_fft`` takes them."""
    angle = 2.0 * np.pi * np.arange(size // 4) / size
    parts = [part(times * angle) for times in (1, 2, 3) for part in (np.cos, np.sin)]
    return np.array(parts, np.float32)
