"""What a configuration does without where extras are missing: said first, and the rest goes on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from encoder_onnx import wave_encoder

from kws_data.cli import run
from kws_data.config.config import Config
from kws_data.extras import with_what_is_there
from kws_data.system import onnx as door


def config(**teacher: Any) -> Config:
    more = [{"speakers": 3, "optional": True, "engine": {"kind": "piper"}}]
    return Config.model_validate(
        {
            "name": "lamp",
            "keywords": ["lamp"],
            "data": {"synth": {"more": more}, "unlabelled": ["wild"]},
            "train": {"teacher": {"kind": "encoder", "optional": True, **teacher}},
        }
    )


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """No package of voices or encoders."""
    monkeypatch.setattr(door, "_is_there", lambda module: False)


@pytest.mark.usefixtures("bare")
def test_models_teach_and_unlabelled_recordings_are_not_used() -> None:
    made, lines = with_what_is_there(config(count=2))
    assert made.train.teacher.kind == "models" and made.data.unlabelled == []
    assert len(lines) == 2 and lines[0].startswith("without 3 people of piper") and "kws[voices]" in lines[0]
    assert "2 models teach, and unlabelled recordings are not used" in lines[1] and "kws[encoder]" in lines[1]
    assert made.data.synth == config().data.synth, "other people would be other ones"
    assert "nobody teaches" in with_what_is_there(config())[1][1]


@pytest.mark.usefixtures("bare")
def test_an_encoder_that_is_not_optional_stays() -> None:
    asked = config(optional=False)
    assert with_what_is_there(asked)[0] == asked


def test_what_is_there_is_used(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    (tmp_path / "own.onnx").write_bytes(wave_encoder())
    encoder = {"encoder": {"kind": "moonshine", "model": str(tmp_path / "own.onnx")}}
    asked = Config.model_validate(config().model_dump() | encoder)
    made, lines = with_what_is_there(asked)
    assert made == asked and not [line for line in lines if "encoder" in line]


@pytest.mark.usefixtures("bare")
def test_it_is_the_first_line_of_a_verb(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "keywords: [lamp]\ntrain: {teacher: {kind: encoder, optional: true}}\n"
    (tmp_path / "lamp.yaml").write_text(text)
    assert run(["train", str(tmp_path / "lamp.yaml"), "--set", "data.recordings=none"]) == 2
    first = capsys.readouterr().err.splitlines()[0]
    assert first.startswith("lamp does without the speech encoder: nobody teaches") and "kws[encoder]" in first


def test_programs_that_are_not_there_are_left_out_too(monkeypatch: pytest.MonkeyPatch) -> None:
    more = [{"speakers": 3, "optional": True, "engine": {"kind": "flite", "command": ["no-such-flite"]}}]
    asked = Config.model_validate({"name": "a", "keywords": ["b"], "data": {"synth": {"more": more}}})
    (line,) = with_what_is_there(asked)[1]
    assert "without 3 people of flite" in line and "no-such-flite" in line and "install" in line


def test_no_network_is_opened_to_find_out(tmp_path: Path) -> None:
    """A file that is none is told by who needs it: every verb would open the encoder otherwise."""
    pytest.importorskip("onnxruntime")
    (tmp_path / "own.onnx").write_bytes(b"no network")
    encoder = {"encoder": {"kind": "moonshine", "model": str(tmp_path / "own.onnx")}}
    made, lines = with_what_is_there(Config.model_validate(config().model_dump() | encoder))
    assert made.train.teacher.kind == "encoder" and not [line for line in lines if "encoder" in line]


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("verb", [["bench", "model"], ["check"], ["record"]])
def test_verbs_that_read_their_own_configuration_say_it_too(
    verb: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = "keywords: [lamp]\ndata: {source: folder, folder: none}\ntrain: {teacher: {kind: encoder, optional: true}}\n"
    (tmp_path / "lamp.yaml").write_text(text)
    assert run([*verb, "lamp.yaml"]) == 2
    assert capsys.readouterr().err.splitlines()[0].startswith("lamp does without the speech encoder: nobody teaches")
