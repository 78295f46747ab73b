"""Boards with an RP2040, run by rp2040js where Node has it; and what tests hear of their microphones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from firmware_tools.boards.spec import BoardSpec
from firmware_tools.emulator.node import find_node, find_rp2040js
from firmware_tools.errors import BoardError
from firmware_tools.flashers.emulated import EmulatedFlasher
from firmware_tools.image.build import FirmwareImage, build_image
from firmware_tools.link.session import BoardSession, open_board


def missing() -> str:
    """Why no board can be run here; empty when one can."""
    try:
        find_node()
        find_rp2040js()
    except BoardError as error:
        return str(error)
    return ""


needs_rp2040js = pytest.mark.skipif(bool(missing()), reason=missing())


@contextmanager
def running(
    board: BoardSpec,
    folder: Path,
    app: str = "recorder",
    generated: Mapping[str, str] | None = None,
    defines: tuple[str, ...] = (),
) -> Iterator[tuple[BoardSession, FirmwareImage]]:
    """The board with an app built for it."""
    image = build_image(board, app, generated or {}, folder / "build", defines=defines)
    EmulatedFlasher(board, folder / "state").flash(image.bin)
    with open_board(board, None, folder / "state") as session:
        yield session, image


def tone(samples: int, amplitude: float, hz: float = 1_000.0) -> NDArray[np.int16]:
    """A sine at 16 kHz: int16 [samples]."""
    return np.round(amplitude * np.sin(2 * np.pi * hz * np.arange(samples) / 16_000)).astype(np.int16)


def snr_db(heard: NDArray[np.int16], hz: float = 1_000.0) -> float:
    """Power at ``hz`` against all else from 20 Hz to 8 kHz, of int16 [samples] at 16 kHz."""
    power = np.abs(np.fft.rfft(heard * np.hanning(len(heard)))) ** 2
    step = 16_000 / len(heard)
    at = round(hz / step)
    signal = power[at - 4 : at + 5].sum()
    return float(10 * np.log10(signal / (power[round(20 / step) :].sum() - signal)))
