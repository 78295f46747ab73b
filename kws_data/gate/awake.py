"""How long a listening core is awake: everything included, from reading the microphone to looking at the serial line.

Measured, not added up: the detector's image listens to the emulated microphone, and the board says how many of its
cycles it slept through. Cycles of features and model alone are less: an app has to fetch samples, and wakes for them.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from firmware_tools.boards.spec import BoardSpec
from firmware_tools.emulator.board import EmulatedBoard
from firmware_tools.errors import BoardError
from firmware_tools.flashers.emulated import EmulatedFlasher
from firmware_tools.image.build import FirmwareImage
from firmware_tools.link.serial_link import Link
from firmware_tools.spotter.client import listen

SECONDS = 10
_SETTLED_S = 1  # of sound, in which a window fills
_LOOK_S = 0.02
Stats = dict[str, int]


@dataclass(frozen=True)
class Awake:
    """Cycles that the core was awake, and all that passed, while it heard ``samples``."""

    cycles: int
    of_cycles: int
    samples: int

    @property
    def share(self) -> float:
        """Of the core's time."""
        return self.cycles / self.of_cycles


def awake(board: BoardSpec, image: FirmwareImage, sample_rate_hz: int = 16_000) -> Awake:
    """Let an image of the spotter app listen to noise.

    Raises:
        BoardError, LinkError: the board cannot run it.
    """
    sound = np.random.default_rng(0).normal(0, 3_000, SECONDS * sample_rate_hz).astype(np.int16)
    with tempfile.TemporaryDirectory(prefix="kws-awake-") as folder:
        EmulatedFlasher(board, Path(folder)).flash(image.bin)
        with EmulatedBoard(board, Path(folder)) as emulated, Link(emulated.port, board.baud) as link:
            link.hello()
            emulated.play(sound)
            first, last = _ends(emulated, link, _SETTLED_S * sample_rate_hz)
    passed = {name: last[name] - first[name] for name in last}
    return Awake(passed["cycles"] - passed["slept_cycles"], passed["cycles"], passed["mic_samples"])


def _ends(emulated: EmulatedBoard, link: Link, settled_samples: int) -> tuple[Stats, Stats]:
    """Counters once the window has filled, and as late as sound was still playing."""
    begun = emulated.stats()["mic_samples"]
    seen: list[Stats] = []
    for _event in listen(link, quiet_s=_LOOK_S):
        now = emulated.stats()
        if now["audio_waiting"] == 0 and now["mic_samples"] > begun:
            break
        if now["mic_samples"] - begun >= settled_samples:
            seen.append(now)
    if len(seen) < 2:
        raise BoardError("the emulated board listened too fast to be watched", len(seen), "try again")
    return seen[0], seen[-1]
