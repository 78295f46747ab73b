"""The figures of a package's README: what the model needs, what it hears, what it was trained on."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from firmware_tools.engine.plan import plan_memory
from firmware_tools.engine.streaming.plan import plan_stream
from firmware_tools.spotter.detector import FIRST_KEYWORD
from firmware_tools.spotter.stream_spec import NEVER
from firmware_tools.tflite.graph import read_tflite
from kws_data.bundle import ModelBundle
from kws_data.dataset.manifest import load_dataset, read_columns
from kws_data.errors import DataError
from kws_data.run_folder import REPORT_FILE, read_json


@dataclass(frozen=True)
class RunFigures:
    """What only the run beside a bundle knows; empty where the bundle lies alone.

    Attributes:
        licences: of the training data, with the number of clips of each.
        cycles: of a frame of the front end and of an inference on ``board``.
    """

    licences: dict[str, int]
    board: str = ""
    cycles: tuple[int, int] | None = None


def run_figures(bundle: ModelBundle, folder: Path) -> RunFigures:
    """What the run says whose ``model`` is ``folder``; only results of this very bundle count."""
    board, cycles = "", None
    try:
        report = read_json(folder.parent / "report" / REPORT_FILE, "report")
        device = report["device"]
        if report["model"]["sha256"] == bundle.model_sha256:
            board = str(device["board"])
            cycles = (int(device["cycles"]["frontend_frame"]), int(device["cycles"]["inference"]))
    except (DataError, OSError, KeyError, TypeError, ValueError):
        pass  # the bundle came without its run, or the run has not been measured
    return RunFigures(_licences(bundle, folder.parent / "dataset"), board, cycles)


def _licences(bundle: ModelBundle, dataset: Path) -> dict[str, int]:
    try:
        if load_dataset(dataset).version != bundle.dataset_version:
            return {}
        return dict(Counter(read_columns(dataset, "licence")["licence"]).most_common())
    except DataError:
        return {}


def figures_table(bundle: ModelBundle, run: RunFigures) -> str:
    """Markdown: a row a figure, then a row a label with its threshold."""
    spec, stream = bundle.frontend, bundle.stream
    kind = "MFCC" if spec.kind == "mfcc" else spec.kind
    rows = [
        ("model file", f"{bundle.tflite_bytes:,} bytes"),
        _memory_row(bundle),
        ("arena in TensorFlow Lite Micro", f"{bundle.arena_bytes:,} bytes"),
        ("one inference", f"{bundle.macs:,} MACs a window, {bundle.parameters:,} parameters"),
        ("front end", f"{kind}, window {spec.window_samples}, hop {spec.hop_samples}, {spec.features} features"),
        ("the model sees", f"{bundle.frames} frames ({bundle.clip_samples} samples)"),
        ("the model runs", f"every {stream.stride_frames} frames; the last {stream.average} scores are summed"),
        ("after a detection", f"nothing for {stream.refractory_ms} ms"),
        *_cycle_rows(run),
    ]
    table = "| figure | value |\n|---|---|\n" + "".join(f"| {name} | {value} |\n" for name, value in rows)
    return table + "\n" + _label_table(bundle)


def _memory_row(bundle: ModelBundle) -> tuple[str, str]:
    """What the bundle's engine keeps in RAM."""
    graph = read_tflite(bundle.tflite)
    if bundle.engine == "streaming":
        return (
            "state of the streaming engine",
            f"{plan_stream(graph).state_bytes:,} bytes; it keeps no window of frames",
        )
    return "arena of the engine", f"{plan_memory(graph).arena_bytes:,} bytes"


def _cycle_rows(run: RunFigures) -> list[tuple[str, str]]:
    if run.cycles is None:
        return [("cycles", "not measured: call kws device-eval")]
    frame, inference = run.cycles
    return [(f"cycles on {run.board}", f"{frame:,} a frame of the front end, {inference:,} an inference")]


def _label_table(bundle: ModelBundle) -> str:
    sums = bundle.stream.thresholds(len(bundle.labels), bundle.streaming_int8)
    lines = ["| number | label | threshold on the sum |", "|---|---|---|"]
    for number, (label, threshold) in enumerate(zip(bundle.labels, sums, strict=True)):
        shown = "never detected" if number < FIRST_KEYWORD or threshold == NEVER else str(threshold)
        lines.append(f"| {number} | {_cell(label)} | {shown} |")
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ")


def licences_line(run: RunFigures) -> str:
    """The licences of the data in one line."""
    if not run.licences:
        return "not known here (the data set was not beside the bundle); ask whoever made it"
    return ", ".join(f"{licence or 'not stated'} ({clips:,} clips)" for licence, clips in run.licences.items())
