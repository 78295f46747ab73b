"""The front end of microWakeWord: 40 bands with noise reduction and gain control, which remember what was heard.

ESPHome's ``micro_wake_word`` computes it on the device; here the package ``pymicro-features`` does, from the same C
(TensorFlow Lite Micro's micro speech). A stream starts with no memory. A clip by itself would be heard with a gain that
no stream has, so it gets a lead-in made of itself (:func:`lead_in`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware_tools.errors import FrontendError

HOP_SAMPLES, BANDS = 160, 40
PER_UNIT = 25.6  # steps of the front end's uint16 in one unit of what pymicro-features hands out
#: ESPHome's rule (``generate_features_`` in micro_wake_word.cpp), in integers: half of the divisor rounds.
INT8_SCALE, INT8_DIVISOR = 256, 666
#: What one int8 step and the value 0 are in those units: a step is 666 / (256 x 25.6), exact in float32.
STEP, ZERO = 1_665 / 16_384, -128
LEAD_SAMPLES, QUIET_SAMPLES, QUIET_GRID = 32_000, 3_200, 80

Samples = NDArray[np.int16]
Features = NDArray[np.int8]


def stream_features(samples: Samples) -> Features:
    """int8 ``[frames, 40]`` of a recording int16 ``[samples]``, as a device hears it that was just switched on.

    Raises:
        FrontendError: ``pymicro-features`` is not installed.
    """
    hear = _front_end().process_samples
    sound = np.ascontiguousarray(samples, np.int16).tobytes()
    step = 2 * HOP_SAMPLES
    heard = (hear(sound[start : start + step]).features for start in range(0, len(sound) - step + 1, step))
    frames = [features for features in heard if features]
    return int8_of(np.array(frames, np.float64).reshape(-1, BANDS))


def clip_features(clips: Samples) -> Features:
    """int8 ``[clips, frames, 40]`` of int16 ``[clips, samples]``, each after its own lead-in; raises as
    :func:`stream_features`."""
    leads = [lead_in(clip) for clip in clips]
    return np.stack([_after(lead, clip) for lead, clip in zip(leads, clips, strict=True)])


def _after(lead: Samples, clip: Samples) -> Features:
    """Features of the frames that lie in the clip alone."""
    return stream_features(np.concatenate([lead, clip]))[len(lead) // HOP_SAMPLES :]


def lead_in(clip: Samples) -> Samples:
    """Two seconds, int16 ``[32000]``, that stand for what a stream would have heard before a clip: its quietest fifth
    of a second, there and back.

    Of a dozen ways that were tried it comes nearest to the features of the same words in streams
    (kws_data/docs/micro_wake_word.md).
    """
    length = min(QUIET_SAMPLES, len(clip))
    power = np.concatenate([[0], np.cumsum(np.square(clip, dtype=np.int64))])
    starts = np.arange(0, len(clip) - length + 1, QUIET_GRID)
    start = int(starts[(power[starts + length] - power[starts]).argmin()])
    quiet = clip[start : start + length]
    return np.resize(np.concatenate([quiet, quiet[::-1]]), LEAD_SAMPLES)


def int8_of(units: NDArray[np.float64]) -> Features:
    """ESPHome's int8 of what pymicro-features hands out, which is its uint16 divided by 25.6."""
    steps = np.rint(units * PER_UNIT).astype(np.int64)
    scaled = (steps * INT8_SCALE + INT8_DIVISOR // 2) // INT8_DIVISOR + ZERO
    return np.clip(scaled, -128, 127).astype(np.int8)


def check_installed() -> None:
    """Raises FrontendError, with the command that installs it, when ``pymicro-features`` is not there."""
    _front_end()


def _front_end() -> Any:
    try:
        from pymicro_features import MicroFrontend
    except ImportError:
        remedy = "install it: pip install 'kws[micro]'"
        raise FrontendError("front end micro_frontend needs a package", "pymicro-features", remedy) from None
    return MicroFrontend()
