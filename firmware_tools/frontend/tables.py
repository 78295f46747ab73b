"""The integer constants of the C front end: ``kws_frontend_tables`` of ``kws_frontend.h`` as numpy arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware_tools.errors import FrontendError
from firmware_tools.frontend.design import OCTAVE_DB, FrontendDesign, Reals, design
from firmware_tools.frontend.mel_lines import straight_falls
from firmware_tools.frontend.scaling import quantisation
from firmware_tools.frontend.spec import MICRO, FrontendSpec

RANGE_OCTAVES = 22
"""Levels run from -22 octaves (the floor) to about +22 (full scale): two of them fit one int16 at 9 bits."""

NO_ROW = 255
SEGMENT = np.dtype([("first", np.uint32), ("fall", np.uint32), ("bins", np.uint16), ("drop", np.uint16)])


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
    dct_mean: int
    floor_octaves: int
    first_offset: int
    cosine: NDArray[np.uint32]
    window: NDArray[np.uint32]
    segments: NDArray[np.void]
    log2_table: NDArray[np.uint16]
    dct: NDArray[np.int16]
    dct_odd: NDArray[np.int16] | None
    twiddles: NDArray[np.int32]
    multiplier: NDArray[np.int32]
    biases: NDArray[np.int64]
    bias_rows: NDArray[np.uint8]


def tables(spec: FrontendSpec) -> FrontendTables:
    """Integer tables of ``spec``.

    Raises:
        FrontendError: it is not ours; or see :func:`firmware_tools.frontend.design.design`.
    """
    check_ours(spec)
    real = design(spec)
    if 2 * spec.mel_bands >= spec.fft_size:
        raise FrontendError(
            "front end: more mel bands than bins", spec.mel_bands, "use fewer, or a longer window_samples"
        )
    cosines, dct_mean, dct_bits = _dct_cosines(spec, real)
    multiplier, bias = _output_scale(spec, real, cosines, dct_mean, dct_bits)
    biases, bias_rows = _few_biases(bias)
    offsets = np.rint(_band_offset(spec, real) * 2**15).astype(np.int64)
    return FrontendTables(
        window_samples=spec.window_samples,
        hop_samples=spec.hop_samples,
        fft_size=spec.fft_size,
        mel_bands=spec.mel_bands,
        features=spec.features,
        first_bin=real.first_bin,
        is_mfcc=int(spec.kind == "mfcc"),
        dct_shift=dct_bits + 9 - 20,
        dct_mean=dct_mean,
        floor_octaves=-RANGE_OCTAVES * 2**15,
        first_offset=int(offsets[0]),
        cosine=quarter_cosine(spec.fft_size),
        window=quarter_cosine(spec.window_samples * (1 + spec.window_samples % 2)),
        segments=_segments(spec, real, offsets),
        log2_table=np.rint(np.log2(1.0 + np.arange(65) / 64.0) * 2**15).astype(np.uint16),
        dct=cosines,
        dct_odd=_odd_rows(spec, cosines),
        twiddles=_twiddles(spec.fft_size // 2),
        multiplier=multiplier if spec.kind == "mfcc" else multiplier[:1],
        biases=biases,
        bias_rows=bias_rows,
    )


def check_ours(spec: FrontendSpec) -> None:
    """Raises FrontendError for a front end of which there is no C of ours: it is in no image that could be flashed."""
    if spec.kind == MICRO:
        remedy = "it runs in ESPHome's micro_wake_word: kws export --to micro_wake_word"
        raise FrontendError("this front end is in no firmware of kws", spec.kind, remedy)


def quarter_cosine(circle: int) -> NDArray[np.uint32]:
    """``cos(2 pi m / circle)`` for ``m`` up to a quarter of the circle, each rounded to Q30 and to Q31 in one word."""
    real = np.cos(2.0 * np.pi * np.arange(circle // 4 + 1) / circle)
    q30, q31 = np.floor(real * 2.0**30 + 0.5).astype(np.int64), np.floor(real * 2.0**31 + 0.5).astype(np.int64)
    q30, q31 = np.minimum(q30, 2**30 - 1), np.minimum(q31, 2**31 - 1)
    low = np.array([0, 1, 3])[q31 - 2 * q30 + 1]
    return np.asarray(4 * q30 + low, dtype=np.uint32)


def _twiddles(points: int) -> NDArray[np.int32]:
    """w, w^2, w^3 with w = exp(-2 pi i j / L) for each butterfly j of each stage, L growing by 4 up to ``points``."""
    quarter = 4 if points.bit_length() % 2 else 2
    stages = [np.empty(0)]
    while 4 * quarter <= points:
        angle = -2.0 * np.pi * np.outer(np.arange(quarter), [1, 2, 3]) / (4 * quarter)
        stages.append(np.stack([np.cos(angle), np.sin(angle)], axis=-1).ravel())
        quarter *= 4
    return np.asarray(np.rint(np.concatenate(stages) * 2.0**30), dtype=np.int32)


def _segments(spec: FrontendSpec, real: FrontendDesign, offsets: NDArray[np.int64]) -> NDArray[np.void]:
    """The lines of the mel filters, and what each band's offset is below that of the one before."""
    drops = np.concatenate([[0, 0], offsets[:-1] - offsets[1:]])
    if drops.min() < 0 or drops.max() >= 2**16:  # bands get wider, by four times at the very most
        raise FrontendError(
            "front end: mel bands widen too fast", f"{drops.max() / 2**15:.1f} octaves", "use more bands"
        )
    weights = np.minimum(np.rint(real.fall * 2**16), 2**16 - 1).astype(np.int64)
    made = np.zeros(spec.mel_bands + 1, SEGMENT)
    made["first"], made["fall"] = straight_falls(real.segments, weights).T
    made["bins"], made["drop"] = real.segments, drops
    return made


def _few_biases(bias: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """The bias of most rows and then those of the others; the others' numbers and an end."""
    values, counts = np.unique(bias, return_counts=True)
    most = values[counts.argmax()]
    others = np.flatnonzero(bias != most)
    return np.append(most, bias[others]), np.append(others, NO_ROW).astype(np.uint8)


def _middle_octaves(spec: FrontendSpec) -> float:
    """log2 of the energy that has level 0."""
    return float(spec.floor_db / OCTAVE_DB + RANGE_OCTAVES)


def _band_offset(spec: FrontendSpec, real: FrontendDesign) -> Reals:
    """From log2 of an integer energy to octaves: undoes full scale 2^30 and the FFT's 1 / fft_size, adds the norm."""
    scale = 2.0 * np.log2(spec.fft_size) - 60.0
    return np.asarray(scale + np.log2(real.band_norm) - _middle_octaves(spec))


def _dct_cosines(spec: FrontendSpec, real: FrontendDesign) -> tuple[NDArray[np.int16], int, int]:
    """Half a circle of the DCT's cosines, its row 0, and their fractional bits: as many as int16 holds."""
    if spec.kind == "log_mel":
        return np.zeros(1, dtype=np.int16), 0, 11
    bits = int(np.floor(np.log2(32767.0 / np.abs(real.dct).max())))
    scale = 2.0**bits * np.sqrt(2.0 / spec.mel_bands)
    circle = np.rint(scale * np.cos(np.pi * np.arange(2 * spec.mel_bands + 1) / (2 * spec.mel_bands)))
    return np.minimum(circle, 32767).astype(np.int16), int(np.rint(real.dct[0, 0] * 2.0**bits)), bits


def dct_rows(spec: FrontendSpec, cosines: NDArray[np.int16], mean: int) -> NDArray[np.int64]:
    """The integer DCT, ``[features, mel_bands]``, that the C front end's indices into half a circle give."""
    bands = spec.mel_bands
    place = np.outer(np.arange(spec.features), 2 * np.arange(bands) + 1) % (4 * bands)
    rows = cosines.astype(np.int64)[np.minimum(place, 4 * bands - place)]
    rows[0] = mean
    return rows


def _odd_rows(spec: FrontendSpec, cosines: NDArray[np.int16]) -> NDArray[np.int16] | None:
    """First halves of rows 1, 3, ... up to half of the bands, as far as one of their pair is wanted, by fours; none
    where the work buffer has no room for levels, cepstra and their pairs."""
    half = spec.mel_bands // 2
    if spec.kind == "log_mel" or spec.mel_bands % 2 or 3 * spec.mel_bands + 2 > spec.fft_size:
        return None
    rows = dct_rows(spec, cosines, 0)[1 : half + 1 : 2, :half]
    return np.pad(rows, ((0, 0), (0, -half % 4))).ravel().astype(np.int16)


def _output_scale(
    spec: FrontendSpec, real: FrontendDesign, cosines: NDArray[np.int16], mean: int, dct_bits: int
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Multiplier and bias from Q20 octaves to int8 steps; the bias restores the middle that levels leave out."""
    offset, step = quantisation(spec)
    row_sum = np.ones(spec.features)
    if spec.kind == "mfcc":
        row_sum = dct_rows(spec, cosines, mean).sum(axis=1) / 2.0**dct_bits
    multiplier = np.rint(OCTAVE_DB / step * 2**20)
    bias = (OCTAVE_DB * _middle_octaves(spec) * row_sum - offset) / step + 0.5
    return multiplier.astype(np.int32), np.rint(bias * 2.0**40).astype(np.int64)
