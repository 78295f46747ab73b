"""What is wrong with a board on a serial port, from the cable to the microphone; each check needs the one before it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np

from firmware_tools.boards.spec import BoardSpec
from firmware_tools.errors import LinkError
from firmware_tools.link import ports
from firmware_tools.link.serial_link import Link
from firmware_tools.protocol.audio_frames import Codec, Source
from firmware_tools.protocol.frames import Type
from firmware_tools.protocol.replies import BoardHello
from firmware_tools.recorder.capture import capture
from firmware_tools.recorder.selftest import expected_signal, frequency_hz
from kws_data.audio import Samples
from kws_data.doctor.clock import examine_clock
from kws_data.doctor.findings import Finding, bad, note, well
from kws_data.doctor.sound import examine_sound

BAUDS = (115_200, 921_600, 460_800, 230_400, 1_000_000, 2_000_000, 500_000, 57_600, 38_400, 9_600)
BOOT_S = 0.5
HELLO_S = 3.0
OTHER_BAUD_S = 0.6
LISTEN_S = 3.0
SETTLE_S = 0.1  # a port that is opened, or closed, does what it does to the board
FRAMES_BEFORE = 24
SELF_TEST_S = 4.2  # the ramp goes round all 65,536 values
_FLASH = "flash it: kws flash, or the firmware of kws for this board"


def examine_port(
    port: str, board: BoardSpec, *, listen_s: float = LISTEN_S, guessed: bool = False
) -> Iterator[Finding]:
    """All findings on the board behind ``port``; stops at the first that lets nothing else be looked at.

    Args:
        port: where it is.
        board: what it should be.
        listen_s: how long its microphone is listened to.
        guessed: ``board`` was only found by a USB identity, which several boards have.
    """
    trouble = list(_access(port, board.baud))
    yield from trouble
    if not all(finding.ok for finding in trouble):
        return
    try:
        boot = ports.raw_bytes(port, board.baud, BOOT_S)
    except OSError as error:
        yield bad(port, f"cannot be opened ({error.strerror})", "unplug the board and plug it in again")
        return
    hello = None
    for finding, said in _firmware(port, board, boot):
        hello = said or hello
        yield finding
    if hello is None:
        return
    if not (guessed or board.emulated or hello.board == board.name):
        remedy = "name the port that it is on, or with --board the one that this is; or flash it anew"
        yield bad("board", f"{hello.board} answers, {board.name} was named", remedy)
    yield from _resets(port, board, boot)
    if hello.app == "recorder":
        try:
            with Link(port, board.baud) as link:
                link.hello(HELLO_S)
                yield from examine_link(link, listen_s)
        except LinkError as error:
            yield bad("recording", error.what, error.remedy)


def _access(port: str, baud: int) -> Iterator[Finding]:
    """Is it there, may it be opened, is it free."""
    if not Path(port).exists():
        yield bad(port, "is not there", "plug the board in with a cable that carries data; kws boards lists the ports")
        return
    if not ports.may_open(port):
        yield bad(port, "no permission to open it", ports.permission_remedy(port))
        return
    try:
        with Link(port, baud):
            yield well(port, "can be opened")
    except LinkError as error:
        who = ", ".join(map(str, ports.holders(port)))
        if "busy" in error.what:
            remedy = f"close {who}" if who else "close the program that has it open (another user's)"
            yield bad(port, f"is busy: {who or 'another program'} has it", remedy)
        else:
            yield bad(port, error.what, error.remedy)


# ---- firmware ------------------------------------------------------------------------------------------------------


def _firmware(port: str, board: BoardSpec, boot: bytes) -> Iterator[tuple[Finding, BoardHello | None]]:
    """Who answers; with the hello when it is a kws app."""
    hello, trouble = _hello(port, board.baud, HELLO_S)
    if trouble is not None:
        other = _other_baud(port, board.baud)
        if other is not None:  # unless it only took its time
            hello, _ = _hello(port, board.baud, HELLO_S)
    if trouble is not None and hello is None:
        yield _no_answer(board, boot, trouble, other), None
    if hello is None:
        return
    yield firmware_finding(hello), hello
    if hello.app != "recorder":
        yield note("firmware", f"the {hello.app} app records nothing", "to record, flash the recorder app"), hello


def firmware_finding(hello: BoardHello) -> Finding:
    """Which firmware answers; its values are what a board says of itself."""
    return well(
        "firmware",
        f"{hello.app} on {hello.board}, {hello.sample_rate_hz} Hz",
        app=hello.app,
        board=hello.board,
        firmware_crc32=hello.firmware,
        bundle=hello.build,
        sample_rate_hz=hello.sample_rate_hz,
        clock_hz=hello.clock_hz,
        baud=hello.baud,
        gain_db=hello.gain_db,
        virtual_time=hello.virtual_time,
    )


def _hello(port: str, baud: int, timeout_s: float) -> tuple[BoardHello | None, LinkError | None]:
    try:
        with Link(port, baud) as link:
            return link.hello(timeout_s), None
    except LinkError as error:
        return None, error


def _no_answer(board: BoardSpec, boot: bytes, error: LinkError, other_baud: int | None) -> Finding:
    if other_baud is not None:
        remedy = f"set baud: {other_baud} in the board's YAML, or build the firmware for {board.baud}"
        return bad("wrong baud", f"the board talks at {other_baud} baud, kws at {board.baud}", remedy)
    if "another protocol version" in error.what:
        return bad("firmware", "speaks another version of the protocol", _FLASH)
    text = ports.printable(boot)
    if text:
        return bad("firmware", f"another program runs, it says {text[:60]!r}", _FLASH)
    if boot:
        remedy = f"check the line rate ({board.baud} in the board's YAML); if it is right, {_FLASH}"
        return bad("line", f"{len(boot)} bytes came that are neither text nor frames, {boot[:8].hex(' ')} …", remedy)
    return bad("firmware", "nobody answers", f"press reset once; if that does not help, {_FLASH}")


def _other_baud(port: str, known: int) -> int | None:
    """The rate at which a kws app does answer."""
    for baud in BAUDS:
        if baud != known and _hello(port, baud, OTHER_BAUD_S)[0] is not None:
            return baud
    return None


def _resets(port: str, board: BoardSpec, boot: bytes) -> Iterator[Finding]:
    """Whether opening the port restarts the board: its count of frames begins anew."""
    counts = []
    for questions in (FRAMES_BEFORE, 1):
        with Link(port, board.baud) as link:
            time.sleep(SETTLE_S)
            link.hello(HELLO_S)
            counts.append([link.request(Type.HELLO).sequence for _ in range(questions)][-1])
        time.sleep(SETTLE_S)
    text = ports.printable(boot)
    if counts[1] < counts[0]:
        said = f" (boot text {text[:40]!r})" if text else ""
        remedy = "kws waits until it has started; to stop it, cut the trace from DTR to reset or put 10 µF at reset"
        yield note("reset", f"opening the port restarts the board{said}", remedy)
    elif text:
        remedy = "frames survive it; send debug text over another UART to keep the line free"
        yield note("line", f"text between the frames: {text[:60]!r}", remedy)
    else:
        yield well("reset", "the board stays on when its port is opened")


# ---- what it hears -------------------------------------------------------------------------------------------------


def examine_link(link: Link, listen_s: float) -> Iterator[Finding]:
    """Microphone, clock and line of a board that runs the recorder app, and then the self-test."""
    try:
        blocks, losses, codec = _heard(link, Source.MICROPHONE, listen_s)
        yield from _line(losses, len(blocks), link)
        yield examine_clock(link.clock.estimate())
        yield from examine_sound(blocks, link.clock.nominal_hz, exact=codec is Codec.PCM16)
        yield from self_test(link)
    except LinkError as error:
        yield bad("recording", error.what, error.remedy)


def _heard(link: Link, source: Source, seconds: float) -> tuple[Samples, int, Codec]:
    """Samples that came from a source of the board, how many were lost, and how they travelled."""
    with closing(capture(link, seconds=seconds, source=source)) as blocks:
        samples = [np.zeros(0, np.int16), *(block.samples for block in blocks)]
        return np.concatenate(samples), blocks.lost_samples, blocks.codec


def _line(lost: int, heard: int, link: Link) -> Iterator[Finding]:
    if lost:
        remedy = "try another cable and port, no hub, a higher baud or a shorter lead"
        yield bad(
            "line",
            f"{lost} of {lost + heard} samples lost at {link.baud} baud",
            remedy,
            lost=lost,
            samples=lost + heard,
        )
    else:
        yield well("line", f"{heard} samples at {link.baud} baud, none lost", lost=0, samples=heard)


# ---- self-test -----------------------------------------------------------------------------------------------------


def self_test(link: Link) -> Iterator[Finding]:
    """A ramp and a tone that the board makes itself, checked sample by sample and for frequency."""
    remedy = "samples change on their way: flash the firmware of this kws; if that is done, please report this"
    for source, seconds in ((Source.RAMP, SELF_TEST_S), (Source.TONE, min(1.0, SELF_TEST_S))):
        what = f"self-test, {source.name.lower()}"
        heard, lost, codec = _heard(link, source, seconds)
        wrong = lost or int(np.count_nonzero(heard != expected_signal(source, len(heard), codec)))
        if wrong:
            yield bad(what, f"{wrong} of {len(heard) + lost} samples lost or changed", remedy)
            continue
        found_hz = frequency_hz(heard, link.clock.nominal_hz)
        tuned = f", {found_hz:.2f} Hz" if source is Source.TONE else ""
        yield well(what, f"{len(heard)} samples{tuned}, every bit right")
