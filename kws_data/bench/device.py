"""What detectors cost on the emulated Cortex-M4F: cycles of model and front end, memory, size of the image.

Each figure is held against what is wanted of it, beside what others were measured or published at. Models are the
built-in shapes of ``shapes.py``; cycles are counted by ARM's timings (:mod:`firmware_tools.emulator.cycles`).
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from firmware_tools.boards.spec import BoardSpec, load_board
from firmware_tools.engine.plan import plan_memory
from firmware_tools.image.build import build_image
from firmware_tools.spotter.stream_spec import StreamSpec
from firmware_tools.tflite.graph import Graph, read_tflite
from kws_data.bench.figures import Figure
from kws_data.bench.shapes import CLIP_SAMPLES, Shape, built_in
from kws_data.bundle import Engine, ModelBundle, model_hash
from kws_data.deploy.images import generated_sources
from kws_data.gate.measure import LayerCycles, measure_latency, measure_layers
from kws_data.progress import Progress

#: TFLM with CMSIS-NN, measured by this project in the same machine on the same models.
CMSIS_NN = {"demo": 1_668_411, "gsc9": 2_306_323, "mlperf_ds_cnn": 9_133_414, "micro_speech": 1_974_852}
PUBLISHED = "published on silicon: X-CUBE-AI 9.0 1.95, Plumerai 2.16"
MICROFRONTEND = 103_956


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
        tflite = self.shape.tflite
        return ModelBundle(
            config=self.shape.name,
            labels=self.shape.labels,
            frontend=self.shape.frontend,
            clip_samples=CLIP_SAMPLES,
            threshold_int8=0,
            dataset_version="none",
            model_sha256=model_hash(tflite),
            seed=0,
            tflite_bytes=len(tflite),
            arena_bytes=0,
            macs=self.graph.total_macs,
            parameters=self.graph.parameters,
            train_settings={},
            tflite=tflite,
            stream=StreamSpec(stride_frames=self.shape.stride_frames),
        )

    def cycles(self, engine: Engine) -> LayerCycles:
        """Of the model, on one of the engines."""
        return measure_layers(self.board, replace(self.bundle, engine=engine))


def bench_device(progress: Progress) -> Iterator[Figure]:
    """All figures, in the order of the table.

    Raises:
        KwsError: a model cannot be built, or the emulated board cannot run it.
    """
    began = time.monotonic()
    for figure in _figures(load_board("emulated"), progress):
        yield replace(figure, seconds=time.monotonic() - began)
        began = time.monotonic()


def _figures(board: BoardSpec, progress: Progress) -> Iterator[Figure]:
    for number, (name, reach) in enumerate((("mlperf_ds_cnn", 2.0), ("demo", 2.7), ("gsc9", 2.7))):
        progress("device", number, 5)
        yield _per_mac(Measured(built_in(name), board), reach)
    progress("device", 3, 5)
    yield from _micro_speech(Measured(built_in("micro_speech"), board))
    progress("device", 4, 5)
    yield from _listening(Measured(built_in("streaming"), board))


def _per_mac(measured: Measured, reach: float) -> Figure:
    name, macs = measured.shape.name, measured.graph.total_macs
    cycles, theirs = sum(measured.cycles("windowed").latest), CMSIS_NN[measured.shape.name]
    note = f"; {PUBLISHED}" if name == "mlperf_ds_cnn" else ""
    text = f"{cycles / macs:.2f}; {cycles:,} cycles, TFLM + CMSIS-NN {theirs:,}{note}"
    details = {"cycles": cycles, "macs": macs, "tflm_cmsis_nn_cycles": theirs}
    return Figure(
        f"{name}, windowed, cycles a MAC", f"<= {reach}", text, round(cycles / macs, 2) <= reach, 0.0, details
    )


def _micro_speech(measured: Measured) -> Iterator[Figure]:
    cycles, theirs = sum(measured.cycles("windowed").latest), CMSIS_NN["micro_speech"]
    plan = plan_memory(measured.graph)
    ram = plan.arena_bytes + plan.input_bytes + plan.output_bytes
    details = {"cycles": cycles, "tflm_cmsis_nn_cycles": theirs}
    wanted = f"< {theirs:,} (TFLM + CMSIS-NN)"
    yield Figure("micro_speech, cycles", wanted, f"{cycles:,}", cycles < theirs, 0.0, details)
    yield Figure("micro_speech, RAM", "<= 7,168 bytes", f"{ram:,} bytes", ram <= 7_168, 0.0, {"bytes": ram})


def _listening(measured: Measured) -> Iterator[Figure]:
    """The streaming shape as it listens, a decision every few frames."""
    board, bundle = measured.board, replace(measured.bundle, engine="streaming")
    windowed, hop = sum(measured.cycles("windowed").latest), measured.cycles("streaming").hop
    frames = bundle.stream.stride_frames
    text = f"{hop / windowed:.3f}; {hop:,} against {windowed:,} cycles"
    details = {"hop_cycles": hop, "windowed_cycles": windowed}
    yield Figure(f"streaming, {frames} frames against a window", "<= 0.10", text, hop <= windowed / 10, 0.0, details)
    with tempfile.TemporaryDirectory(prefix="kws-bench-") as folder:
        image = build_image(board, "spotter", generated_sources(bundle), Path(folder))
        frame = measure_latency(board, bundle, image).frontend
    wanted = f"<= 38,000 (TFLM's microfrontend {MICROFRONTEND:,})"
    yield Figure("front end, cycles a frame", wanted, f"{frame:,}", frame <= 38_000, 0.0, {"cycles": frame})
    share = (frame * frames + hop) / bundle.hop_s / board.clock_hz
    yield Figure("share of the core while listening", "<= 6 %", f"{share:.1%}", share <= 0.06, 0.0, {"share": share})
    flash = image.flash_bytes
    what = "streaming detector's image, flash"
    yield Figure(what, "<= 40,960 bytes", f"{flash:,} bytes", flash <= 40_960, 0.0, {"bytes": flash})
