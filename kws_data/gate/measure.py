"""What the gate measures on the board: cycles of features, inference and decision, of each layer."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from firmware_tools.boards.spec import BoardSpec
from firmware_tools.flashers.emulated import EmulatedFlasher
from firmware_tools.image.build import FirmwareImage, build_image
from firmware_tools.link.session import BoardSession, open_board
from kws_data.bundle import ModelBundle
from kws_data.deploy.images import generated_sources, image_session


@dataclass(frozen=True)
class LatencyCycles:
    """Core cycles on the board after a clip's last sample, and the clock they were counted at.

    ``layers`` are the cycles of each layer of the inference, where they were measured.
    """

    frontend: int
    inference: int
    decision: int
    clock_hz: int
    layers: tuple[int, ...] = ()

    @property
    def total(self) -> int:
        """All of them."""
        return self.frontend + self.inference + self.decision

    @property
    def latency_ms(self) -> float:
        """From the last sample to the decision."""
        return self.total * 1_000.0 / self.clock_hz


@dataclass(frozen=True)
class LayerCycles:
    """Cycles of the model by layer.

    Attributes:
        latest: of each layer, after the window's last frame has come.
        hop: of all of them from one decision to the next; a windowed model has nothing to do before the last frame.
    """

    latest: tuple[int, ...]
    hop: int


def measure_layers(board: BoardSpec, bundle: ModelBundle) -> LayerCycles:
    """Cycles of each layer on an emulated board of this kind, from an app that reads the counter between the layers.

    Raises:
        BoardError, LinkError, FirmwareError: the board cannot run the bundle.
    """
    return measure_layers_on([board], bundle)[0]


def measure_layers_on(boards: Sequence[BoardSpec], bundle: ModelBundle) -> list[LayerCycles]:
    """The same on several boards that run one image: they differ in how their cycles are counted (``timing``).

    Raises:
        BoardError, LinkError, FirmwareError: a board cannot run the bundle.
    """
    from firmware_tools.spotter.layers import APP, layer_sources

    sources = layer_sources(bundle.tflite, generated_sources(bundle), bundle.bundle_hash, bundle.engine == "streaming")
    with tempfile.TemporaryDirectory(prefix="kws-layers-") as folder:
        image = build_image(boards[0], APP, sources, Path(folder) / "image")
        EmulatedFlasher(boards[0], Path(folder)).flash(image.bin)
        return [_layers_of(board, bundle, Path(folder)) for board in boards]


def _layers_of(board: BoardSpec, bundle: ModelBundle, folder: Path) -> LayerCycles:
    """Of the image that ``folder`` holds."""
    from firmware_tools.spotter.layers import APP, layer_cycles

    with open_board(board, None, folder) as session:
        session.require(APP, bundle.bundle_hash)
        latest = layer_cycles(session.link)
        frames = min(bundle.stream.stride_frames, bundle.frames)
        hop = layer_cycles(session.link, frames) if bundle.engine == "streaming" else latest
        return LayerCycles(latest, sum(hop))


def measure_latency(
    board: BoardSpec, bundle: ModelBundle, image: FirmwareImage, port: str | None = None
) -> LatencyCycles:
    """Run one clip of noise on the core. The work does not depend on the samples, but for a few branches.

    Args:
        board: the board.
        bundle: what the image was built from.
        image: for an emulated board without a port, which is given it for this; another one holds it already.
        port: of a board on a desk.

    Raises:
        BoardError, LinkError, FirmwareError: the board cannot run the bundle.
    """
    with (
        tempfile.TemporaryDirectory(prefix="kws-check-") as folder,
        image_session(board, image, Path(folder), port) as session,
    ):
        return session_cycles(session, bundle)


def session_cycles(session: BoardSession, bundle: ModelBundle) -> LatencyCycles:
    """Cycles of one clip of noise on an open board that runs this bundle; raises BoardError when it runs another."""
    from firmware_tools.spotter.client import classify

    session.require_itself()
    session.require("spotter", bundle.bundle_hash)
    clip = np.random.default_rng(0).normal(0, 3_000, bundle.clip_samples).astype(np.int16)
    result = classify(session.link, clip)
    frontend = result.latency_cycles - result.inference_cycles - result.decision_cycles
    return LatencyCycles(frontend, result.inference_cycles, result.decision_cycles, session.hello.clock_hz)
