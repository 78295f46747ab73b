"""The typed results are the JSON of the contract, key for key, and come back from it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tiny_bundle import LABELS

from kws_data.cli.terminal.summary import summary_rows
from kws_data.errors import DataError
from kws_data.evaluation.evaluation_report import (
    BoardEvaluation,
    BoardTiming,
    Cycles,
    DeviceEvaluation,
    EvaluationReport,
    HostEvaluation,
    Latency,
)
from kws_data.evaluation.metrics import Metrics, metrics
from kws_data.evaluation.stream_evaluation import Heard, ResponseTimes, SetAside, StreamEvaluation
from kws_data.pages.numbers import false_accepts

SCORES, TRUTH = np.eye(4)[[0, 1, 2, 3, 2]], np.array([0, 1, 2, 3, 1])
FOUND = metrics(SCORES, TRUTH, 0.5, LABELS, ["hum", "ann", "ann", "ben", "ben"])
TIMING = BoardTiming(64_000_000, Cycles(9_000, 8_500.5, 400_000, 300), Latency(6.4, 6.5, 6.75))
WHOLE = EvaluationReport(
    {"float": HostEvaluation(FOUND), "int8": HostEvaluation(FOUND, "tflite-micro")},
    DeviceEvaluation(BoardEvaluation("emulated", FOUND, 0.8, TIMING), 40_000, 9_000, ResponseTimes(40.5, 90.0, 3, 4)),
    StreamEvaluation(
        hours=0.5,
        false_accepts=1,
        false_accepts_per_hour=2.0,
        upper95=9.5,
        keywords_said=2,
        frr=0.5,
        frr_ci95=(0.1, 0.9),
        detections=(Heard("a.flac", 1.25, "yes", 0.75, "false"),),
        engine="host",
        set_aside=(SetAside("b.wav", "no audio"),),
    ),
)
BEFORE = ["accuracy", "accuracy_ci95", "tpr", "tpr_ci95", "fpr", "fpr_ci95", "threshold", "clips", "per_keyword"]
BY_SPEAKER = ["speakers", "accuracy_ci95_by_speaker", "tpr_ci95_by_speaker", "fpr_ci95_by_speaker"]
METRICS = [*BEFORE, *BY_SPEAKER, "auc", "average_precision", "calibration"]


def save(folder: Path, report: EvaluationReport) -> None:
    for name, block in report.to_dict().items():
        (folder / f"{name}.json").write_text(json.dumps(block))


def test_blocks_have_the_keys_of_the_contract() -> None:
    found = WHOLE.to_dict()
    assert json.loads(json.dumps(found)) == found
    assert list(found) == ["host", "device", "stream"]
    assert list(found["host"]["float"]) == METRICS and list(found["host"]["int8"]) == [*METRICS, "engine"]
    measured = ["agreement", "clock_hz", "cycles", "latency_ms", "image_flash_bytes", "image_ram_bytes", "response_ms"]
    assert list(found["device"]) == ["board", *METRICS, *measured]
    assert list(found["device"]["cycles"]) == ["frontend_frame", "frontend_frame_mean", "inference", "decision"]
    assert found["device"]["latency_ms"] == {"p50": 6.4, "p95": 6.5, "max": 6.75}
    assert found["device"]["response_ms"] == {"p50": 40.5, "p95": 90.0, "detected": 3, "words": 4}
    assert found["stream"]["detections"] == [
        {"file": "a.flac", "time_s": 1.25, "label": "yes", "score": 0.75, "verdict": "false"}
    ]
    assert list(found["stream"]) == [
        *("hours", "false_accepts", "false_accepts_per_hour", "upper95", "keywords_said", "frr", "frr_ci95"),
        *("detections", "engine", "set_aside", "notes", "negatives", "curve", "response_ms", "measured"),
    ]


def test_results_from_before_there_were_speakers_still_load() -> None:
    old = {name: FOUND.to_dict()[name] for name in BEFORE}
    old["per_keyword"] = {
        word: {name: one[name] for name in ("tpr", "tpr_ci95", "fpr", "clips")}
        for word, one in old["per_keyword"].items()
    }
    found = Metrics.from_dict(old)
    assert found.speakers is found.tpr_ci95_by_speaker is found.calibration is found.auc is None
    assert found.tpr == FOUND.tpr and found.to_dict() == old


def test_without_speakers_only_the_intervals_by_speaker_are_missing() -> None:
    found = metrics(SCORES, TRUTH, 0.5, LABELS).to_dict()
    assert list(found) == [*BEFORE, "auc", "average_precision", "calibration"]
    assert "tpr_ci95_by_speaker" not in found["per_keyword"]["yes"]


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    save(tmp_path, WHOLE)
    assert EvaluationReport.load(tmp_path) == WHOLE


@pytest.mark.parametrize(
    ("file", "verb"), [("host", "run --until evaluate"), ("stream", "run --until evaluate"), ("device", "device-eval")]
)
def test_a_lost_part_names_its_verb_and_a_damaged_one_the_key(tmp_path: Path, file: str, verb: str) -> None:
    save(tmp_path, WHOLE)
    path = tmp_path / f"{file}.json"
    document = json.loads(path.read_text())
    part = document["int8"] if file == "host" else document
    lost = "engine" if file == "stream" else "fpr_ci95"
    del part[lost]
    path.write_text(json.dumps(document))
    with pytest.raises(DataError, match=f"damaged.*{file}.json.*{lost}"):
        EvaluationReport.load(tmp_path)
    path.unlink()
    with pytest.raises(DataError, match=f"call kws {verb} first"):
        EvaluationReport.load(tmp_path)


def test_a_stream_without_other_words_has_no_rate() -> None:
    assert WHOLE.stream.to_dict()["measured"] is True
    found = WHOLE.stream.without_rate("nobody says another word")
    document = json.loads(json.dumps(found.to_dict()))
    assert document["measured"] is False and document["false_accepts_per_hour"] is None and document["upper95"] is None
    assert StreamEvaluation.from_dict(document) == found
    assert "nobody says another word" in false_accepts(found.false_accepts_per_hour, found.upper95)
    row = next(row for row in summary_rows_of(found) if row[0] == "false accepts")
    assert row[1] == "not measured"


def summary_rows_of(stream: StreamEvaluation) -> list[tuple[str, str, str]]:
    blocks = replace(WHOLE, stream=stream).to_dict()
    return summary_rows({**blocks, "model": {"macs": 1}, "budget": {"checks": []}})
