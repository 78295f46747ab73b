"""The gate of energy before the network: the frames that it lets through, by the board's own C."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware_tools.firmware import SOURCE_DIR
from firmware_tools.frontend.spec import FrontendSpec
from firmware_tools.spotter.gate_spec import GateSpec
from firmware_tools.toolchain.compile import compile_host

#: A whole recording at once, the frames of which begin every ``hop`` samples.
_RUN_C = """
#include "kws_gate.h"

void kws_gate_run(kws_gate *gate, const int16_t *samples, size_t window, size_t hop, size_t frames, uint8_t *open);
void kws_gate_run(kws_gate *gate, const int16_t *samples, size_t window, size_t hop, size_t frames, uint8_t *open)
{
    size_t heard = 0;
    for (size_t frame = 0; frame < frames; frame++) {
        const size_t end = frame * hop + window;
        kws_gate_hear(gate, samples + heard, end - heard);
        heard = end;
        open[frame] = (uint8_t)kws_gate_frame(gate);
    }
}
"""


@dataclass(frozen=True)
class Shown:
    """What a model is shown of a stream.

    Attributes:
        frames: numbers of the frames that it is shown, in that order, int64 ``[shown]``.
        live: which of them were shown as they came, bool ``[shown]``: others came before the gate opened, and no
            decision is made after them.
        open_share: of all frames of the stream, those that found the gate open.
    """

    frames: NDArray[np.int64]
    live: NDArray[np.bool_]
    open_share: float


def shown_frames(gate: GateSpec, spec: FrontendSpec, samples: NDArray[np.int16], window_frames: int) -> Shown:
    """The frames of a recording that pass the gate, as on the board: the first ``window_frames`` always do."""
    is_open = open_frames(gate, spec, samples)
    is_open[:window_frames] = True
    order: list[int] = []
    live: list[bool] = []
    back: list[int] = []
    for frame, lets_through in enumerate(is_open.tolist()):
        if not lets_through:
            back = [*back, frame][-gate.preroll_frames :]
            continue
        order += [*back, frame]
        live += [False] * len(back) + [True]
        back = []
    share = float(is_open.mean()) if len(is_open) else 0.0
    return Shown(np.array(order, np.int64), np.array(live, np.bool_), share)


def open_frames(gate: GateSpec, spec: FrontendSpec, samples: NDArray[np.int16]) -> NDArray[np.bool_]:
    """Whether each frame of a recording finds the gate open by its energy, bool ``[frames]``."""
    heard = np.ascontiguousarray(samples, np.int16)
    frames = spec.frames(len(heard))
    found = np.zeros(frames, np.uint8)
    config = _Config(gate.open_sixteenths, gate.hold_frames, gate.preroll_frames, gate.rise_shift)
    state = _Gate()
    library = _library()
    library.kws_gate_reset(ctypes.byref(state), ctypes.byref(config))
    sizes = (spec.window_samples, spec.hop_samples, frames)
    library.kws_gate_run(ctypes.byref(state), heard.ctypes.data, *sizes, found.ctypes.data)
    return found.astype(np.bool_)


class _Config(ctypes.Structure):
    _fields_ = (
        ("open_sixteenths", ctypes.c_uint16),
        ("hold_frames", ctypes.c_uint16),
        ("preroll_frames", ctypes.c_uint16),
        ("rise_shift", ctypes.c_uint8),
    )


class _Gate(ctypes.Structure):
    _fields_ = (
        ("config", ctypes.c_void_p),
        ("energy", ctypes.c_uint64),
        ("floor", ctypes.c_uint64),
        ("last", ctypes.c_int16),
        ("left", ctypes.c_uint16),
        ("kept", ctypes.c_uint16),
        ("next", ctypes.c_uint16),
        ("begun", ctypes.c_uint8),
    )


@cache
def _library() -> Any:
    library = ctypes.CDLL(str(compile_host([SOURCE_DIR / "kws_gate.c", _RUN_C], name="kws_gate")))
    pointer, size = ctypes.c_void_p, ctypes.c_size_t
    library.kws_gate_reset.argtypes = (pointer, pointer)
    library.kws_gate_reset.restype = None
    library.kws_gate_run.argtypes = (pointer, pointer, size, size, size, pointer)
    library.kws_gate_run.restype = None
    return library
