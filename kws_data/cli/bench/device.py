"""``kws bench device``."""

from __future__ import annotations

from kws_data.cli.options import json_option, verb
from kws_data.cli.terminal.figures import show_figures

ESTIMATE_S = 60.0


@verb("device", "kws bench device")
@json_option
def command(as_json: bool) -> None:
    """What detectors cost on the emulated Cortex-M4F: cycles, memory, and what is wanted of them.

    Models are shapes with random weights, built here: those of configs/demo.yaml and configs/gsc9.yaml, MLPerf Tiny's
    DS-CNN, micro_speech, and one that streams. Cycles are counted by ARM's timings; beside each figure stand the
    kindest and the harshest reading of what they leave open, which decide nothing. Exits with 1 when a figure is missed
    or cannot be measured.
    """
    from kws_data.bench.device import bench_device

    show_figures(bench_device, ESTIMATE_S, as_json, quick=False, unmeasured=False)
