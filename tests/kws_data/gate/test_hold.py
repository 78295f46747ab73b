"""A bundle in its image, as kws check measures it: island, work and power, on the emulated board."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from synthetic_models import keyword_model
from tiny_bundle import tiny_bundle

from firmware_tools.boards.spec import load_board
from firmware_tools.spotter.gate_spec import GateSpec
from kws_data.bundle import ModelBundle, model_hash
from kws_data.config.device import BudgetSettings
from kws_data.deploy.images import spotter_image
from kws_data.gate.hold import hold


def streaming_bundle() -> ModelBundle:
    tiny = tiny_bundle()
    frames, features = tiny.frames, tiny.frontend.features
    tflite = keyword_model(frames=frames, features=features, channels=8, kernel=3, labels=4, stride=1, valid=True)
    return replace(tiny, tflite=tflite, model_sha256=model_hash(tflite), engine="streaming")


@pytest.mark.parametrize("gate", [None, GateSpec()], ids=["open", "gated"])
def test_all_is_measured_and_the_streaming_default_is_held(gate: GateSpec | None, tmp_path: Path) -> None:
    board, bundle = load_board("emulated"), streaming_bundle()
    bundle = replace(bundle, stream=replace(bundle.stream, gate=gate))
    report = hold(board, bundle, spotter_image(board, bundle, tmp_path), BudgetSettings(duty=50.0))
    checks = {check.name: check for check in report.checks}
    assert report.island is not None and report.listening is not None and report.power is not None
    assert checks["island_bytes"].limit == 16_384 and checks["island_bytes"].measured == report.island.bytes
    assert checks["duty"].passed and checks["duty"].measured == pytest.approx(100 * report.listening.share)
    names = {part.name for part in report.island.parts}
    assert ({"gate", "preroll"} <= names) is (gate is not None)
    assert report.listening.gated is (gate is not None)
    awake = report.listening.awake
    assert awake is not None
    if gate is None:  # noise opens it, but even noise closes it again
        assert report.listening.share < awake < report.listening.share + 0.02
    else:
        assert report.listening.behind_gate(0.0) < awake < report.listening.share + 0.02
    assert set(report.to_dict()) == {"passed", "checks", "island", "listening", "power"}
    assert report.lines()[0].startswith("island, all that listening needs")
