"""Engines side by side: matched by clip, what only one gets right, what differs; and the C of the board is TFLM's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from statsmodels.stats.contingency_tables import mcnemar
from tiny_bundle import LABELS, tiny_bundle

from firmware_tools.frontend.host import HostFrontend
from kws_data.bench.lively_model import lively_model
from kws_data.bundle import model_hash
from kws_data.evaluation.engines import compare_engines
from kws_data.evaluation.inference import c_scores, int8_scores
from kws_data.evaluation.predictions import DEVICE, ENGINE_C, FLOAT, INT8, Predictions, joined, predicted

BUNDLE = tiny_bundle(threshold_int8=20)
RNG = np.random.default_rng(5)
SCORES, TRUTH = RNG.integers(-128, 128, (90, 4)).astype(np.int8), RNG.integers(0, 4, 90)
IDS = np.array([f"clip{n:02d}" for n in range(90)])


def rows(engine: str, scores: np.ndarray = SCORES, of: slice = slice(None)) -> Predictions:
    return predicted(BUNDLE, engine, "test", IDS[of], TRUTH[of], scores[of])


def test_equal_engines_are_equal_on_the_clips_that_both_scored() -> None:
    found = compare_engines(joined([rows(INT8), rows(ENGINE_C), rows(DEVICE, of=slice(10, 90, 3))]))
    assert found.as_expected and [(p.first, p.second, p.clips) for p in found.pairs] == [
        (INT8, ENGINE_C, 90),
        (INT8, DEVICE, 27),
    ]
    assert all(p.largest_difference == 0 and p.p == 1 and not p.differing for p in found.pairs)
    assert found.each[DEVICE].clips == 27


def test_one_other_byte_is_seen() -> None:
    changed = SCORES.copy()
    changed[40, 1] += 3 if changed[40, 1] < 100 else -3
    found = compare_engines(joined([rows(INT8), rows(ENGINE_C, changed)]))
    (pair,) = found.pairs
    assert not found.as_expected and not pair.to_dict()["as_expected"]
    assert pair.equal_scores == 89 / 90 and pair.largest_difference == 3 / 256 and pair.decisions_differ == 0


def test_different_detectors_are_tested_by_mcnemar_and_differing_clips_are_listed() -> None:
    other = RNG.permutation(SCORES)
    found = compare_engines(joined([rows(FLOAT, other), rows(INT8)]))
    (pair,) = found.pairs
    want = np.where(TRUTH >= 2, TRUTH, -1)
    first, second = (rows(name, scores).detected == want for name, scores in ((FLOAT, other), (INT8, SCORES)))
    table = [[int((first & second).sum()), pair.only_first], [pair.only_second, int((~first & ~second).sum())]]
    assert pair.only_first == int((first & ~second).sum()) > 0 and pair.only_second == int((second & ~first).sum()) > 0
    assert pair.p == pytest.approx(mcnemar(table, exact=True).pvalue, abs=1e-12)
    differ = rows(FLOAT, other).detected != rows(INT8).detected
    assert pair.decisions_differ == int(differ.sum()) and list(pair.differing) == IDS[differ][:50].tolist()
    assert found.as_expected  # float need not be int8


@pytest.mark.parametrize("engine", ["windowed", "streaming"])
def test_the_boards_c_gives_tflm_its_bytes(engine: str) -> None:
    spec, sound = BUNDLE.frontend, RNG.integers(-9_000, 9_000, 64_000).astype(np.int16)
    tflite = lively_model(spec, BUNDLE.clip_samples, len(LABELS), sound, stride=2)
    bundle = replace(BUNDLE, tflite=tflite, model_sha256=model_hash(tflite), engine=engine)
    x = HostFrontend(spec)(sound.reshape(4, 16_000))
    made = c_scores(bundle, x)
    assert made.shape == (4, len(LABELS)) and len(np.unique(made)) > 4
    np.testing.assert_array_equal(made, int8_scores(bundle.tflite, x)[0])
