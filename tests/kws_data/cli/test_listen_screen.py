"""What ``kws listen`` counts of a stream."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from firmware_tools.recorder.capture import Block
from kws_data.cli.listen.command import _detections
from kws_data.cli.listen.screen import Scene


def test_clipped_and_lost_samples_are_counted_to_the_sample() -> None:
    scene, clipped, position = Scene(16_000), 0, 0
    rng = np.random.default_rng(3)
    for length in (1, 7, 253, 256, 1_001):
        samples = rng.integers(-60_000, 60_000, length).clip(-32_768, 32_767).astype(np.int16)
        clipped += sum(value in (32_767, -32_768) for value in samples.tolist())
        scene.hear(Block(position, samples, 3))
        position += length + 3
    told = scene.as_dict()
    assert clipped > 400 and (told["clipped_samples"], told["lost_samples"]) == (clipped, 15)
    assert told["peak_db"] == 0.0 and "CLIPPED" in scene.line()


@pytest.mark.parametrize(
    ("seconds", "begins"), [(None, "listening; Ctrl-C ends it"), (1.0, "listening for 1 s; Ctrl-C ends it sooner")]
)
def test_hearing_no_keyword_is_told_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], seconds: float | None, begins: str
) -> None:
    monkeypatch.setattr("firmware_tools.spotter.client.listen", lambda link, seconds: iter(()))
    board: Any = SimpleNamespace(hello=SimpleNamespace(sample_rate_hz=16_000, labels=("go",)), link=None)
    assert _detections(board, seconds, as_json=False) == []
    assert capsys.readouterr().err.splitlines() == [begins, "0 keywords heard"]
