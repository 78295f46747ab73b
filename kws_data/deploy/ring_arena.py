"""Memory that a ring model takes where microWakeWord's runtimes run it."""

from __future__ import annotations

from firmware_tools.tflite import tflm
from kws_data.bundle import ModelBundle

#: Times the window: the ring, what is read of it, and the window itself. Where TFLM cannot be asked.
RING_COPIES = 3


def ring_arena_bytes(bundle: ModelBundle, model: bytes) -> int:
    """Arena of a bundle's ring model by TFLM's recording allocator; where its wheel is missing, the window's and the
    ring's."""
    if tflm.available():
        return tflm.arena_bytes(model)
    return bundle.arena_bytes + RING_COPIES * bundle.frames * bundle.frontend.features
