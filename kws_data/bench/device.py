"""What detectors cost on the emulated Cortex-M4F: cycles of model and front end, memory, size of the image.

Each figure is held against what is wanted of it, beside what others were measured or published at. Models are the
built-in shapes of ``shapes.py``; cycles are counted by ARM's timings (:mod:`firmware_tools.emulator.cycles`), and once
more by the kindest and the harshest reading of them (:mod:`firmware_tools.emulator.timing`), which decide nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from firmware_tools.boards.spec import BoardSpec, load_board
from firmware_tools.engine.plan import plan_memory
from kws_data.bench.engine_code import WINDOWED_BEFORE_BYTES, engine_code_bytes
from kws_data.bench.figures import Figure
from kws_data.bench.measured import Measured
from kws_data.bench.readings import Readings
from kws_data.bench.shapes import built_in
from kws_data.errors import KwsError
from kws_data.progress import Progress

#: TFLM with CMSIS-NN, measured by this project in the same machine on the same models.
CMSIS_NN = {"demo": 1_668_411, "gsc9": 2_306_323, "mlperf_ds_cnn": 9_133_414, "micro_speech": 1_974_852}
PUBLISHED = "published on silicon: X-CUBE-AI 9.0 1.95, Plumerai 2.16"
MICROFRONTEND = 103_956
CODE_MAY_GROW_BYTES = 4_096
#: An RP2040's core at its usual clock. What it runs from takes no wait states: its RAM, or its cache of the flash.
M0PLUS, M0PLUS_HZ = "cortex-m0+", 133_000_000


@dataclass(frozen=True)
class Outcome:
    """What was measured, whether that is what is wanted, and the two ends of its range; ``details`` are for JSON."""

    text: str
    passed: bool
    details: dict[str, Any]
    kindest: str = ""
    harshest: str = ""


@dataclass(frozen=True)
class Row:
    """A figure to be: what it is of, what is wanted, and how it is measured."""

    what: str
    wanted: str
    measure: Callable[[], Outcome]

    def figure(self) -> Figure:
        """The row, measured; ``passed`` is None when it cannot be."""
        try:
            found = self.measure()
        except KwsError as error:
            return Figure(self.what, self.wanted, f"not measured: {error}", None)
        return Figure(
            self.what,
            self.wanted,
            found.text,
            found.passed,
            details=found.details,
            kindest=found.kindest,
            harshest=found.harshest,
        )


def bench_device(progress: Progress) -> Iterator[Figure]:
    """All figures, in the order of the table."""
    yield from figures_of(rows(load_board("emulated")), progress)


def figures_of(table: Sequence[Row], progress: Progress) -> Iterator[Figure]:
    """The rows, measured one after the other, with the seconds that each took."""
    for number, row in enumerate(table):
        progress("device", number, len(table))
        began = time.monotonic()
        figure = row.figure()
        yield replace(figure, seconds=time.monotonic() - began)


def rows(board: BoardSpec) -> list[Row]:
    """The table, with nothing measured yet."""

    @cache
    def shape(name: str) -> Measured:
        return Measured(built_in(name), board)

    @cache
    def small_core() -> Measured:
        return Measured(built_in("streaming"), replace(board, core=M0PLUS, clock_hz=M0PLUS_HZ))

    theirs, code = CMSIS_NN["micro_speech"], WINDOWED_BEFORE_BYTES + CODE_MAY_GROW_BYTES
    frame_wanted = f"<= 38,000 (TFLM's microfrontend {MICROFRONTEND:,})"
    code_wanted = f"<= {code:,} bytes ({WINDOWED_BEFORE_BYTES:,} before it streamed, and 4 KB)"
    small = f"Cortex-M0+ at {M0PLUS_HZ // 1_000_000} MHz (RP2040 class, code in RAM), no DSP extension, share"
    return [
        Row("mlperf_ds_cnn, windowed, cycles a MAC", "<= 2.0", lambda: _per_mac(shape("mlperf_ds_cnn"), 2.0)),
        Row("demo, windowed, cycles a MAC", "<= 2.7", lambda: _per_mac(shape("demo"), 2.7)),
        Row("gsc9, windowed, cycles a MAC", "<= 2.7", lambda: _per_mac(shape("gsc9"), 2.7)),
        Row("micro_speech, cycles", f"< {theirs:,} (TFLM + CMSIS-NN)", lambda: _micro_speech(shape("micro_speech"))),
        Row("micro_speech, RAM", "<= 7,168 bytes", lambda: _ram(shape("micro_speech"), 7_168)),
        Row("streaming, a hop against a window", "<= 0.10", lambda: _hop(shape("streaming"))),
        Row("front end, cycles a frame", frame_wanted, lambda: _frame(shape("streaming"))),
        Row(
            "share of the core while listening, everything included", "<= 6 %", lambda: _share(shape("streaming"), 0.06)
        ),
        Row(small, "<= 15 %", lambda: _share(small_core(), 0.15)),
        Row("island of the streaming detector", "<= 16,384 bytes", lambda: _island(shape("streaming"), 16_384)),
        Row("island of gsc9_streaming", "<= 16,384 bytes", lambda: _island(shape("gsc9_streaming"), 16_384)),
        Row("streaming detector's image, flash", "<= 40,960 bytes", lambda: _flash(shape("streaming"), 40_960)),
        Row("the same without the serial protocol", "<= 32,768 bytes", lambda: _bare(shape("streaming"), 32_768)),
        Row("code of the streaming engine", code_wanted, lambda: _code(shape("streaming"), code)),
    ]


def _counted(text: str, passed: bool, cycles: Readings, show: Callable[[int], str], **details: Any) -> Outcome:
    """Cycles and their two ends; ``show`` says how cycles are told."""
    numbers = {"cycles": cycles.default, "kindest_cycles": cycles.kindest, "harshest_cycles": cycles.harshest}
    return Outcome(text, passed, numbers | details, show(cycles.kindest), show(cycles.harshest))


def _per_mac(measured: Measured, reach: float) -> Outcome:
    name, macs, cycles = measured.shape.name, measured.graph.total_macs, measured.windowed
    theirs = CMSIS_NN[name]
    note = f"; {PUBLISHED}" if name == "mlperf_ds_cnn" else ""
    text = f"{cycles.default / macs:.2f}; {cycles.default:,} cycles, TFLM + CMSIS-NN {theirs:,}{note}"
    reached = round(cycles.default / macs, 2) <= reach
    return _counted(text, reached, cycles, lambda n: f"{n / macs:.2f}", macs=macs, tflm_cmsis_nn_cycles=theirs)


def _micro_speech(measured: Measured) -> Outcome:
    cycles, theirs = measured.windowed, CMSIS_NN["micro_speech"]
    return _counted(f"{cycles.default:,}", cycles.default < theirs, cycles, _plain, tflm_cmsis_nn_cycles=theirs)


def _ram(measured: Measured, reach: int) -> Outcome:
    plan = plan_memory(measured.graph)
    return _bytes(plan.arena_bytes + plan.input_bytes + plan.output_bytes, reach)


def _hop(measured: Measured) -> Outcome:
    hop, window = measured.hop, measured.windowed
    share = {name: cycles / getattr(window, name) for name, cycles in hop.each().items()}
    text = f"{share['default']:.3f}; {hop.default:,} for {measured.frames} frames against {window.default:,} cycles"
    details = {f"{name}_share": one for name, one in share.items()} | {"windowed_cycles": window.default}
    counted = _counted(text, share["default"] <= 0.1, hop, _plain, **details)
    return replace(counted, kindest=f"{share['kindest']:.3f}", harshest=f"{share['harshest']:.3f}")


def _frame(measured: Measured) -> Outcome:
    frame = measured.listener.frame
    return _counted(f"{frame.default:,}", frame.default <= 38_000, frame, _plain)


def _share(measured: Measured, reach: float) -> Outcome:
    cycles, computed, share = measured.listener.awake, measured.computed.default, measured.share
    text = f"{share(cycles.default):.1%}; {share(computed):.1%} without fetching samples and waking for them"
    parts = {"share": share(cycles.default), "computed_share": share(computed), "hop_cycles": measured.hop.default}
    parts |= {f"{part}_cycles": getattr(measured.listener, part).default for part in ("frame", "decision")}
    return _counted(text, share(cycles.default) <= reach, cycles, lambda n: f"{share(n):.1%}", **parts)


def _island(measured: Measured, reach: int) -> Outcome:
    found = measured.listener.island
    largest = ", ".join(f"{kind} {size:,}" for kind, size in sorted(found.by_kind.items(), key=lambda one: -one[1])[:4])
    return Outcome(f"{found.bytes:,} bytes: {largest}, ...", found.bytes <= reach, found.to_dict())


def _flash(measured: Measured, reach: int) -> Outcome:
    return _bytes(measured.listener.flash_bytes, reach)


def _bare(measured: Measured, reach: int) -> Outcome:
    return _bytes(measured.bare_flash_bytes, reach)


def _code(measured: Measured, reach: int) -> Outcome:
    return _bytes(engine_code_bytes(measured.board, measured.graph, "streaming"), reach)


def _bytes(count: int, reach: int) -> Outcome:
    return Outcome(f"{count:,} bytes", count <= reach, {"bytes": count})


def _plain(cycles: int) -> str:
    return f"{cycles:,}"
