"""The report's parts: numbers stand where programs look, pages are whole and safe, pictures show what they should."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tiny_bundle import tiny_bundle

from kws_data.config.config import Config
from kws_data.errors import DataError
from kws_data.evaluation.metrics import KeywordMetrics
from kws_data.evaluation.predictions import predicted
from kws_data.features.load import feature_path
from kws_data.pages.html import figure, page, table
from kws_data.pages.numbers import interval, percent
from kws_data.report import plots
from kws_data.report.document import build_document
from kws_data.report.examples import Example, chosen_examples, examples_html, pick_examples, wav_data_uri
from kws_data.run_folder import read_json


def test_examples_are_the_worst_of_each_kind() -> None:
    y = np.array([2, 2, 2, 3, 1, 0, 2])
    heard = np.array([-1, -1, 2, 2, 3, -1, 2])
    score = np.array([0.1, 0.3, 0.9, 0.8, 0.7, 0.2, 0.95])
    assert pick_examples(y, heard, score, per_kind=1) == [
        (0, "missed"),
        (3, "wrong keyword"),
        (4, "false accept"),
        (2, "detected"),
    ]


def test_examples_come_from_predictions_by_the_clips_own_ids(tmp_path: Path) -> None:
    """The order of a data set may change; a clip that is no longer in it is not passed over in silence."""
    bundle, rng = tiny_bundle(), np.random.default_rng(0)
    clips, x = rng.integers(-99, 99, (3, 16_000)).astype(np.int16), rng.integers(-9, 9, (3, 1, 49, 40)).astype(np.int8)
    scores = np.array([[-128, -128, 120, -128], [-128, -128, 90, -128], [100, -128, -128, -128]], np.int8)
    held_out = predicted(bundle, "int8", "test", np.array(["a", "b", "c"]), np.array([2, 3, 1]), scores)
    np.save(tmp_path / "audio-test.npy", clips[::-1])
    for part, values in (("x", x[::-1]), ("y", np.array([1, 3, 2], np.int32)), ("ids", np.array(["c", "b", "a"]))):
        np.save(feature_path(tmp_path, "test", part), values)
    wrong, right = chosen_examples(tmp_path, held_out)
    assert (wrong.kind, wrong.said, wrong.heard) == ("wrong keyword", "no", "yes")
    assert (right.kind, right.said, right.heard, right.score) == ("detected", "yes", "yes", 248 / 256)
    assert np.array_equal(right.samples, clips[0]) and np.array_equal(right.features, x[0, 0])
    np.save(feature_path(tmp_path, "test", "ids"), np.array(["c", "b", "new"]))
    with pytest.raises(DataError, match="another data set"):
        chosen_examples(tmp_path, held_out)


def test_text_from_outside_cannot_break_the_page() -> None:
    hostile = '<script>alert("x")</script>'
    clip = Example(np.zeros(16_000, np.int16), np.zeros((49, 40), np.int8), hostile, "go", 0.5, "missed")
    html = page(hostile, hostile, [(hostile, table([(hostile, 1)]) + figure("<svg></svg>", hostile))])
    assert "<script>" not in html + examples_html([clip], 16_000)
    assert html.endswith("</html>\n")


def test_a_clip_in_the_page_is_a_wav_with_its_samples() -> None:
    import base64
    import io
    import wave

    samples = np.arange(-500, 500, dtype=np.int16)
    data = base64.b64decode(wav_data_uri(samples, 16_000).partition("base64,")[2])
    with wave.open(io.BytesIO(data)) as file:
        assert (file.getframerate(), file.getnchannels()) == (16_000, 1)
        assert np.array_equal(np.frombuffer(file.readframes(1_000), "<i2"), samples)


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
