"""Which file a voice is."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from kws_data.errors import ConfigError
from kws_data.sources.synth.neural.stamp import package_version, stamp


def test_another_content_is_another_stamp(tmp_path: Path) -> None:
    path = tmp_path / "voice.onnx"
    path.write_bytes(b"one")
    assert stamp(path) == hashlib.sha256(b"one").hexdigest()[:8]
    path.write_bytes(b"other")
    assert stamp(path) == hashlib.sha256(b"other").hexdigest()[:8]
    with pytest.raises(ConfigError, match="voice cannot be read"):
        stamp(tmp_path / "none.onnx")


def test_of_a_package() -> None:
    assert package_version("espeakng_loader")[0].isdigit()
