"""A test split has a name by what is in it, and intervals that hold for all the models that it was looked at with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_dataset import made_row, make_dataset

from kws_data.catalog.catalog import Catalog
from kws_data.errors import DataError
from kws_data.evaluation import sealed
from kws_data.evaluation.sealed import DecidedClips, Looking, SealedTest, look, sealed_test
from kws_data.statistics.clusters import speaker_interval
from kws_data.statistics.intervals import wilson

ROWS = [made_row(n) for n in range(30)]


def name_of(folder: Path, rows: list[dict[str, Any]], **changes: Any) -> str:
    return sealed.test_split_hash(make_dataset(folder, rows, **changes))


def test_the_name_of_a_test_is_what_is_in_it(tmp_path: Path) -> None:
    name = name_of(tmp_path, ROWS)
    assert len(name) == 64 and int(name, 16) > 0
    assert name_of(tmp_path, ROWS[::-1]) == name  # order
    assert name_of(tmp_path, ROWS, seed=9, version="sha256:other") == name  # what else is said of the data set
    assert name_of(tmp_path, [row for row in ROWS if row["split"] != "train"]) == name
    assert name_of(tmp_path, [*ROWS, made_row(30, split="validation")]) == name
    tested = next(n for n, row in enumerate(ROWS) if row["split"] == "test")
    for change in ({"label": "no"}, {"clip_id": "f" * 16}, {"audio_sha256": "e" * 64}, {"split": "train"}):
        assert name_of(tmp_path, [*ROWS[:tested], {**ROWS[tested], **change}, *ROWS[tested + 1 :]]) != name
    assert name_of(tmp_path, [*ROWS, made_row(31, split="test")]) != name


def test_a_look_counts_before_and_another_model_widens(tmp_path: Path) -> None:
    folder, recordings = make_dataset(tmp_path / "data", ROWS), tmp_path / "recordings"
    assert sealed_test(recordings, folder) == SealedTest(sealed.test_split_hash(folder), 0, 0)
    assert not recordings.exists()
    first = look(recordings, folder, "demo", ["a"], Looking("run", "kws run"))
    again = look(recordings, folder, "demo", ["a"], Looking("device-eval", "kws run"))
    other = look(recordings, folder, "other", ["b", "c"], Looking("seeds", "2 seeds measured", "Ann"))
    assert [(one.looks, one.models) for one in (first, again, other)] == [(1, 1), (2, 1), (4, 3)]
    assert sealed_test(recordings, folder) == other
    assert first.level == again.level == 0.95 and other.level == pytest.approx(1 - 0.05 / 3)
    with Catalog(recordings) as catalog:
        assert [one.who for one in catalog.looks.all()][2:] == ["Ann", "Ann"]
    with pytest.raises(DataError, match="reason"):
        look(recordings, folder, "demo", ["a"], Looking("run", " "))
    assert sealed_test(recordings, folder).looks == 4


def test_the_block_of_the_report_has_the_counts_behind_the_shares() -> None:
    clips = DecidedClips(np.array([2, 2, 1, 1]), np.array([2, 3, -1, 2]), ["a", "b", "a", "b"])
    block = SealedTest("ab", 7, 4).to_dict(clips)
    assert (block["test_sha256"], block["looks"], block["models"], block["level"]) == ("ab", 7, 4, 0.9875)
    assert block["tpr_ci"] == block["fpr_ci"] == list(wilson(1, 2, 0.9875))
    assert block["tpr_ci_by_speaker"] == list(speaker_interval(np.array([True, False]), ["a", "b"], 0.9875))
    assert "looked at 7 times, with 4 models" in block["note"] and "98.75 %" in block["note"]
    assert SealedTest("ab", 2, 1).to_dict(clips)["tpr_ci"] == list(wilson(1, 2))
    assert "need no correction" in SealedTest("ab", 1, 1).note and "looked at once" in SealedTest("ab", 1, 1).note
    assert "No look" in SealedTest("ab", 0, 0).note
    silent = SealedTest("ab", 7, 4).to_dict(DecidedClips(np.array([2, 0]), np.array([2, 2]), ["a", "noise"]))
    assert silent["fpr_ci"] == silent["fpr_ci_by_speaker"] == [0.0, 1.0]


@given(st.integers(1, 300), st.data(), st.integers(1, 40))
def test_more_models_never_narrow_an_interval(total: int, data: st.DataObject, models: int) -> None:
    hits = data.draw(st.integers(0, total))
    low, high = SealedTest("", models, models).interval(hits, total)
    wider, higher = SealedTest("", models + 1, models + 1).interval(hits, total)
    assert 0 <= wider <= low <= hits / total <= high <= higher <= 1
    assert (low, high) == (0, 1) or wider < low or higher > high


def test_the_best_of_twenty_is_covered_only_when_it_is_corrected() -> None:
    """Twenty equally good models, the one with the most hits kept: its true rate lies in the corrected interval in at
    least 95 % of 4,000 draws, in the plain one in far fewer."""
    total, rate, models = 400, 0.9, 20
    best = np.random.default_rng(0).binomial(total, rate, (4_000, models)).max(axis=1)

    def covered(ends: dict[int, tuple[float, float]]) -> float:
        return float(np.mean([ends[hits][0] <= rate <= ends[hits][1] for hits in best.tolist()]))

    plain = {hits: wilson(hits, total) for hits in set(best.tolist())}
    corrected = {hits: SealedTest("", models, models).interval(hits, total) for hits in plain}
    assert covered(plain) < 0.8 and covered(corrected) >= 0.95


def test_levels_are_those_of_statsmodels() -> None:
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    for hits, total, level in ((3, 40, 0.95), (39, 40, 0.99), (17, 1_000, 0.9975), (0, 12, 0.9)):
        expected = proportion.proportion_confint(hits, total, 1 - level, "wilson")
        assert wilson(hits, total, level) == pytest.approx(expected, abs=1e-12)
