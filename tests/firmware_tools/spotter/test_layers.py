"""The stop watch between the layers: a real image on the emulated core."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from synthetic_models import keyword_model

from firmware_tools.boards.spec import load_board
from firmware_tools.engine.emit import emit_c
from firmware_tools.flashers.find import flasher_for
from firmware_tools.frontend.spec import FrontendSpec
from firmware_tools.image.build import build_image
from firmware_tools.link.session import open_board
from firmware_tools.spotter.client import classify
from firmware_tools.spotter.layers import APP, layer_cycles, layer_sources
from firmware_tools.spotter.sources import spotter_sources
from firmware_tools.tflite.graph import read_tflite


def run(app: str, sources: dict[str, str], folder: Path) -> tuple[int, ...]:
    board = load_board("emulated")
    flasher_for(board, state_dir=folder).flash(build_image(board, app, sources, folder / "image").bin)
    with open_board(board, None, folder) as session:
        session.require(app, "abc")
        if app == APP:
            first = layer_cycles(session.link)
            assert layer_cycles(session.link) == first  # measured anew, not added up
            return first
        clip = np.random.default_rng(0).normal(0, 3_000, 16_000).astype(np.int16)
        return (classify(session.link, clip).inference_cycles,)


def test_layers_add_up_to_the_inference(tmp_path: Path) -> None:
    tflite = keyword_model()
    graph = read_tflite(tflite)
    labels = [f"label{n}" for n in range(graph.output.elements)]
    spotter = spotter_sources(FrontendSpec(), tflite, labels, 0, "abc")
    layers = run(APP, layer_sources(tflite, spotter, "abc"), tmp_path / "layers")
    (inference,) = run("spotter", spotter, tmp_path / "spotter")
    assert len(layers) == len(graph.operators)
    assert sum(layers) == pytest.approx(inference, rel=0.005)
    assert all(cycles > 0 for cycles, op in zip(layers, graph.operators, strict=True) if graph.macs(op))


def test_the_code_of_a_bundle_has_no_stop_watch() -> None:
    graph = read_tflite(keyword_model())
    plain, timed = emit_c(graph, header="h"), emit_c(graph, header="h", steps=True)
    assert "_step(" not in plain["kws_model.c"] + plain["kws_model.h"]
    lines = [line for line in timed["kws_model.c"].splitlines() if "_step(" not in line]
    assert lines == plain["kws_model.c"].splitlines()
