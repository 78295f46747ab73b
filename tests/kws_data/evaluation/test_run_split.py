"""A run's bundle on a split of its own: validation in passing, the sealed test for a reason and with a trace."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from exported_run import make_run

from kws_data.catalog.catalog import Catalog
from kws_data.errors import DataError, LeakError
from kws_data.evaluation.detector import HostDetector
from kws_data.evaluation.missing_classes import missing_classes
from kws_data.evaluation.run_split import CHOSEN_THERE, LEARNT_THERE, SplitEvaluation, evaluate_split
from kws_data.evaluation.sealed import Looking

WHY = Looking("evaluate", "before release 2", "Ann")


def measured(folder: Path, split: str, looking: Looking | None = None, seed: int = 0) -> SplitEvaluation:
    detector = HostDetector(make_run(folder / "tiny", seed))
    return evaluate_split(detector, folder / "tiny", split, folder / "recordings", looking)


def looks(folder: Path) -> list[tuple[str, str, str]]:
    with Catalog(folder / "recordings") as catalog:
        return [(one.config, one.verb, one.reason) for one in catalog.looks.all()]


def test_validation_is_no_look_and_says_what_it_cannot_tell(tmp_path: Path) -> None:
    found = measured(tmp_path, "validation")
    assert found.sealed is None and found.notes == (CHOSEN_THERE,) and not (tmp_path / "recordings").exists()
    assert found.found.metrics.clips == 6 and found.clips_per_label == {
        "_silence_": 1,
        "_unknown_": 1,
        "yes": 2,
        "no": 2,
    }
    info = tmp_path / "tiny/dataset/dataset.json"
    info.write_text(json.dumps({**json.loads(info.read_text()), "split": {"refit": True}}))
    bundle = HostDetector(make_run(tmp_path / "other"))
    again = evaluate_split(bundle, tmp_path / "tiny", "validation", tmp_path / "recordings", WHY)
    assert again.notes == (CHOSEN_THERE, LEARNT_THERE) and looks(tmp_path) == []


def test_the_test_is_measured_for_a_reason_and_each_look_is_counted(tmp_path: Path) -> None:
    for looking in (None, Looking("evaluate", " ")):
        with pytest.raises(DataError, match="the test split is sealed: say why"):
            measured(tmp_path, "test", looking)
    assert looks(tmp_path) == []
    first = measured(tmp_path, "test", WHY)
    again = measured(tmp_path, "test", WHY)
    other = measured(tmp_path, "test", WHY, seed=1)
    counts = [(one.sealed.looks, one.sealed.models) for one in (first, again, other) if one.sealed]
    assert counts == [(1, 1), (2, 1), (3, 2)]
    assert looks(tmp_path) == [("tiny", "evaluate", "before release 2")] * 3
    document = json.loads(json.dumps(other.to_dict()))
    assert document["split"] == "test" and document["sealed"]["level"] == 0.975
    low, high = document["sealed"]["tpr_ci"]
    assert low < document["tpr_ci95"][0] and high >= document["tpr_ci95"][1]
    assert document["notes"] == [document["sealed"]["note"]]


def test_no_look_is_noted_where_nothing_could_be_measured(tmp_path: Path) -> None:
    bundle = make_run(tmp_path / "tiny", test0={"speaker": "s000"}, test3={"audio_sha256": "0" * 64})
    with pytest.raises(LeakError, match="the test split leaks"):
        evaluate_split(HostDetector(bundle), tmp_path / "tiny", "test", tmp_path / "recordings", WHY)
    other = HostDetector(replace(make_run(tmp_path / "tiny"), dataset_version="sha256:1"))
    with pytest.raises(DataError, match="another data set"):
        evaluate_split(other, tmp_path / "tiny", "test", tmp_path / "recordings", WHY)
    with pytest.raises(DataError, match="no such split"):
        measured(tmp_path, "train", WHY)
    detector = HostDetector(make_run(tmp_path / "tiny"))
    np.save(tmp_path / "tiny/dataset/features-test-y.npy", np.array([0, 1, 2, 3, 2, 7], np.int32))
    with pytest.raises(DataError, match=r"label that the model does not know: 7"):
        evaluate_split(detector, tmp_path / "tiny", "test", tmp_path / "recordings", WHY)
    assert looks(tmp_path) == []


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ((5, 5, 5, 5), []),
        ((0, 0, 0, 9), ["All clips are no: one class alone"]),
        ((9, 0, 0, 0), ["All clips are _silence_: one class alone"]),
        ((5, 5, 0, 5), ["Nobody says yes in these clips: nothing is known of it."]),
        ((5, 5, 0, 0), ["Nobody says yes, no in these clips: nothing is known of them."]),
        ((5, 0, 5, 5), ["Nobody says another word"]),
        ((0, 5, 5, 0), ["Nobody says no", "No clip is without a word"]),
    ],
)
def test_each_empty_class_has_its_line(counts: tuple[int, ...], told: list[str]) -> None:
    lines = missing_classes(dict(zip(("_silence_", "_unknown_", "yes", "no"), counts, strict=True)))
    assert len(lines) == len(told) and all(line.startswith(start) for line, start in zip(lines, told, strict=True))
