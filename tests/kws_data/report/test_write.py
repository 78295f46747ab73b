"""The report's parts: numbers stand where programs look, pages are whole and safe, pictures show what they should."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kws_data.config.config import Config
from kws_data.errors import DataError
from kws_data.evaluation.metrics import KeywordMetrics
from kws_data.pages.html import figure, page, table
from kws_data.pages.numbers import interval, percent
from kws_data.report import plots
from kws_data.report.document import build_document
from kws_data.run_folder import read_json


def test_text_from_outside_cannot_break_the_page() -> None:
    hostile = '<script>alert("x")</script>'
    html = page(hostile, hostile, [(hostile, table([(hostile, 1)]) + figure("<svg></svg>", hostile))])
    assert "<script>" not in html
    assert html.endswith("</html>\n")


def test_pictures_name_their_parts_and_repeat_byte_for_byte() -> None:
    curve = {"threshold": [0.0, 0.5, 1.0], "tpr": [1.0, 0.9, 0.0], "fpr": [1.0, 0.1, 0.0]}
    picture = plots.threshold_plot(curve, 0.5)
    assert picture.startswith("<svg") and "threshold 0.50" in picture and picture == plots.threshold_plot(curve, 0.5)
    assert "left" in plots.keyword_plot({"left": KeywordMetrics(0.9, (0.7, 0.98), 0.0, 20)})


def test_numbers_for_people() -> None:
    assert percent(0.98765) == "98.8 %"
    assert interval([0.9, 1.0]) == "[90.0, 100.0]"


def test_a_missing_or_damaged_result_names_the_verb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    config = Config.model_validate({"name": "tiny", "keywords": ["go"]})
    with pytest.raises(DataError, match="call kws build first"):
        build_document(config)
    (tmp_path / "broken.json").write_text("[1")
    with pytest.raises(DataError, match="call kws check again"):
        read_json(tmp_path / "broken.json", "check")
    (tmp_path / "list.json").write_text(json.dumps([1]))
    with pytest.raises(DataError, match="damaged"):
        read_json(tmp_path / "list.json", "check")
