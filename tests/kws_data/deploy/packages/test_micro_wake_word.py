"""The folder for ESPHome's micro_wake_word: what it says, what is refused, and that both runtimes take it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from esphome_decisions import detections
from packages import ANN, NOBODY, call, sound
from tiny_bundle import tiny_bundle
from wake_word_models import keyword_model, wake_word_bundle

from firmware_tools.spotter.stream_spec import NEVER, StreamSpec
from firmware_tools.tflite import tflm
from firmware_tools.tflite.ring_model import LIMIT_BYTES, ring_model
from firmware_tools.tflite.streaming_rules import streaming_faults
from kws_data.bundle import ModelBundle
from kws_data.cli import run
from kws_data.deploy.packages.check import check_package
from kws_data.deploy.packages.figures import RunFigures
from kws_data.deploy.packages.micro_wake_word import manifest, wake_word
from kws_data.deploy.packages.write import write_package
from kws_data.evaluation.inference import stream_scores

pytestmark = pytest.mark.skipif(not tflm.available(), reason="tflite-micro is not installed here")
STREAM = StreamSpec(3, 5, 1_000, (NEVER, NEVER, 100))
BUNDLE = wake_word_bundle(keyword_model(5), STREAM, word="okay kiosk") if tflm.available() else tiny_bundle()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_package(BUNDLE, "micro_wake_word", RunFigures({"CC0-1.0": 7}), tmp_path / "word", ANN)
    return tmp_path / "word"


def test_model_and_manifest_lie_side_by_side(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    BUNDLE.save(tmp_path / "model")
    out = tmp_path / "out"
    call_ = ["export", "--bundle", str(tmp_path / "model"), "--to", "micro_wake_word", "--out", str(out), "--json"]
    assert run(call_) == 0
    told = json.loads(capsys.readouterr().out)
    names = ["LICENSE", "README.md", "example.yaml", "kws-micro_wake_word.json", "okay_kiosk.json", "okay_kiosk.tflite"]
    assert told["files"] == sorted(path.name for path in out.iterdir()) == names
    said = json.loads((out / "okay_kiosk.json").read_text())
    micro = said["micro"]
    assert (said["version"], said["type"], said["wake_word"], said["model"]) == (2, "micro", "Okay Kiosk", names[-1])
    assert (micro["sliding_window_size"], micro["feature_step_size"]) == (5, 10)
    model = (out / "okay_kiosk.tflite").read_bytes()
    assert model == ring_model(BUNDLE.tflite)
    assert len(model) <= LIMIT_BYTES
    assert 1.5 * tflm.arena_bytes(model) <= micro["tensor_arena_size"] < 1.5 * tflm.arena_bytes(model) + 16
    readme = (out / "README.md").read_text()
    assert f"{len(model):,} bytes" in readme and "Okay Kiosk" in readme and "@" not in readme.replace("@NAME@", "")
    assert check_package("micro_wake_word", out) == []


def test_the_manifest_names_whom_the_configuration_names(folder: Path) -> None:
    said = json.loads((folder / "okay_kiosk.json").read_text())
    assert (said["author"], said["website"]) == (ANN.author, ANN.url)
    plain = manifest(wake_word(BUNDLE), NOBODY)
    assert plain["author"] == "kws"
    assert "website" not in plain


def test_the_cutoff_is_the_bundles_threshold() -> None:
    word = wake_word(BUNDLE)
    assert not word.cutoff.reached(100 + 5 * 128 - 1)
    assert word.cutoff.reached(100 + 5 * 128)
    plain = replace(BUNDLE, threshold_int8=40, stream=StreamSpec(3, 4))
    assert wake_word(plain).cutoff.reached(4 * 168)
    assert not wake_word(plain).cutoff.reached(4 * 168 - 1)


@pytest.mark.parametrize(("word", "name"), [("Hör zu!", "h_r_zu"), ("日本", "wake_word"), ("vad", "vad")])
def test_any_word_makes_a_file_name(word: str, name: str, tmp_path: Path) -> None:
    """A wake word named vad would be a voice detector to ESPHome."""
    bundle = wake_word_bundle(BUNDLE.tflite, STREAM, word=word)
    assert wake_word(bundle).name == name
    assert manifest(wake_word(bundle), NOBODY)["wake_word"] != "vad"
    write_package(bundle, "micro_wake_word", RunFigures({}), tmp_path / "word", NOBODY)
    assert json.loads((tmp_path / f"word/{name}.json").read_text())["model"] == f"{name}.tflite"


@pytest.mark.parametrize(
    ("bundle", "told"),
    [
        (tiny_bundle(), "frontend.kind: micro_frontend"),
        (
            replace(BUNDLE, labels=("_silence_", "_unknown_", "a", "b"), stream=StreamSpec()),
            "hears one keyword: 'a, b'",
        ),
        (replace(BUNDLE, stream=replace(STREAM, sums=(NEVER, NEVER, NEVER))), "would never detect"),
        (replace(BUNDLE, stream=replace(STREAM, stride_frames=98)), "window is not longer than the stride"),
    ],
)
def test_what_cannot_be_exported_is_one_line_and_nothing_is_written(
    bundle: ModelBundle, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle.save(tmp_path / "model")
    out = tmp_path / "out"
    assert run(["export", "--bundle", str(tmp_path / "model"), "--to", "micro_wake_word", "--out", str(out)]) == 2
    caught = capsys.readouterr().err
    assert told in caught and len(caught.strip().splitlines()) == 1
    assert not out.exists()


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("version", 1, "no manifest of version 2"),
        ("wake_word", "vad", "voice detector"),
        ("model", "README.md", "no .tflite"),
        ("model", "other.tflite", "cannot be read"),
        ("colour", "red", "unknown key colour"),
        ("micro", {}, "probability_cutoff is missing"),
    ],
)
def test_a_fault_of_the_folder_is_named(key: str, value: object, told: str, folder: Path) -> None:
    path = folder / "okay_kiosk.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), key: value}))
    assert any(told in line for line in check_package("micro_wake_word", folder)), check_package(
        "micro_wake_word", folder
    )


def test_the_windowed_model_in_its_place_is_refused(folder: Path) -> None:
    (folder / "okay_kiosk.tflite").write_bytes(BUNDLE.tflite)
    (line,) = check_package("micro_wake_word", folder)
    assert "SOFTMAX" in line and "more" in line


def test_pymicro_wakeword_takes_the_folder_and_detects_what_is_predicted(folder: Path) -> None:
    wakeword = pytest.importorskip("pymicro_wakeword", reason="pymicro-wakeword is not installed here")
    runtime, features = wakeword.MicroWakeWord.from_config(folder / "okay_kiosk.json"), wakeword.MicroWakeWordFeatures()
    samples = sound(30, seed=3)
    steps = [runtime.process_streaming(frame) for frame in features.process_streaming(samples.tobytes())]
    scores = (stream_scores(BUNDLE, samples, 3)[0][:, 2].astype(np.int16) + 128).astype(np.uint8)
    cutoff = wake_word(BUNDLE).cutoff
    sums = np.convolve(scores.astype(int), np.ones(5, int))[: len(scores)]
    predicted = [number >= 4 and cutoff.reached(int(total)) for number, total in enumerate(sums)]
    heard = [bool(step) for step in steps[2::3]]
    assert 20 < sum(predicted) < len(predicted) - 20
    assert np.mean(np.asarray(heard[: len(predicted)]) != np.asarray(predicted)) < 0.01
    first = [one.frames // 3 - 1 for one in detections(scores, cutoff)]
    assert first and all(heard[number] for number in first)


@pytest.mark.parametrize("file", ["alexa", "hey_jarvis", "hey_mycroft", "okay_nabu"])
def test_models_of_microwakeword_itself_break_no_rule(file: str) -> None:
    wakeword = pytest.importorskip("pymicro_wakeword", reason="pymicro-wakeword is not installed here")
    model = (Path(wakeword.__file__).parent / f"models/{file}.tflite").read_bytes()
    assert streaming_faults(model) == []
    assert any("more than 16,384" in fault for fault in streaming_faults(model, LIMIT_BYTES))


@pytest.fixture(scope="module")
def esphome() -> str:
    """ESPHome's command; the test is skipped where it is not at hand."""
    places = os.pathsep.join(filter(None, [os.environ.get("KWS_TOOLS"), os.environ["PATH"]]))
    found = shutil.which("esphome", path=places)
    if found is None:
        pytest.skip("esphome is not installed (KWS_TOOLS may name a folder with it)")
    return found


def test_esphome_takes_manifest_and_example_and_builds_the_model_in(esphome: str, folder: Path) -> None:
    call([esphome, "config", folder / "example.yaml"])
    call([esphome, "compile", "--only-generate", folder / "example.yaml"])
    (main,) = folder.glob(".esphome/build/*/src/main.cpp")
    text = main.read_text()
    assert '"Okay Kiosk"' in text
    model = (folder / "okay_kiosk.tflite").read_bytes()
    assert ", ".join(f"0x{byte:02X}" for byte in model[:12]) in text.replace("\n", " ")
    word = wake_word(BUNDLE)
    assert f", {word.cutoff.bar}, {word.cutoff.window}, " in text


def test_esphome_refuses_a_manifest_without_its_model(esphome: str, folder: Path) -> None:
    (folder / "okay_kiosk.json").write_text("{}")
    done = subprocess.run([esphome, "config", folder / "example.yaml"], capture_output=True, text=True, check=False)
    assert done.returncode != 0
