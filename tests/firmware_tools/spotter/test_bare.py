"""The bare detector on the emulated board: it listens from power-on and writes keywords as lines of text."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import serial
from synthetic_models import keyword_model

from firmware_tools.boards.spec import load_board
from firmware_tools.emulator.board import EmulatedBoard
from firmware_tools.frontend.spec import FrontendSpec
from firmware_tools.image.build import build_image
from firmware_tools.spotter.sources import spotter_sources
from firmware_tools.spotter.stream_spec import StreamSpec

LABELS = ("_silence_", "_unknown_", "yes", "no", "go")
SPEC, BOARD = FrontendSpec(), load_board("emulated")


def sources(threshold: int, streaming: bool) -> dict[str, str]:
    tflite = keyword_model(
        frames=SPEC.frames(16_000), features=SPEC.features, channels=8, blocks=1, kernel=5, labels=5, valid=True
    )
    stream = StreamSpec(stride_frames=4, average=2, refractory_ms=400)
    return spotter_sources(SPEC, tflite, LABELS, threshold, "5e" * 32, stream=stream, streaming=streaming)


@pytest.mark.parametrize("streaming", [True, False], ids=["streaming", "windowed"])
def test_keywords_come_as_lines(streaming: bool, tmp_path: Path) -> None:
    image = build_image(BOARD, "bare", sources(-120, streaming), tmp_path / "image")
    assert not [name for name in image.by_symbol if name.startswith(("kws_link", "kws_wire", "kws_crc32"))]
    state = tmp_path / "state"
    state.mkdir()
    (state / "flash.bin").write_bytes(image.bin.read_bytes())
    sound = np.random.default_rng(0).normal(0, 3_000, 8 * 16_000).astype(np.int16)
    with EmulatedBoard(BOARD, state) as board, serial.Serial(board.port, BOARD.baud, timeout=20) as port:
        board.play(sound)
        lines = [port.readline().decode() for _ in range(5)]
    assert set(lines) <= {"yes\n", "no\n", "go\n"}
