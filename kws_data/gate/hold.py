"""A bundle in its image, measured on a board and held against the limits."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from firmware_tools.boards.spec import BoardSpec
from firmware_tools.image.build import FirmwareImage
from kws_data.bundle import ModelBundle
from kws_data.config.device import BudgetSettings
from kws_data.deploy.images import spotter_image
from kws_data.gate.awake import awake
from kws_data.gate.budget import BudgetReport, check_budget
from kws_data.gate.island import measure_island
from kws_data.gate.listening import Listening, listening_of
from kws_data.gate.measure import measure_latency, measure_layers
from kws_data.gate.power import power_of


def measure_listening(board: BoardSpec, bundle: ModelBundle) -> Listening:
    """What listening with a bundle costs an emulated board's core; an image is built for it.

    Raises:
        BoardError, LinkError, FirmwareError, ModelError: the bundle cannot be built, or the board cannot run it.
    """
    with tempfile.TemporaryDirectory(prefix="kws-listening-") as folder:
        cycles = measure_latency(board, bundle, spotter_image(board, bundle, Path(folder)))
    return listening_of(bundle, cycles, measure_layers(board, bundle))


def hold(
    board: BoardSpec, bundle: ModelBundle, image: FirmwareImage, limits: BudgetSettings, port: str | None = None
) -> BudgetReport:
    """Measure latency, layers, island and the cost of listening, and compare them with the limits.

    Args:
        board: what the image is for.
        bundle: what it was built from.
        image: the detector's.
        limits: of the configuration.
        port: of a board on a desk, which runs the image already.

    Raises:
        BoardError, LinkError, FirmwareError, ModelError: the bundle cannot be built, or the board cannot run it.
    """
    cycles = measure_latency(board, bundle, image, port)
    layers = measure_layers(board, bundle) if board.emulator else None
    if layers is not None:
        cycles = replace(cycles, layers=layers.latest)
    listening = listening_of(bundle, cycles, layers)
    if board.emulated:
        counted = awake(board, image, bundle.frontend.sample_rate_hz)
        listening = replace(listening, awake=counted.share)
    report = check_budget(bundle, limits, cycles, measure_island(board, bundle, image, cycles), listening)
    return replace(report, power=power_of(board, listening))
