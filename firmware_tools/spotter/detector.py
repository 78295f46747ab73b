"""The firmware's detector, bound on the host: ``firmware/src/kws_detector.c`` makes every decision, here and there."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from firmware_tools.errors import ModelError
from firmware_tools.firmware import SOURCE_DIR
from firmware_tools.spotter.stream_spec import StreamSpec
from firmware_tools.toolchain.compile import compile_host

FIRST_KEYWORD = 2  # after _silence_ and _unknown_, as KWS_FIRST_KEYWORD in kws_detector.h


# The loop over a recording's score vectors.
_RUN_C = """
#include "kws_detector.h"

size_t kws_detector_run(kws_detector *detector, const int8_t *scores, const uint64_t *samples, size_t count,
                        kws_detection *found);

size_t kws_detector_run(kws_detector *detector, const int8_t *scores, const uint64_t *samples, size_t count,
                        kws_detection *found) {
    size_t detections = 0;
    for (size_t i = 0; i < count; i++, scores += detector->config.labels) {
        detections += (size_t)kws_detector_push(detector, scores, samples[i], found + detections);
    }
    return detections;
}
"""


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
        ("thresholds", ctypes.c_void_p),
        ("refractory_samples", ctypes.c_uint32),
    )


class _Detector(ctypes.Structure):
    _fields_ = (
        ("config", _Config),
        ("sums", ctypes.c_void_p),
        ("ring", ctypes.c_void_p),
        ("next", ctypes.c_uint8),
        ("filled", ctypes.c_uint8),
        ("waiting", ctypes.c_uint8),
        ("last", ctypes.c_uint64),
    )


_DETECTION = np.dtype([("sample", np.uint64), ("label", np.uint8), ("score", np.int8)], align=True)


@cache
def _library() -> ctypes.CDLL:
    source = SOURCE_DIR / "kws_detector.c"
    library = ctypes.CDLL(str(compile_host([source, _RUN_C], name="kws_detector")))
    pointer, size = ctypes.c_void_p, ctypes.c_size_t
    library.kws_decide_clip.argtypes = (pointer, size, ctypes.c_int8)
    library.kws_best_keyword.argtypes = (pointer, size)
    library.kws_detector_init.argtypes = (pointer, pointer, pointer, pointer, size)
    library.kws_detector_run.argtypes = (pointer, pointer, pointer, size, pointer)
    library.kws_detector_run.restype = size
    return library


class FirmwareDetector:
    """Decisions on clips and on a stream, by the board's own code.

    Args:
        labels: how many labels a score vector has, at least 3.
        threshold_int8: scores from here on are detections; in a stream only when ``stream`` has no sums.
        stream: averaging, thresholds and refractory period; only :meth:`push` and :meth:`run` use it.
        sample_rate_hz: to turn the refractory period into samples.

    Raises:
        ModelError: fewer than 3 or more than 255 labels, a threshold that is no int8, or sums of other labels.
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
        self._thresholds = (ctypes.c_int16 * labels)(*self.stream.thresholds(labels, threshold_int8))
        self._config = _Config(labels, self.stream.average, ctypes.addressof(self._thresholds), refractory)
        self._sums = (ctypes.c_int16 * labels)()
        self._ring = (ctypes.c_int8 * (labels * self.stream.average))()
        self._state = _Detector()
        self.reset()

    def reset(self) -> None:
        """Forget the stream heard so far."""
        error = self._library.kws_detector_init(
            ctypes.byref(self._state), ctypes.byref(self._config), self._sums, self._ring, len(self._ring)
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
        found = self.run(scores[np.newaxis], [sample])
        return found[0] if found else None

    def run(self, scores: NDArray[np.int8], samples: Sequence[int] | NDArray[np.int64]) -> list[Detection]:
        """Detections in a stream's score vectors [n, labels], made after ``samples`` [n] samples."""
        rows, ends = self._rows(scores), np.ascontiguousarray(samples, np.uint64)
        if ends.shape != (len(rows),):
            raise ModelError("detector: samples do not fit the scores", list(ends.shape), f"give {len(rows)}")
        found = np.empty(len(rows), _DETECTION)
        state = ctypes.byref(self._state)
        count = self._library.kws_detector_run(state, rows.ctypes.data, ends.ctypes.data, len(rows), found.ctypes.data)
        return [Detection(*one) for one in found[:count].tolist()]

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
