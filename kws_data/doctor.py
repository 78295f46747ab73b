"""Does everything work here? Each check is a small real use of the part."""

from __future__ import annotations

import importlib.metadata
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kws_data.errors import KwsError

PACKAGES = ("numpy", "librosa", "soundfile", "tensorflow", "pyserial", "ziglang", "unicorn", "espeakng-loader")


@dataclass
class Finding:
    """One check: what was looked at, whether it is well, what was found, what to do."""

    what: str
    ok: bool
    found: str
    remedy: str = ""


def examine(board: str, port: str | None) -> Iterator[Finding]:
    """All findings, cheapest first."""
    yield _python()
    checks: tuple[tuple[str, Callable[[], str], str], ...] = (
        ("packages", _packages, "call make demo, or pip install -e ."),
        ("host compiler and front end", _frontend, "pip install ziglang"),
        ("micro interpreter", _interpreter, "it exists for Linux on x86-64 only; the C engine stands in elsewhere"),
        ("synthetic voices", _voices, "pip install espeakng-loader"),
        ("serial ports", _ports, ""),
        (f"board {board}", lambda: _board(board, port), "see the message"),
    )
    for what, check, remedy in checks:
        try:
            yield Finding(what, True, check())
        except KwsError as error:
            yield Finding(
                what, False, error.what + (f" {error.value!r}" if error.value else ""), error.remedy or remedy
            )
        except (ImportError, OSError) as error:
            yield Finding(what, False, str(error), remedy)


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding("Python", sys.version_info >= (3, 11), version, "install Python 3.11 or later")


def _packages() -> str:
    return ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)


def _frontend() -> str:
    from firmware_tools.frontend.host import HostFrontend
    from firmware_tools.frontend.spec import FrontendSpec

    spec = FrontendSpec()
    features = HostFrontend(spec).one(np.zeros(spec.sample_rate_hz, np.int16))
    return f"compiled, {features.shape[0]} frames of {features.shape[1]} from a second of silence"


def _interpreter() -> str:
    from firmware_tools.engine import tflm

    if not tflm.available():
        return "no tflite-micro wheel on this platform: the generated C engine stands in, bit for bit"
    return f"tflite-micro {importlib.metadata.version('tflite-micro')}"


def _voices() -> str:
    from kws_data.sources.takes import stand_in

    with stand_in("doctor", 16_000) as say:
        samples = say("hello", 0)
    if np.ptp(samples) < 1_000:
        raise KwsError("espeak-ng is silent", None, "pip install --force-reinstall espeakng-loader")
    return "espeak-ng said hello"


def _ports() -> str:
    from firmware_tools.link import list_ports

    return ", ".join(port.device for port in list_ports()) or "none, the emulated board needs none"


def _board(name: str, port: str | None) -> str:
    from firmware_tools.boards import load_board
    from firmware_tools.recorder import record_clip
    from firmware_tools.session import open_board
    from kws_data.firmware import flash_recorder

    board = load_board(name)
    if port is not None:
        with open_board(board, port) as session:
            return f"{session.hello.board} on {port} runs {session.hello.app}"
    with tempfile.TemporaryDirectory(prefix="kws-doctor-") as folder:
        flash_recorder(board, Path(folder))
        ramp = np.arange(-8_000, 8_000, dtype=np.int16)
        with open_board(board, None, Path(folder)) as session:
            play = session.play
            recording = record_clip(session.link, len(ramp), None if play is None else lambda: play(ramp))
    if not recording.ok or not np.array_equal(recording.samples, ramp):
        raise KwsError("recording differs from what was played", "; ".join(recording.reasons), "please report this")
    return f"recorded {len(ramp)} samples of a ramp, every one right"
