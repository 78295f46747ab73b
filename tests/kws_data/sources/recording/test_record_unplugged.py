"""A board that is unplugged while it records: the recording waits, goes on, and says where samples are missing."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from faulty_port import FaultyPort
from terminal import ROOT

from firmware_tools.boards.spec import load_board
from firmware_tools.emulator.board import EmulatedBoard
from firmware_tools.link.ports import raw_bytes
from firmware_tools.recorder.flash import flash_recorder
from kws_data.catalog.catalog import Catalog

BOARD = load_board("emulated")


@pytest.mark.slow
def test_continuous_recording_goes_on_after_the_port_came_back(tmp_path: Path) -> None:
    flash_recorder(BOARD, tmp_path / "board")
    port = tmp_path / "ttyACM0"
    sound = np.random.default_rng(1).normal(0, 30, 60 * 16_000)
    t = np.arange(8_000) / 16_000
    for start in range(16_000, len(sound) - 16_000, 24_000):
        sound[start : start + 8_000] += 6_000 * np.sin(np.pi * t / 0.5) * np.sin(2 * np.pi * 250 * t)
    with EmulatedBoard(BOARD, tmp_path / "board", realtime=True) as board:
        board.play(sound.astype(np.int16))
        command = [sys.executable, "-c", "from kws_data.cli import main; main()", "record", "--continuous", "6s"]
        command += ["--speaker", "ann", "--consent", "x", "--port", str(port), "--json"]
        with FaultyPort(board.port) as line:
            port.symlink_to(line.port)
            recorder = subprocess.Popen(
                command,
                cwd=tmp_path,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                env={"PYTHONPATH": str(ROOT)},
            )
            deadline = time.monotonic() + 30
            while board.stats()["mic_samples"] < 32_000 and time.monotonic() < deadline:
                time.sleep(0.05)
        port.unlink()
        with FaultyPort(board.port) as nobody:  # what the board sends meanwhile is lost
            lost = raw_bytes(nobody.port, BOARD.baud, 0.5)
        assert len(lost) > 1_000
        with FaultyPort(board.port) as line:
            port.symlink_to(line.port)
            out, shown = recorder.communicate(timeout=60)
    assert recorder.returncode == 0, shown
    done = json.loads(out)
    assert done["lost_samples"] > 0 and done["gaps"] >= 1 and done["reconnects"] == 1 and done["utterances"] >= 2
    assert "samples lost at" in shown and "it goes on" in shown
    whole = sound.astype(np.int16)
    with Catalog(tmp_path / "recordings") as catalog:
        clips = catalog.clips(with_set_aside=True)
        assert len(clips) == done["utterances"]
        for clip in clips:  # each is a stretch of what was played, without a gap in it
            samples = catalog.load(clip)
            places = np.flatnonzero(whole[: len(whole) - len(samples)] == samples[0])
            assert any(np.array_equal(whole[at : at + len(samples)], samples) for at in places)
