"""Bench of the link: long takes over a good line and over a bad one, each sample compared with what was played."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from firmware_tools.boards.spec import load_board
from firmware_tools.emulator.board import EmulatedBoard
from firmware_tools.errors import KwsError, LinkError
from firmware_tools.link.chaos import Chaos, ChaosLine, Fault
from firmware_tools.link.serial_link import Link
from firmware_tools.protocol import adpcm
from firmware_tools.protocol.audio_frames import BLOCK_SAMPLES, Codec, choose_codec, line_bytes_per_s
from firmware_tools.protocol.frames import Type
from firmware_tools.recorder.capture import Block, capture
from firmware_tools.recorder.flash import flash_recorder
from kws_data.audio import Samples
from kws_data.progress import Progress

RATE_HZ = 16_000
TAKE_MINUTES = 15.0  # of a bad line; over a good one a take is as long as asked for
REFERENCE_SAMPLES = 200_000
RECONNECT_S = 20.0
TO_BOARD_BYTES = 100.0  # between two faults on the way to the board: one in five commands or so is hit
SEARCH_BLOCKS = 4_000
TRUTHS_KEPT = 4  # resets follow each other that fast at most
MOST_ERRORS = 100


@dataclass
class LinkFigures:
    """What was heard of what was played.

    Attributes:
        heard_s: audio that the takes cover, lost samples included.
        wrong: samples accepted that are not what was played at that place.
        lost: samples lost and reported, in ``losses`` places; behind ``estimated`` of them the board had been reset,
            so that their length is an estimate.
        unreported: samples that neither came nor were reported, or came twice.
        restarts, reconnects: how often a take went on after a reset, and after its port had vanished.
        broken_off: takes that ended early, with the ``errors`` that said so.
    """

    codec: str = ""
    baud: int = 0
    seconds: float = 0.0
    heard_s: float = 0.0
    takes: int = 0
    wrong: int = 0
    lost: int = 0
    losses: int = 0
    estimated: int = 0
    unreported: int = 0
    restarts: int = 0
    reconnects: int = 0
    broken_off: int = 0
    faults: dict[str, int] = field(default_factory=dict)
    errors: dict[str, int] = field(default_factory=dict)

    @property
    def fault_count(self) -> int:
        """All faults of the line."""
        return sum(self.faults.values())

    @property
    def honest(self) -> bool:
        """Nothing wrong was accepted, and every loss was reported."""
        return not self.wrong and not self.unreported

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


class Ledger:
    """Compares the blocks of one take with the truth; see :class:`LinkFigures`.

    ``truths`` holds what the host must hear since the take's begin, and since each reset of the board after it: a
    board that was reset begins with another sound, so that old and new are never taken for each other.
    """

    def __init__(self, truths: list[Samples], block_samples: int, length: int, figures: LinkFigures) -> None:
        self.truths = truths
        self.block_samples = block_samples
        self.length = length
        self.figures = figures
        self.next = 0
        self._truth: Samples | None = None
        self._offset = 0  # where the truth's first sample is in the take

    def enter(self, block: Block) -> None:
        """Book one block."""
        figures, gap = self.figures, block.first_sample - self.next
        figures.unreported += abs(gap - block.lost_before)
        if block.lost_before:
            figures.lost += block.lost_before
            figures.losses += 1
            figures.estimated += not block.lost_exact
        if len(block.samples):
            self._compare(block)
        self.next = max(self.next, block.first_sample + len(block.samples))

    def close(self, *, ended: bool) -> None:
        """The take is over: ``ended`` when it came to its end, so that all of it must have been accounted for."""
        self.figures.takes += 1
        self.figures.heard_s += self.next / RATE_HZ
        if ended:
            self.figures.unreported += self.length - self.next
        else:
            self.figures.broken_off += 1

    def _compare(self, block: Block) -> None:
        if self._truth is None or not block.lost_exact:
            self._align(block)
        start = block.first_sample - self._offset
        true = self._truth[start : start + len(block.samples)] if self._truth is not None else block.samples[:0]
        heard = block.samples[: len(true)]
        self.figures.wrong += int(np.count_nonzero(true != heard)) + len(block.samples) - len(true)

    def _align(self, block: Block) -> None:
        """Find the truth that a block belongs to after a reset; a place in it is a multiple of the block's length."""
        for truth in self.truths:
            for start in range(0, min(len(truth), SEARCH_BLOCKS * self.block_samples), self.block_samples):
                if np.array_equal(truth[start : start + len(block.samples)], block.samples):
                    self._truth, self._offset = truth, block.first_sample - start
                    return


def noise(samples: int, seed: int) -> Samples:
    """Noise over the whole range, so that no stretch resembles another: int16 [samples]."""
    return np.random.default_rng(seed).integers(-32_768, 32_768, samples, dtype=np.int16)


def truth_of(audio: Samples, codec: Codec, *, check: bool = True) -> Samples:
    """What a host must hear of ``audio``: itself, or what the reference coder makes of it.

    ``check`` holds the coder in C, which is used for all of it, against the one in Python for the beginning.
    """
    if codec is Codec.PCM16:
        return audio
    coded, _ = adpcm.encode(audio)
    decoded, _ = adpcm.decode(coded, len(audio))
    if not check:
        return decoded
    few = audio[:REFERENCE_SAMPLES]
    reference, _ = adpcm.reference_encode(few)
    if not np.array_equal(adpcm.reference_decode(reference, len(few))[0], decoded[: len(few)]):
        raise KwsError("ADPCM in C and the reference coder disagree", None, "please report this")
    return decoded


@contextmanager
def recorder_board(baud: int, *, realtime: bool = False) -> Iterator[EmulatedBoard]:
    """An emulated board with the recorder app and a line of ``baud``."""
    board = replace(load_board("emulated"), baud=baud)
    with tempfile.TemporaryDirectory(prefix="kws-bench-") as name:
        flash_recorder(board, Path(name))
        with EmulatedBoard(board, Path(name), realtime=realtime) as emulated:
            yield emulated


# ---- a good line -------------------------------------------------------------------------------------------------


def bench_good_line(baud: int, minutes: float, *, seed: int = 1, progress: Progress | None = None) -> LinkFigures:
    """One long take, with the codec that the link chooses for this rate.

    Raises:
        KwsError: the board fails.
    """
    audio, figures = noise(int(minutes * 60 * RATE_HZ), seed), LinkFigures(baud=baud)
    started = time.monotonic()
    with recorder_board(baud) as board, Link(board.port, baud) as link:
        board.play(audio)
        with closing(capture(link, seconds=len(audio) / RATE_HZ)) as blocks:
            figures.codec = blocks.codec.name.lower()
            truths = [truth_of(audio, blocks.codec)]
            ledger = Ledger(truths, BLOCK_SAMPLES[blocks.codec], len(audio), figures)
            for block in blocks:
                ledger.enter(block)
                if progress:
                    progress(f"{figures.codec} at {baud:,} baud", ledger.next // RATE_HZ, len(audio) // RATE_HZ)
            ledger.close(ended=blocks.ended)
    figures.seconds = time.monotonic() - started
    return figures


# ---- a bad line --------------------------------------------------------------------------------------------------


def bench_bad_line(
    baud: int, hours: float, faults: int, *, seed: int = 1, progress: Progress | None = None
) -> LinkFigures:
    """Takes over a line with at least ``faults`` faults in at least ``hours`` of audio.

    Raises:
        KwsError: the board fails for good.
    """
    figures, started = LinkFigures(baud=baud), time.monotonic()
    with recorder_board(baud) as board:
        with Link(board.port, baud) as link:
            codec = choose_codec("auto", RATE_HZ, baud, link.hello().codecs)
        figures.codec = codec.name.lower()
        line_bytes = hours * 3_600 * line_bytes_per_s(codec, RATE_HZ)
        chaos = Chaos(seed, every_bytes=line_bytes / (1.3 * faults), to_board_every_bytes=TO_BOARD_BYTES)
        length = int(min(TAKE_MINUTES * 60, hours * 3_600) * RATE_HZ)
        stage = _Stage(board, codec, length, seed)
        with ChaosLine(board.port, chaos, stage.reset) as line:
            while figures.heard_s < hours * 3_600 or sum(line.counts.values()) < faults:
                _bad_take(figures, stage, line, progress and _hours_done(progress, figures, hours))
            figures.faults = {kind.value: line.counts[kind] for kind in Fault}
    figures.seconds = time.monotonic() - started
    return figures


class _Stage:
    """Gives the board a sound of its own for each take, and another one after each reset."""

    def __init__(self, board: EmulatedBoard, codec: Codec, length: int, seed: int) -> None:
        self.board = board
        self.codec = codec
        self.length = length
        self.truths: list[Samples] = []
        self._seed = seed << 20
        self._turn = threading.Lock()  # resets come from the line's thread

    def begin(self) -> None:
        """A new take: the board must be idle."""
        with self._turn:
            self.truths.clear()
            self._play()

    def reset(self) -> str:
        """Press the board's button; returns its port."""
        with self._turn:
            self.board.reset()
            self._play()
        return self.board.port

    def _play(self) -> None:
        self._seed += 1
        audio = noise(self.length, self._seed)
        self.truths.insert(0, truth_of(audio, self.codec, check=False))
        del self.truths[TRUTHS_KEPT:]
        self.board.play(audio)


def _bad_take(figures: LinkFigures, stage: _Stage, line: ChaosLine, report: Callable[[int], None] | None) -> None:
    """One take; one that is broken off is followed by the next."""
    ledger = Ledger(stage.truths, BLOCK_SAMPLES[stage.codec], stage.length, figures)
    blocks = None
    try:
        with _connected(line.port, stage.board.baud) as link:
            link.request(Type.STOP)
            stage.begin()
            blocks = capture(link, stage.codec, stage.length / RATE_HZ, reconnect_s=RECONNECT_S)
            for block in blocks:
                ledger.enter(block)
                if report:
                    report(ledger.next)
            ledger.close(ended=blocks.ended)
    except LinkError as error:
        ledger.close(ended=False)
        figures.errors[error.what] = figures.errors.get(error.what, 0) + 1
        if sum(figures.errors.values()) > MOST_ERRORS:
            raise
    if blocks is not None:
        figures.restarts += blocks.restarts
        figures.reconnects += blocks.reconnects


def _hours_done(progress: Progress, figures: LinkFigures, hours: float) -> Callable[[int], None]:
    before_s, total = figures.heard_s, int(hours * 3_600)

    def report(position: int) -> None:
        progress(f"{figures.codec}, bad line", min(int(before_s + position / RATE_HZ), total), total)

    return report


@contextmanager
def _connected(port: str, baud: int) -> Iterator[Link]:
    """The port, as soon as it is there and the board answers."""
    deadline = time.monotonic() + RECONNECT_S
    while True:
        try:
            link = Link(port, baud)
            break
        except LinkError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
    with link:
        link.hello()
        yield link
