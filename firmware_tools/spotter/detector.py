"""The firmware's detector, bound on the host: ``firmware/src/kws_detector.c`` makes every decision, here and there."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from firmware_tools.errors import ModelError
from firmware_tools.firmware import SOURCE_DIR
from firmware_tools.toolchain.compile import compile_host

FIRST_KEYWORD = 2  # after _silence_ and _unknown_, as KWS_FIRST_KEYWORD in kws_detector.h
MAX_AVERAGE = 64


@dataclass(frozen=True)
class StreamSpec:
    """How scores in a stream become detections.

    Args:
        stride_frames: an inference every so many frames.
        average: score vectors that are averaged.
        refractory_ms: nothing is detected for so long after a detection.
    """

    stride_frames: int = 3
    average: int = 3
    refractory_ms: int = 1_000

    def __post_init__(self) -> None:
        if not 1 <= self.stride_frames <= 1_000:
            raise ModelError("stream: stride_frames cannot be used", self.stride_frames, "use 1 to 1000")
        if not 1 <= self.average <= MAX_AVERAGE:
            raise ModelError("stream: average cannot be used", self.average, f"use 1 to {MAX_AVERAGE}")
        if not 0 <= self.refractory_ms <= 60_000:
            raise ModelError("stream: refractory_ms cannot be used", self.refractory_ms, "use 0 to 60000")

    def refractory_samples(self, sample_rate_hz: int) -> int:
        """The refractory period in samples."""
        return self.refractory_ms * sample_rate_hz // 1_000


@dataclass(frozen=True)
class Detection:
    """A keyword heard: after how many samples of the stream, which label, its average int8 score."""

    sample: int
    label: int
    score: int


class _Config(ctypes.Structure):
    _fields_ = (
        ("labels", ctypes.c_uint8),
        ("average", ctypes.c_uint8),
        ("threshold", ctypes.c_int8),
        ("refractory_samples", ctypes.c_uint32),
    )


class _Detector(ctypes.Structure):
    _fields_ = (
        ("config", _Config),
        ("ring", ctypes.c_void_p),
        ("next", ctypes.c_uint8),
        ("filled", ctypes.c_uint8),
        ("waiting", ctypes.c_uint8),
        ("last", ctypes.c_uint64),
    )


class _Detection(ctypes.Structure):
    _fields_ = (("sample", ctypes.c_uint64), ("label", ctypes.c_uint8), ("score", ctypes.c_int8))


@cache
def _library() -> ctypes.CDLL:
    source = SOURCE_DIR / "kws_detector.c"
    library = ctypes.CDLL(str(compile_host([source], name="kws_detector")))
    pointer, size = ctypes.c_void_p, ctypes.c_size_t
    library.kws_decide_clip.argtypes = (pointer, size, ctypes.c_int8)
    library.kws_best_keyword.argtypes = (pointer, size)
    library.kws_detector_init.argtypes = (pointer, pointer, pointer, size)
    library.kws_detector_push.argtypes = (pointer, pointer, ctypes.c_uint64, pointer)
    return library


class FirmwareDetector:
    """Decisions on clips and on a stream, by the board's own code.

    Args:
        labels: how many labels a score vector has, at least 3.
        threshold_int8: scores from here on are detections.
        stream: averaging and refractory period; only :meth:`push` and :meth:`run` use it.
        sample_rate_hz: to turn the refractory period into samples.

    Raises:
        ModelError: fewer than 3 or more than 255 labels, or a threshold that is no int8.
    """

    def __init__(
        self, labels: int, threshold_int8: int, stream: StreamSpec | None = None, *, sample_rate_hz: int = 16_000
    ) -> None:
        check_threshold(threshold_int8)
        if not FIRST_KEYWORD < labels <= 255:
            raise ModelError("detector: number of labels cannot be used", labels, "use 3 to 255")
        self.labels = labels
        self.threshold_int8 = threshold_int8
        self.stream = stream or StreamSpec()
        self._library = _library()
        refractory = self.stream.refractory_samples(sample_rate_hz)
        self._config = _Config(labels, self.stream.average, threshold_int8, refractory)
        self._ring = (ctypes.c_int8 * (labels * self.stream.average))()
        self._state = _Detector()
        self.reset()

    def reset(self) -> None:
        """Forget the stream heard so far."""
        error = self._library.kws_detector_init(
            ctypes.byref(self._state), ctypes.byref(self._config), self._ring, len(self._ring)
        )
        if error:
            raise ModelError("detector: settings cannot be used", error)

    def clips(self, scores: NDArray[np.int8]) -> NDArray[np.int16]:
        """Decision on each clip: the detected label, or -1.

        Args:
            scores: int8 [clips, labels].
        """
        rows = self._rows(scores)
        decide, threshold = self._library.kws_decide_clip, self.threshold_int8
        start, stride = rows.ctypes.data, rows.strides[0]
        found = (decide(start + i * stride, self.labels, threshold) for i in range(len(rows)))
        return np.fromiter(found, np.int16, len(rows))

    def push(self, scores: NDArray[np.int8], sample: int) -> Detection | None:
        """One score vector [labels] of the stream, made after ``sample`` samples."""
        row = self._rows(scores[np.newaxis])
        found = _Detection()
        if not self._library.kws_detector_push(ctypes.byref(self._state), row.ctypes.data, sample, ctypes.byref(found)):
            return None
        return Detection(found.sample, found.label, found.score)

    def run(self, scores: NDArray[np.int8], samples: Iterable[int]) -> list[Detection]:
        """Detections in a stream's score vectors [n, labels], made after ``samples`` [n] samples."""
        rows = self._rows(scores)
        detections = (self.push(row, int(sample)) for row, sample in zip(rows, samples, strict=True))
        return [detection for detection in detections if detection is not None]

    def _rows(self, scores: NDArray[np.int8]) -> NDArray[np.int8]:
        if scores.dtype != np.int8 or scores.ndim != 2 or scores.shape[1] != self.labels:
            raise ModelError(
                "detector: scores have the wrong shape or type",
                f"{scores.dtype} {list(scores.shape)}",
                f"give int8 [n, {self.labels}]",
            )
        return np.ascontiguousarray(scores)


def check_threshold(threshold_int8: int) -> None:
    """Raises ModelError when ``threshold_int8`` is no int8."""
    if not -128 <= threshold_int8 <= 127:
        raise ModelError("threshold is no int8", threshold_int8, "use -128 to 127")
