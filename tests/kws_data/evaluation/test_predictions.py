"""One row a clip and engine: kept exactly, joined from parts, the same bytes for the same rows, read by pandas."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tiny_bundle import LABELS, tiny_bundle

from kws_data.errors import DataError
from kws_data.evaluation.metrics import metrics
from kws_data.evaluation.predictions import (
    BEFORE_REFIT,
    DEVICE,
    INT8,
    Predictions,
    joined,
    predicted,
    read_predictions,
    write_predictions,
)

BUNDLE = tiny_bundle(threshold_int8=20)
RNG = np.random.default_rng(3)
SCORES, TRUTH = RNG.integers(-128, 128, (40, 4)).astype(np.int8), RNG.integers(0, 4, 40)
IDS = np.array([f"clip{n:02d}" for n in range(40)])


def rows(engine: str, split: str = "test", scores: np.ndarray = SCORES) -> Predictions:
    return predicted(BUNDLE, engine, split, IDS, TRUTH, scores)


def test_what_is_read_is_what_was_written(tmp_path: Path) -> None:
    floats = RNG.random((40, 4)).astype(np.float32)
    made = joined([rows("float", scores=floats), rows(INT8), rows(INT8, "validation"), rows(DEVICE)])
    write_predictions(tmp_path / "a.parquet", made)
    found = read_predictions(tmp_path / "a.parquet", "evaluate")
    assert found.labels == LABELS and len(found) == 160
    for name in ("clip_ids", "splits", "engines", "y", "detected", "scores"):
        np.testing.assert_array_equal(getattr(found, name), getattr(made, name))
    np.testing.assert_array_equal(found.of("float").scores, floats)


def test_metrics_are_those_of_the_scores_themselves(tmp_path: Path) -> None:
    write_predictions(tmp_path / "a.parquet", joined([rows(BEFORE_REFIT, scores=SCORES[::-1]), rows(INT8)]))
    kept = read_predictions(tmp_path / "a.parquet", "evaluate").of(INT8)
    for threshold in (BUNDLE.threshold, 0.0, 0.9):
        assert kept.metrics(threshold) == metrics(SCORES, TRUTH, threshold, LABELS)


def test_pandas_reads_plain_columns(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    write_predictions(tmp_path / "a.parquet", rows(INT8))
    frame = pandas.read_parquet(tmp_path / "a.parquet")
    scores = ["score__silence_", "score__unknown_", "score_yes", "score_no"]
    assert list(frame.columns) == ["clip_id", "split", "label", "engine", "detected", *scores]
    assert frame.clip_id.tolist() == IDS.tolist() and set(frame.engine) == {"int8"}
    assert frame.label.tolist() == [LABELS[k] for k in TRUTH]
    keyword = frame[scores[2:]].max(axis=1)
    assert (frame.detected == "").tolist() == (keyword < BUNDLE.threshold).tolist()
    assert set(frame.detected) == {"", "yes", "no"}
    np.testing.assert_array_equal(frame[scores].to_numpy(), (SCORES.astype(np.float64) + 128) / 256)


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_predictions(tmp_path / f"{name}.parquet", rows(INT8))
    write_predictions(tmp_path / "c.parquet", rows(INT8, scores=SCORES[::-1]))
    one, two, other = ((tmp_path / f"{name}.parquet").read_bytes() for name in "abc")
    assert one == two != other


def test_parts_of_different_labels_are_not_joined() -> None:
    other = predicted(tiny_bundle(("_silence_", "_unknown_", "no", "yes")), DEVICE, "test", IDS, TRUTH, SCORES)
    with pytest.raises(DataError, match="different labels"):
        joined([rows(INT8), other])


def test_a_missing_or_damaged_part_names_the_verb(tmp_path: Path) -> None:
    path = tmp_path / "predictions-host.parquet"
    with pytest.raises(DataError, match=r"missing.*call kws evaluate first"):
        read_predictions(path, "evaluate")
    write_predictions(path, rows(INT8))
    whole = path.read_bytes()
    for content in (b"", whole[:200], whole[:-9]):
        path.write_bytes(content)
        with pytest.raises(DataError, match=r"damaged.*remove it and call kws run"):
            read_predictions(path, "evaluate")


def test_a_score_that_is_no_number_is_damage(tmp_path: Path) -> None:
    made = rows(INT8)
    made.scores[3, 1] = np.nan
    write_predictions(tmp_path / "a.parquet", made)
    with pytest.raises(DataError, match="a result is damaged"):
        read_predictions(tmp_path / "a.parquet", "evaluate")


def test_other_tables_are_damaged_too(tmp_path: Path) -> None:
    import pyarrow
    from pyarrow import parquet

    path = tmp_path / "a.parquet"
    write_predictions(path, rows(INT8))
    table = parquet.read_table(path)
    unknown = table.set_column(2, "label", pyarrow.array(["maybe"] * 40))
    for wrong in (
        table.drop_columns(["clip_id"]),
        table.select(["clip_id", "split", "label", "engine", "detected"]),
        unknown,
    ):
        parquet.write_table(wrong, path)
        with pytest.raises(DataError, match="damaged"):
            read_predictions(path, "evaluate")
