"""The WebAssembly of many bundles: the bytes of the host's engines, in Node and in Chromium."""

from __future__ import annotations

import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from chromium import chromium
from javascript import node

from firmware_tools.frontend.spec import FrontendSpec
from firmware_tools.spotter.gate_spec import GateSpec
from firmware_tools.spotter.stream_spec import NEVER, StreamSpec
from kws_data.audio import Samples, write_wav
from kws_data.bench.browser import bench_browser, material_of
from kws_data.bench.bundles import bundle_of
from kws_data.bench.javascript import HeardInBrowser, heard_in_browser, program
from kws_data.bench.lively_model import lively_model
from kws_data.bench.microphone import LABELS, made_sound
from kws_data.bundle import Engine, ModelBundle
from kws_data.errors import DataError
from kws_data.evaluation.detector import HostDetector
from kws_data.evaluation.inference import stream_scores

SECONDS = 40
SPECS = {
    "mfcc": FrontendSpec(coefficients=26),
    "log_mel": FrontendSpec(kind="log_mel", window_samples=480, hop_samples=160),
    "odd": FrontendSpec(window_samples=401, hop_samples=161, mel_bands=27, coefficients=27),
    "narrowband": FrontendSpec(
        sample_rate_hz=8_000, window_samples=200, hop_samples=80, high_hz=4_000, mel_bands=20, coefficients=12
    ),
}


@cache
def bundle(name: str, engine: Engine = "windowed", stride: int = 1) -> ModelBundle:
    """A detector that nobody trained, whose scores depend on what it hears and which detects something now and then."""
    spec = SPECS[name]
    sound = made_sound(20, spec.sample_rate_hz, seed=5)
    tflite = lively_model(spec, 16_000, len(LABELS), sound, stride=stride, seed=2)
    stream = StreamSpec(stride_frames=4, average=3, refractory_ms=300)
    made = bundle_of(name, tflite, LABELS, spec, stream, engine)
    scores, _ = stream_scores(made, sound, stream.stride_frames)
    sums = tuple(int(one) for one in 3 * np.quantile(scores, 0.9, axis=0))
    return replace(made, stream=replace(stream, sums=(*sums[:-1], NEVER)))


def sounds(of: ModelBundle) -> tuple[np.ndarray, Samples]:
    sound = made_sound(SECONDS, of.frontend.sample_rate_hz, seed=9)
    return sound[: 10 * of.clip_samples].reshape(10, of.clip_samples), sound


def check(of: ModelBundle, heard: HeardInBrowser) -> None:
    """Every byte is the host's."""
    clips, sound = sounds(of)
    host = HostDetector(of)
    np.testing.assert_array_equal(heard.clips, host.scores(clips).values)
    scores, ends = stream_scores(of, sound, of.stream.stride_frames)
    np.testing.assert_array_equal(heard.ends, ends)
    np.testing.assert_array_equal(heard.scores, scores)
    found = host.detections(sound)
    assert list(heard.detections) == found == list(heard.again)
    assert len(found) > 3 and len({one.label for one in found}) > 1 and 4 not in {one.label for one in found}


@pytest.mark.parametrize(
    ("name", "engine"),
    [
        ("mfcc", "windowed"),
        ("mfcc", "streaming"),
        ("log_mel", "windowed"),
        ("odd", "streaming"),
        ("narrowband", "windowed"),
    ],
)
def test_front_ends_and_engines(name: str, engine: Engine) -> None:
    of = bundle(name, engine)
    check(of, heard_in_browser(of, *sounds(of), runs=("node", node())))


@pytest.mark.parametrize("engine", ["windowed", "streaming"])
def test_a_gate_before_the_network(engine: Engine) -> None:
    gate = GateSpec(open_sixteenths=40, hold_frames=30, preroll_frames=5, rise_shift=5)
    plain = bundle("mfcc", engine, 2)
    of = replace(plain, stream=replace(plain.stream, gate=gate))
    heard = heard_in_browser(of, *sounds(of), runs=("node", node()))
    check(of, heard)
    assert len(heard.ends) < len(stream_scores(plain, sounds(of)[1], 4)[1])  # it was closed now and then


def test_the_page_in_chromium() -> None:
    of = bundle("mfcc", "streaming", 2)
    heard = heard_in_browser(of, *sounds(of), rounds=2, runs=("chromium", chromium()))
    check(of, heard)
    assert len(heard.times) == 2 and 0 < min(heard.times) < 0.1


def test_figures_and_what_they_rest_on(tmp_path: Path) -> None:
    of, rng = bundle("mfcc", "streaming"), np.random.default_rng(1)
    for number in range(3):
        write_wav(tmp_path / f"{number}.wav", rng.normal(0, 3_000, 20_000).astype(np.int16), 16_000)
    (tmp_path / "broken.wav").write_bytes(b"RIFF")
    material = material_of(of, tmp_path, 50, 0.2, 0)
    assert material.clips.shape == (3, 16_000) and len(material.stream) == 12 * 16_000
    figures = list(bench_browser(of, material, 1, ("node", node()), lambda *_: None))
    same = [figure for figure in figures if figure.wanted in ("0 differ", "all equal")]
    assert len(same) == 5 and all(figure.passed for figure in same)
    assert figures[-1].passed and "times real time in node" in figures[-2].what
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="no recording can be read"):
        material_of(of, tmp_path / "empty", 5, 0.2, 0)


def test_a_difference_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page of one bundle against the host's scores of another."""
    of, other = bundle("mfcc"), bundle("mfcc", "streaming", 2)
    from kws_data.bench import browser

    right = browser.heard_in_browser
    monkeypatch.setattr(browser, "heard_in_browser", lambda _, *rest, **more: right(other, *rest, **more))
    figures = list(bench_browser(of, material_of(of, None, 10, 0.5, 0), 0, ("node", node()), lambda *_: None))
    assert figures[0].passed is False and "differ, by up to" in figures[0].measured
    assert figures[2].passed is False and figures[3].passed is False


def test_without_a_browser_one_line_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(DataError, match=r"chromium or node.*install one"):
        program()
    monkeypatch.setattr(shutil, "which", lambda name: "/there/node" if name == "node" else None)
    assert program() == ("node", "/there/node")
    of = bundle("mfcc")
    with pytest.raises(DataError, match="cannot be started"):
        heard_in_browser(of, *sounds(of), runs=("node", "/nowhere/node"))
    with pytest.raises(DataError, match="the page did not answer"):
        heard_in_browser(of, *sounds(of), runs=("chromium", "/bin/true"))
