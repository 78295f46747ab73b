"""How much of the time a core is awake while it listens to its microphone, with all that its image does.

Counted by the emulated board, which knows how long its core slept: besides features, model and decisions the core reads
the microphone and looks at the serial line.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np

from firmware_tools.boards.spec import BoardSpec
from firmware_tools.emulator.board import EmulatedBoard
from firmware_tools.errors import BoardError
from firmware_tools.flashers.emulated import EmulatedFlasher
from firmware_tools.image.build import FirmwareImage
from firmware_tools.link.serial_link import Link
from firmware_tools.spotter.client import listen
from kws_data.bundle import ModelBundle

SKIPPED_S, COUNTED_S = 1.2, 2.4  # the first window has no decisions in it
_RMS = 1_000.0
_PATIENCE_S, _LOOK_S = 120.0, 0.02


def measure_awake(board: BoardSpec, bundle: ModelBundle, image: FirmwareImage) -> float:
    """The share of its time, 0 to 1, that the core of the emulated board is awake while it listens to noise.

    Args:
        board: the emulated one, which counts what it sleeps.
        bundle: what the image was built from.
        image: the detector's.

    Raises:
        BoardError, LinkError: the board cannot run the image, or does not hear in time.
    """
    rate_hz = bundle.frontend.sample_rate_hz
    noise = np.random.default_rng(0).normal(0, _RMS, int((SKIPPED_S + COUNTED_S + 1.0) * rate_hz)).astype(np.int16)
    with tempfile.TemporaryDirectory(prefix="kws-awake-") as folder:
        EmulatedFlasher(board, Path(folder)).flash(image.bin)
        with EmulatedBoard(board, Path(folder)) as emulated, Link(emulated.port, board.baud) as link:
            link.hello()
            emulated.play(noise)
            begun, ended = _counted(emulated, link, rate_hz)
    return 1.0 - (ended["slept_cycles"] - begun["slept_cycles"]) / (ended["cycles"] - begun["cycles"])


def _counted(emulated: EmulatedBoard, link: Link, rate_hz: int) -> tuple[dict[str, int], dict[str, int]]:
    """The board's counters after so many samples, and after so many more."""
    marks = [int(seconds * rate_hz) for seconds in (SKIPPED_S, SKIPPED_S + COUNTED_S)]
    found: list[dict[str, int]] = []
    until = time.monotonic() + _PATIENCE_S
    for _ in listen(link, quiet_s=_LOOK_S):
        now = emulated.stats()
        if now["mic_samples"] >= marks[len(found)]:
            found.append(now)
        if len(found) == len(marks):
            return found[0], found[1]
        if time.monotonic() > until:
            break
    raise BoardError("emulated board does not hear in time", f"{_PATIENCE_S:.0f} s", "is this machine very busy?")
