from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from tiny_bundle import tiny_bundle

from firmware_tools.engine.host import HostEngine
from firmware_tools.errors import BoardError, ModelError
from firmware_tools.spotter.detector import Detection
from firmware_tools.tflite import tflm
from kws_data.bundle import ModelBundle
from kws_data.evaluation.clips import evaluate_folder
from kws_data.evaluation.detector import ClipScores, HostDetector
from kws_data.evaluation.inference import host_features, int8_scores
from kws_data.evaluation.on_board import BoardDetector, check_decisions
from kws_data.evaluation.streams import evaluate_stream
from kws_data.progress import Progress
from kws_data.scores import decide
from tests.kws_data.evaluation.test_folder import make_folder


def test_both_engines_give_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    if not tflm.available():
        pytest.skip("tflite-micro has no wheel here")
    bundle = tiny_bundle()
    x = np.random.default_rng(0).integers(-128, 128, (20, 49, 40)).astype(np.int8)
    scores, engine = int8_scores(bundle.tflite, x)
    monkeypatch.setattr(tflm, "available", lambda: False)
    stand_in, name = int8_scores(bundle.tflite, x)
    assert engine == "tflite-micro" and "not installed" in name
    assert np.array_equal(scores, stand_in)
    assert np.array_equal(scores, HostEngine(bundle.tflite)(x[:, :, None, :]))


def test_a_folder_that_was_in_no_run_is_measured(tmp_path: Path) -> None:
    bundle = replace(tiny_bundle(), threshold_int8=-128)
    found = evaluate_folder(HostDetector(bundle), make_folder(tmp_path))
    assert found.found.metrics.clips == 8 and found.found.metrics.fpr == 1.0
    assert found.clips_per_label == {"_silence_": 3, "_unknown_": 2, "yes": 2, "no": 1}
    assert [row.file for row in found.set_aside] == ["yes/b_nohash_0.wav"]


@dataclass(frozen=True)
class FixedDetector:
    """Always sure of one label, and hears it at fixed samples: all that an evaluation may ask of a detector."""

    bundle: ModelBundle
    label: int
    engine: str = "host"

    def scores(self, clips: np.ndarray, progress: Progress | None = None) -> ClipScores:
        values = np.full((len(clips), len(self.bundle.labels)), -128, np.int8)
        values[:, self.label] = 127
        return ClipScores(values, "a fixed answer")

    def detections(self, samples: np.ndarray) -> list[Detection]:
        return [Detection(16_000, self.label, 127), Detection(48_000, self.label, 127)]


def test_whatever_is_a_detector_can_be_evaluated(tmp_path: Path) -> None:
    """Host and board meet in one protocol; nothing else tells them apart."""
    detector = FixedDetector(tiny_bundle(), 2)
    clips = evaluate_folder(detector, make_folder(tmp_path)).to_dict()
    assert clips["per_keyword"]["yes"]["tpr"] == 1.0 and clips["fpr"] == 1.0 and clips["engine"] == "a fixed answer"
    stream = evaluate_stream(detector, tmp_path / "no")
    assert [row.time_s for row in stream.detections] == [1.0, 3.0] and stream.engine == "host"


def test_a_board_that_decides_otherwise_is_found_out() -> None:
    bundle = tiny_bundle()
    scores = np.random.default_rng(1).integers(-128, 128, (30, 4)).astype(np.int8)
    right = decide(scores, bundle.threshold)
    check_decisions(scores, right, bundle)
    wrong = np.where(np.arange(30) == 4, 3 - right % 2, right)
    with pytest.raises(ModelError, match="decides otherwise"):
        check_decisions(scores, wrong, bundle)


@contextmanager
def spotter(bundle, folder: Path):  # type: ignore[no-untyped-def]
    from firmware_tools.boards.spec import load_board
    from firmware_tools.flashers.find import flasher_for
    from firmware_tools.image.build import build_image
    from firmware_tools.link.session import open_board
    from firmware_tools.spotter.sources import spotter_sources

    board = load_board("emulated")
    sources = spotter_sources(bundle.frontend, bundle.tflite, bundle.labels, bundle.threshold_int8, bundle.bundle_hash)
    image = build_image(board, "spotter", sources, folder / "image")
    flasher_for(board, state_dir=folder / "board").flash(image.bin)
    with open_board(board, None, folder / "board") as session:
        yield session


@pytest.mark.slow
def test_the_board_scores_a_folder_as_the_host_does(tmp_path: Path) -> None:
    bundle = replace(tiny_bundle(), threshold_int8=-60)
    folder = tmp_path / "data"
    folder.mkdir()
    make_folder(folder)
    host = evaluate_folder(HostDetector(bundle), folder).to_dict()
    with spotter(bundle, tmp_path) as session:
        device = evaluate_folder(BoardDetector(session, bundle), folder).to_dict()
        with pytest.raises(BoardError):
            BoardDetector(session, replace(bundle, seed=9))
    assert device["agreement"] == 1.0
    for key in ("accuracy", "tpr", "fpr", "clips", "per_keyword", "clips_per_label"):
        assert device[key] == host[key]
    assert 0 < device["latency_ms"]["p50"] <= device["latency_ms"]["max"] < 200
    assert device["cycles"]["inference"] >= bundle.macs / 4


def test_features_are_those_of_the_bundles_front_end() -> None:
    bundle = tiny_bundle()
    other = replace(bundle, frontend=replace(bundle.frontend, floor_db=-60.0))
    clip = np.random.default_rng(2).integers(-40, 40, (1, 16_000)).astype(np.int16)
    assert not np.array_equal(host_features(bundle, clip), host_features(other, clip))
    assert host_features(bundle, clip).shape == (1, 49, 40)
