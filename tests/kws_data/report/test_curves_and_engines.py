"""What the page says of curves, calibration and engines: the sentence, the figures, and that it is sound HTML."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from chromium import found_by_axe, opened
from tiny_bundle import tiny_bundle

from kws_data.evaluation.engines import compare_engines
from kws_data.evaluation.predictions import DEVICE, ENGINE_C, FLOAT, INT8, Predictions, joined, predicted
from kws_data.pages.html import page
from kws_data.report.curves_section import curves_section
from kws_data.report.engines_section import engines_section

BUNDLE = tiny_bundle(threshold_int8=0)
RNG = np.random.default_rng(8)
TRUTH = RNG.integers(0, 4, 400)
SURE = np.clip(RNG.normal(-100, 20, (400, 4)) + 190 * np.eye(4)[TRUTH], -128, 127).astype(np.int8)
IDS = np.array([f"clip<{n}>" for n in range(400)])


def rows(engine: str, scores: np.ndarray = SURE) -> Predictions:
    return predicted(BUNDLE, engine, "test", IDS, TRUTH, scores)


def flipped(count: int) -> np.ndarray:
    scores = SURE.copy()
    scores[:count] = scores[:count, ::-1]
    return scores


def test_equal_engines_are_good_and_said_so() -> None:
    found = engines_section(compare_engines(joined([rows(INT8), rows(ENGINE_C), rows(DEVICE)])).to_dict())
    assert found.startswith('<p class="says good">Bit for bit, the C engine and board give every clip')


def test_a_board_that_differs_is_bad_and_its_clips_are_named_safely() -> None:
    found = engines_section(compare_engines(joined([rows(INT8), rows(DEVICE, flipped(60))])).to_dict())
    assert found.startswith('<p class="says bad">int8 (TensorFlow Lite Micro) and board give 60 of 400 clips')
    assert found.count("<code>") == 50 and "the first 50" in found and "clip&lt;0&gt;" in found


def test_what_int8_costs_is_said_when_chance_does_not_explain_it() -> None:
    for count, verdict in ((60, "doubt"), (2, "good")):
        made = joined([rows(FLOAT), rows(INT8, flipped(count)), rows(ENGINE_C, flipped(count))])
        assert engines_section(compare_engines(made).to_dict()).startswith(f'<p class="says {verdict}">')


def test_engines_that_get_the_same_clips_right_are_not_called_lucky() -> None:
    at = int(np.flatnonzero(TRUTH == 2)[0])
    one, other = SURE.copy(), SURE.copy()
    one[at], other[at] = [-128, -128, -128, 100], [-128, 100, -128, -128]  # as the other keyword, and as nothing
    for scores, told in ((one, "all 400 clips."), (other, "all but 1 of 400 clips, wrong in both.")):
        made = joined([rows(FLOAT, one), rows(INT8, scores), rows(ENGINE_C, scores)])
        sentence = engines_section(compare_engines(made).to_dict()).partition("</p>")[0]
        assert f"decide alike on {told}" in sentence and "chance" not in sentence


def test_nothing_through_the_boards_code_is_no_proof() -> None:
    assert "no clip went through its code" in engines_section(compare_engines(rows(INT8)).to_dict())


@pytest.mark.parametrize(("scores", "verdict"), [(SURE, "doubt"), (flipped(30), "doubt"), (flipped(300), "bad")])
def test_curves_say_whether_to_worry(scores: np.ndarray, verdict: str) -> None:
    held_out = rows(INT8, scores)
    found = curves_section(held_out, held_out.metrics(0.5))
    assert found.startswith(f'<p class="says {verdict}">') and found.count("<svg") == 4
    assert found == curves_section(held_out, held_out.metrics(0.5))


def test_probabilities_that_hold_are_good() -> None:
    p = 0.98 * np.eye(4)[TRUTH] + 0.005
    held_out = replace(rows(FLOAT, p), scores=p.astype(np.float32))
    assert curves_section(held_out, held_out.metrics(0.5)).startswith('<p class="says good">')


def test_keywords_alone_have_no_curve() -> None:
    some = np.flatnonzero(TRUTH >= 2)
    held_out = predicted(BUNDLE, INT8, "test", IDS[some], TRUTH[some], SURE[some])
    assert "the test clips lack one" in curves_section(held_out, held_out.metrics(0.5))


def test_axe_finds_nothing_in_either(tmp_path: Path) -> None:
    held_out = rows(INT8, flipped(30))
    engines = compare_engines(joined([rows(FLOAT), held_out, rows(DEVICE)])).to_dict()
    sections = [("Curves", curves_section(held_out, held_out.metrics(0.5))), ("Engines", engines_section(engines))]
    file = tmp_path / "page.html"
    file.write_text(page("A page", "what it is", sections))
    for dark in (False, True):
        with opened(file, dark=dark) as shown:
            assert found_by_axe(shown) == []
