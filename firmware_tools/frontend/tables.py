"""The integer constants of the C front end: ``kws_frontend_tables`` of ``kws_frontend.h`` as numpy arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware_tools.errors import FrontendError
from firmware_tools.frontend.design import OCTAVE_DB, FrontendDesign, Reals, design
from firmware_tools.frontend.scaling import quantisation
from firmware_tools.frontend.spec import MICRO, FrontendSpec

RANGE_OCTAVES = 22
"""Levels run from -22 octaves (the floor) to about +22 (full scale): two of them fit one int16 at 9 bits."""


@dataclass(frozen=True)
class FrontendTables:
    """Field for field what ``kws_frontend_tables`` holds; see there for the fixed-point formats."""

    window_samples: int
    hop_samples: int
    fft_size: int
    mel_bands: int
    features: int
    first_bin: int
    is_mfcc: int
    dct_shift: int
    window: NDArray[np.int32]
    reversed: NDArray[np.uint16]
    twiddles: NDArray[np.int32]
    split: NDArray[np.int32]
    segments: NDArray[np.uint16]
    fall: NDArray[np.uint16]
    band_offset: NDArray[np.int32]
    floor_octaves: int
    log2_table: NDArray[np.uint16]
    dct: NDArray[np.int16]
    multiplier: NDArray[np.int32]
    bias: NDArray[np.int64]


def tables(spec: FrontendSpec) -> FrontendTables:
    """Integer tables of ``spec``.

    Raises:
        FrontendError: it is not ours; or see :func:`firmware_tools.frontend.design.design`.
    """
    check_ours(spec)
    real = design(spec)
    points = spec.fft_size // 2
    cosines, dct_bits = _dct_rows(spec, real)
    multiplier, bias = _output_scale(spec, real, cosines, dct_bits)
    split_angle = 2.0 * np.pi * np.arange(1, points // 2 + 1) / spec.fft_size
    return FrontendTables(
        window_samples=spec.window_samples,
        hop_samples=spec.hop_samples,
        fft_size=spec.fft_size,
        mel_bands=spec.mel_bands,
        features=spec.features,
        first_bin=real.first_bin,
        is_mfcc=int(spec.kind == "mfcc"),
        dct_shift=dct_bits + 9 - 20,
        window=_fixed(real.window, 31),
        reversed=_bit_reversed(points),
        twiddles=_fixed(_radix4_twiddles(points), 30),
        split=_fixed(np.stack([np.cos(split_angle), np.sin(split_angle)], axis=1).ravel(), 31),
        segments=real.segments.astype(np.uint16),
        fall=np.minimum(np.rint(real.fall * 2**16), 2**16 - 1).astype(np.uint16),
        band_offset=np.rint(_band_offset(spec, real) * 2**15).astype(np.int32),
        floor_octaves=-RANGE_OCTAVES * 2**15,
        log2_table=np.rint(np.log2(1.0 + np.arange(65) / 64.0) * 2**15).astype(np.uint16),
        dct=cosines,
        multiplier=multiplier,
        bias=bias,
    )


def check_ours(spec: FrontendSpec) -> None:
    """Raises FrontendError for a front end of which there is no C of ours: it is in no image that could be flashed."""
    if spec.kind == MICRO:
        remedy = "it runs in ESPHome's micro_wake_word: kws export --to micro_wake_word"
        raise FrontendError("this front end is in no firmware of kws", spec.kind, remedy)


def _fixed(values: Reals, bits: int) -> NDArray[np.int32]:
    return np.minimum(np.rint(values * 2.0**bits), 2**31 - 1).astype(np.int32)


def _bit_reversed(points: int) -> NDArray[np.uint16]:
    bits = points.bit_length() - 1
    return np.array([int(f"{n:0{bits}b}"[::-1], 2) for n in range(points)], dtype=np.uint16)


def _radix4_twiddles(points: int) -> Reals:
    """w, w^2, w^3 with w = exp(-2 pi i j / L) for each butterfly j of each stage, L growing by 4 up to ``points``."""
    quarter = 4 if points.bit_length() % 2 else 2
    stages = [np.empty(0)]
    while 4 * quarter <= points:
        angle = -2.0 * np.pi * np.outer(np.arange(quarter), [1, 2, 3]) / (4 * quarter)
        stages.append(np.stack([np.cos(angle), np.sin(angle)], axis=-1).ravel())
        quarter *= 4
    return np.concatenate(stages)


def _middle_octaves(spec: FrontendSpec) -> float:
    """log2 of the energy that has level 0."""
    return float(spec.floor_db / OCTAVE_DB + RANGE_OCTAVES)


def _band_offset(spec: FrontendSpec, real: FrontendDesign) -> Reals:
    """From log2 of an integer energy to octaves: undoes full scale 2^30 and the FFT's 1 / fft_size, adds the norm."""
    scale = 2.0 * np.log2(spec.fft_size) - 60.0
    return np.asarray(scale + np.log2(real.band_norm) - _middle_octaves(spec))


def _dct_rows(spec: FrontendSpec, real: FrontendDesign) -> tuple[NDArray[np.int16], int]:
    """First halves of the cosine rows, padded to an even length, with as many fractional bits as int16 holds."""
    if spec.kind == "log_mel":
        return np.zeros(2, dtype=np.int16), 11
    half = (spec.mel_bands + 1) // 2
    bits = int(np.floor(np.log2(32767.0 / np.abs(real.dct).max())))
    rows = np.rint(real.dct[:, :half] * 2.0**bits).astype(np.int16)
    return np.pad(rows, ((0, 0), (0, half % 2))).ravel(), bits


def _output_scale(
    spec: FrontendSpec, real: FrontendDesign, cosines: NDArray[np.int16], dct_bits: int
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Multiplier and bias from Q20 octaves to int8 steps; the bias restores the middle that levels leave out."""
    offset, step = quantisation(spec)
    row_sum = np.ones(spec.features)
    if spec.kind == "mfcc":
        rows = cosines.reshape(spec.features, -1).astype(np.float64) / 2.0**dct_bits
        full = 2.0 * rows.sum(axis=1)
        if spec.mel_bands % 2:
            full -= rows[:, spec.mel_bands // 2]
        row_sum = np.where(np.arange(spec.features) % 2 == 0, full, 0.0)
    multiplier = np.rint(OCTAVE_DB / step * 2**20)
    bias = (OCTAVE_DB * _middle_octaves(spec) * row_sum - offset) / step + 0.5
    return multiplier.astype(np.int32), np.rint(bias * 2.0**40).astype(np.int64)
