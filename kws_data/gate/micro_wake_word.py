"""The gate of a model for ESPHome's micro_wake_word: the file that the device loads, and the arena that it needs.

No cycles: the boards are not ours.
"""

from __future__ import annotations

from firmware_tools.tflite.ring_model import ring_model
from kws_data.bundle import ModelBundle
from kws_data.config.device import BudgetSettings
from kws_data.deploy.ring_arena import ring_arena_bytes
from kws_data.gate.budget import BudgetReport, Check, Contributor, check_model, largest


def check_micro_wake_word(bundle: ModelBundle, limits: BudgetSettings) -> BudgetReport:
    """Hold the ring model of a bundle against the limits on file and arena.

    Raises:
        ModelError: it cannot be made: the model is not one of one keyword, or has a layer that ESPHome lacks.
    """
    ring = ring_model(bundle.tflite, bundle.stream.stride_frames, limit_bytes=None)
    window = {check.name: check for check in check_model(bundle.tflite, bundle.arena_bytes, limits).checks}
    measured = {"model_bytes": len(ring), "arena_bytes": ring_arena_bytes(bundle, ring)}
    return BudgetReport(tuple(_with_ring(window[name], amount) for name, amount in measured.items()))


def _with_ring(window: Check, measured: int) -> Check:
    """A limit of the windowed model, held by what the ring adds to it."""
    ring = Contributor("ring of the last window", measured - window.measured)
    return Check(window.name, measured, window.limit, window.unit, largest([*window.largest, ring]))
