"""A shape on the emulated board: cycles of its model and its front end, size of its image."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from firmware_tools.boards.spec import BoardSpec
from firmware_tools.image.build import build_image
from firmware_tools.spotter.island import Island
from firmware_tools.spotter.stream_spec import StreamSpec
from firmware_tools.tflite.graph import Graph, read_tflite
from kws_data.bench.bundles import bundle_of
from kws_data.bench.readings import Readings, boards_by_reading, readings
from kws_data.bench.shapes import Shape
from kws_data.bundle import Engine, ModelBundle
from kws_data.deploy.images import generated_sources
from kws_data.gate.awake import awake
from kws_data.gate.island import measure_island
from kws_data.gate.measure import LayerCycles, measure_latency, measure_layers, measure_layers_on


@dataclass(frozen=True)
class Listener:
    """A detector's image: bytes of flash, and cycles.

    Attributes:
        frame: of a frame's features.
        decision: of a decision.
        awake: of all that it does while it listens, from one decision to the next.
        island: every byte that listening needs.
    """

    flash_bytes: int
    frame: Readings
    decision: Readings
    awake: Readings
    island: Island


@dataclass(frozen=True)
class Measured:
    """A shape on the emulated board.

    Attributes:
        shape: what is measured.
        board: where.
    """

    shape: Shape
    board: BoardSpec

    @cached_property
    def graph(self) -> Graph:
        """The network."""
        return read_tflite(self.shape.tflite)

    @cached_property
    def bundle(self) -> ModelBundle:
        """The shape as a bundle, which detects whatever it likes."""
        shape = self.shape
        stream = StreamSpec(stride_frames=shape.stride_frames)
        return bundle_of(shape.name, shape.tflite, shape.labels, shape.frontend, stream)

    def cycles(self, engine: Engine) -> LayerCycles:
        """Of the model, on one of the engines."""
        return measure_layers(self.board, replace(self.bundle, engine=engine))

    @cached_property
    def windowed(self) -> Readings:
        """Cycles of the model for a window."""
        return readings([layers.hop for layers in self._by_reading("windowed")])

    @cached_property
    def hop(self) -> Readings:
        """Cycles of the streaming model from one decision to the next."""
        return readings([layers.hop for layers in self._by_reading("streaming")])

    def _by_reading(self, engine: Engine) -> list[LayerCycles]:
        return measure_layers_on(boards_by_reading(self.board), replace(self.bundle, engine=engine))

    @cached_property
    def listener(self) -> Listener:
        """Of the streaming detector."""
        bundle = replace(self.bundle, engine="streaming")
        with tempfile.TemporaryDirectory(prefix="kws-bench-") as folder:
            image = build_image(self.board, "spotter", generated_sources(bundle), Path(folder))
            boards = boards_by_reading(self.board)
            measured = [measure_latency(board, bundle, image) for board in boards]
            whole = measure_island(self.board, bundle, image, measured[0])
            shares = [awake(board, image, bundle.frontend.sample_rate_hz).share for board in boards]
        return Listener(
            image.flash_bytes,
            readings([one.frontend for one in measured]),
            readings([one.decision for one in measured]),
            readings([round(share * bundle.hop_s * self.board.clock_hz) for share in shares]),
            whole,
        )

    @cached_property
    def bare_flash_bytes(self) -> int:
        """Flash of the streaming detector that tells words as lines of text: no serial protocol (``apps/bare.c``)."""
        sources = generated_sources(replace(self.bundle, engine="streaming"))
        with tempfile.TemporaryDirectory(prefix="kws-bench-") as folder:
            return build_image(self.board, "bare", sources, Path(folder)).flash_bytes

    @property
    def frames(self) -> int:
        """From one decision to the next."""
        return self.bundle.stream.stride_frames

    @property
    def computed(self) -> Readings:
        """Cycles of features, model and decision from one decision to the next: a part of ``listener.awake``."""
        return self.hop.plus(self.listener.decision).plus(self.listener.frame, self.frames)

    def share(self, cycles: int) -> float:
        """Of the core's time, of cycles from one decision to the next."""
        return cycles / self.bundle.hop_s / self.board.clock_hz
