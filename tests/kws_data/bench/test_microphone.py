"""A streaming detector at the emulated board's microphone hears what the host hears by windows; and a fault is seen."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

from firmware_tools.boards.spec import load_board
from firmware_tools.spotter.detector import Detection
from kws_data.bench import microphone
from kws_data.bench.microphone import Compared, compare_at_microphone, lively_bundle, made_sound
from kws_data.bundle import ModelBundle
from kws_data.cli.bench.command import command
from kws_data.progress import no_progress

MINUTES = 1.0  # kws bench microphone listens for thirty


@pytest.fixture(scope="module")
def sound() -> np.ndarray:
    return made_sound(60 * MINUTES, 16_000, seed=5)


@pytest.fixture(scope="module")
def bundle(sound: np.ndarray) -> ModelBundle:
    return lively_bundle(sound, stride_frames=4, model_stride=2)


def test_an_untrained_model_is_lively(bundle: ModelBundle, sound: np.ndarray) -> None:
    """Or equality would mean little: scores of hundreds of kinds, all keywords detected."""
    heard = microphone.heard_on_host(bundle, sound)
    assert len(np.unique(heard.scores, axis=0)) > 50
    assert {one.label for one in heard.detections} == {2, 3, 4}


@pytest.mark.slow
def test_a_streaming_image_hears_what_the_host_hears(bundle: ModelBundle, sound: np.ndarray) -> None:
    compared = compare_at_microphone(bundle, load_board("emulated"), sound, no_progress)
    assert compared.difference == ""
    assert compared.engine == "streaming" and compared.hops > 700 and compared.detections > 3


def test_each_difference_is_named(bundle: ModelBundle, sound: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    host = microphone.heard_on_host(bundle, sound[: 16_000 * 8])
    scores = host.scores.copy()
    scores[3, 2] ^= 1
    later = (*host.ends[:5], *(end + 1 for end in host.ends[5:]))
    for there, said in (
        (host, ""),
        (replace(host, scores=scores), "scores of 1 decisions differ, first 3"),
        (replace(host, ends=later), "decision 5 of"),
        (replace(host, detections=(*host.detections, Detection(1, 2, 3))), "detections, on the host"),
    ):
        monkeypatch.setattr(microphone, "heard_on_board", lambda *_, there=there: there)
        compared = compare_at_microphone(bundle, load_board("emulated"), sound[: 16_000 * 8], no_progress)
        assert compared.difference.startswith(said) if not said else said in compared.difference
        assert bool(compared.difference) == bool(said)


def test_sound_is_the_same_each_time_and_of_all_kinds() -> None:
    sound = made_sound(60, 16_000, seed=1)
    np.testing.assert_array_equal(sound, made_sound(60, 16_000, seed=1))
    assert len(sound) == 960_000 and abs(sound.astype(int)).max() >= 32_767
    assert not sound.reshape(-1, 16_000).any(axis=1).all()  # some of it is silence


def test_the_verb_exits_with_1_where_something_differs(monkeypatch: pytest.MonkeyPatch, bundle: ModelBundle) -> None:
    monkeypatch.setattr(ModelBundle, "load", lambda folder: bundle)
    for difference, code in (("", 0), ("decision 5 of 9 was made at another sample", 1)):
        found = Compared("streaming", 6.0, 9, 2, difference, 1.0)
        monkeypatch.setattr(microphone, "compare_at_microphone", lambda *_, found=found: found)
        arguments = ["microphone", "--minutes", "0.1", "--bundle", "x"]
        result = CliRunner().invoke(command, arguments, standalone_mode=False)
        assert int(result.return_value or 0) == code and (difference or "that of the host") in result.stdout
        shown = CliRunner().invoke(command, [*arguments, "--json"], standalone_mode=False)
        assert json.loads(shown.stdout)["passed"] == (not code)
