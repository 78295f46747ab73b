"""``kws bench device``."""

from __future__ import annotations

from kws_data.cli.options import json_option, verb
from kws_data.cli.terminal.figures import show_figures

ESTIMATE_S = 45.0


@verb("device", "kws bench device")
@json_option
def command(as_json: bool) -> None:
    """What detectors cost on the emulated Cortex-M4F: cycles, memory, and what is wanted of them.

    Models are shapes with random weights, built here: those of configs/demo.yaml and configs/gsc9.yaml, MLPerf Tiny's
    DS-CNN, micro_speech, and one that streams. Exits with 1 when a figure is missed.
    """
    from kws_data.bench.device import bench_device

    show_figures(bench_device, ESTIMATE_S, as_json, quick=False)
