"""The page of a comparison opens as its readers open it, and its pictures hold every run."""

from __future__ import annotations

from pathlib import Path

import pytest
from chromium import PHONE, found_by_axe, opened
from made_run import made_run

from kws_data.evaluation.compare_runs import compare_runs
from kws_data.evaluation.compared_run import ComparedRun, load_run
from kws_data.report.comparison import comparison_page, comparison_rows
from kws_data.report.comparison_plots import det_plot, forest_plot, streams_plot


@pytest.fixture
def runs(tmp_path: Path) -> list[ComparedRun]:
    made_run(tmp_path / "first", list(range(0, 200, 20)), false_accepts=5)
    made_run(tmp_path / "second", [1, 3], false_accepts=1)
    made_run(tmp_path / "third", list(range(5, 200, 20)))
    return [load_run(name, "int8", tmp_path) for name in ("first", "second", "third")]


@pytest.mark.parametrize("dark", [False, True])
def test_the_page_opens_without_a_fault_or_a_request(runs: list[ComparedRun], tmp_path: Path, dark: bool) -> None:
    file = tmp_path / "page.html"
    file.write_text(comparison_page(runs, compare_runs(runs)))
    with opened(file, dark=dark, size=PHONE if dark else (1280, 900)) as shown:
        assert shown.asked == [file.as_uri()]  # type: ignore[attr-defined]
        assert found_by_axe(shown) == []
        says = shown.locator("p.says").all_inner_texts()
        assert says[0].startswith("second is better than first by") and "third and first are not told apart" in says[1]


def test_pictures_name_each_run_and_repeat_byte_for_byte(runs: list[ComparedRun]) -> None:
    pictures = [det_plot(runs), streams_plot(runs)]
    assert all(picture and all(run.name in picture for run in runs) for picture in pictures)
    assert pictures == [det_plot(runs), streams_plot(runs)]
    (pair, _) = compare_runs(runs)
    assert "accuracy" in forest_plot([("accuracy", pair.shares["accuracy"])])


def test_streams_that_nobody_heard_have_no_picture_and_no_row(runs: list[ComparedRun]) -> None:
    for run in runs:
        run.report["stream"].update(  # type: ignore[attr-defined]
            {"sweep": {}, "negatives": {}, "false_accepts": None, "false_accepts_per_hour": None, "frr": None}
        )
    assert streams_plot(runs) is None
    rows = [row[0] for row in comparison_rows(compare_runs(runs)[0])]
    assert "accuracy" in rows and not any("false accepts" in row or "missed" in row for row in rows)
