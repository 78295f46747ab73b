"""Does everything work here? Each check is a small real use of the part.

The machine first, then the boards: those whose USB identity is known, or the port that is named, are looked at from
the cable to the microphone (:mod:`kws_data.doctor.board`); without one, the emulated board records a known sound.
"""

from __future__ import annotations

import importlib.metadata
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from firmware_tools.errors import KwsError
from kws_data.doctor.encoder import speech_encoder
from kws_data.doctor.findings import Finding, bad, note, told, well
from kws_data.doctor.voices import espeak_speaks, neural_voices

if TYPE_CHECKING:
    from firmware_tools.boards.spec import BoardSpec
    from firmware_tools.link.serial_link import SerialPort
    from firmware_tools.link.session import BoardSession
    from kws_data.audio import Samples

PACKAGES = ("numpy", "librosa", "soundfile", "tensorflow", "pyserial", "ziglang", "unicorn", "espeakng-loader")

UNNAMED = "emulated"  # the board that verbs take where none is named


def examine(board: str, port: str | None, play: Samples | None = None, *, listen_s: float = 3.0) -> Iterator[Finding]:
    """All findings, cheapest first; those on a board that was named before those on the machine.

    Args:
        board: name of the board; :data:`UNNAMED` where nobody named one.
        port: its serial port; None looks for the board by its USB identity, else at its emulator. The emulated board
            comes after all that are attached and known.
        play: int16 sound for the emulated board's microphone, which is then judged like a real one.
        listen_s: how long a microphone is listened to.
    """
    parts = [_machine(), _boards(board, port, play, listen_s)]
    named = port is not None or board != UNNAMED
    for part in reversed(parts) if named else parts:
        yield from part


def _machine() -> Iterator[Finding]:
    yield _python()
    yield from _guarded("packages", _packages, "call make demo, or pip install -e .")
    yield from _guarded("host compiler and front end", _frontend, "pip install ziglang")
    remedy = "it exists for Linux on x86-64 only; the C engine stands in elsewhere"
    yield from _guarded("micro interpreter", _interpreter, remedy)
    yield from _guarded("synthetic voices", espeak_speaks, "pip install espeakng-loader")
    yield from neural_voices()
    yield speech_encoder()


def _guarded(what: str, check: Callable[[], str], remedy: str) -> Iterator[Finding]:
    """The finding of a check that gives what it found, or fails."""
    try:
        yield well(what, check())
    except KwsError as error:
        yield bad(what, told(error), error.remedy or remedy)
    except (ImportError, OSError) as error:
        yield bad(what, str(error), remedy)


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
    from firmware_tools.tflite import tflm

    if not tflm.available():
        return "no tflite-micro wheel on this platform: the generated C engine stands in, bit for bit"
    from firmware_tools.engine.tflm_rule import tflm_rule

    found = f"tflite-micro {importlib.metadata.version('tflite-micro')}"
    if tflm_rule() == "double":
        return f"{found}, which the C engine equals byte for byte"
    return f"{found}: another than the pinned one, dense layers with one scale may differ from the C engine by one step"


# ---- boards --------------------------------------------------------------------------------------------------------


def _boards(name: str, port: str | None, play: Samples | None, listen_s: float) -> Iterator[Finding]:
    from firmware_tools.boards.spec import list_boards, load_board
    from kws_data.doctor.board import examine_port

    try:
        board, known = load_board(name), list_boards()
    except KwsError as error:
        yield bad("board", told(error), error.remedy)
        return
    if port is not None:
        yield from examine_port(port, board, listen_s=listen_s)
        return
    if not board.emulated:
        yield from _attached(board, play, listen_s)
        return
    for found in _usb_ports():
        yield _named(found)
        spec = next((spec for spec in known if found.usb_id in spec.usb_ids), board)
        if spec is not board or _is_board(found.usb_id):
            examined = examine_port(found.device, spec, guessed=True)
            yield from (replace(one, what=_at(one.what, found.device)) for one in examined)
    yield from _emulated(board, play, listen_s)


def _attached(board: BoardSpec, play: Samples | None, listen_s: float) -> Iterator[Finding]:
    """The board that was named and whose port was not: it is attached, or its emulator stands in, as for all verbs."""
    from firmware_tools.link.attached import running_port
    from kws_data.doctor.board import examine_port

    try:
        found = running_port(board, _usb_ports())
    except KwsError as error:
        yield bad("board", told(error), error.remedy)
        return
    remedy = f"plug it in, or name its port: kws doctor --board {board.name} --port PORT"
    if found is not None:
        yield _named(found)
        yield from examine_port(found.device, board, listen_s=listen_s)
    elif board.emulator:
        what = f"no {board.name} is attached: {board.emulator} emulates one"
        yield note("board", what, f"to examine a real one: {remedy}")
        yield from _emulated(board, play, listen_s)
    else:
        yield bad("board", f"no {board.name} is attached", remedy)


def _usb_ports() -> Sequence[SerialPort]:
    from firmware_tools.link.serial_link import list_ports

    return list_ports()


def _is_board(usb_id: str) -> bool:
    from firmware_tools.boards.usb import usb_board

    known = usb_board(usb_id)
    return known is not None and not known.any_device


def _at(what: str, device: str) -> str:
    return what if what == device else f"{what} of {device}"


def _named(port: SerialPort) -> Finding:
    """What the USB identity of a port says."""
    from firmware_tools.boards.usb import usb_board

    known = usb_board(port.usb_id)
    if known is None:
        return well("serial port", f"{port}; no board that kws knows by its USB identity")
    if known.any_device or known.note:
        remedy = known.note or f"many things have this chip; if it is your board: kws doctor --port {port.device}"
        return note("serial port", f"{port.device}: {known.name} ({port.usb_id})", remedy)
    return well("serial port", f"{port.device}: {known.name} ({port.usb_id})")


def _emulated(board: BoardSpec, play: Samples | None, listen_s: float) -> Iterator[Finding]:
    """An emulated board, freshly flashed: it records a known sound where its microphone takes samples as they are, and
    makes its own. Judged by ``play`` if given."""
    from firmware_tools.link.session import open_board
    from firmware_tools.recorder.flash import flash_recorder
    from kws_data.doctor.board import examine_link, firmware_finding, self_test

    with tempfile.TemporaryDirectory(prefix="kws-doctor-") as folder:
        try:
            flash_recorder(board, Path(folder))
            with open_board(board, None, Path(folder)) as session:
                yield firmware_finding(session.hello)
                if board.emulated:
                    yield from _guarded(f"board {board.name}", partial(_record_ramp, session), "please report this")
                if play is None or session.play is None:
                    yield from self_test(session.link)
                else:
                    session.play(play)
                    yield from examine_link(session.link, min(listen_s, len(play) / session.hello.sample_rate_hz))
        except KwsError as error:
            yield bad(f"board {board.name}", told(error), error.remedy)


def _record_ramp(session: BoardSession) -> str:
    """What is played to the microphone comes back sample for sample; raises KwsError when it does not."""
    from firmware_tools.recorder.clip import record_clip

    ramp, play = np.arange(-8_000, 8_000, dtype=np.int16), session.play
    recording = record_clip(session.link, len(ramp), None if play is None else lambda: play(ramp))
    if not recording.ok or not np.array_equal(recording.samples, ramp):
        raise KwsError("recording differs from what was played", "; ".join(recording.reasons), "please report this")
    return f"recorded {len(ramp)} samples of a ramp, every one right"
