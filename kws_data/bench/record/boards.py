"""Bench of several boards at once, in real time: what it costs the host, and whether anything is lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from typing import Any

from firmware_tools.emulator.board import EmulatedBoard
from firmware_tools.errors import KwsError
from firmware_tools.link.serial_link import Link
from firmware_tools.protocol.audio_frames import BLOCK_SAMPLES
from firmware_tools.recorder.capture import Block, capture
from kws_data.bench.record.link import RATE_HZ, Ledger, LinkFigures, noise, recorder_board, truth_of

BAUD = 921_600


@dataclass(frozen=True)
class BoardsFigures:
    """``cpu_share`` is processor time of this process, of one core, while all boards recorded."""

    boards: int
    seconds: float
    cpu_share: float
    heard_s: float
    wrong: int
    lost: int
    unreported: int

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


class _Recorder(threading.Thread):
    """Keeps all blocks of one board; they are looked at afterwards, when nothing is measured any more."""

    def __init__(self, board: EmulatedBoard, link: Link, seconds: float, seed: int) -> None:
        super().__init__(daemon=True)
        self.capture = capture(link, seconds=seconds)
        self.audio = noise(int(seconds * RATE_HZ), seed)
        self.blocks: list[Block] = []
        self.failure: KwsError | None = None
        board.play(self.audio)

    def run(self) -> None:
        """Record to the end."""
        try:
            self.blocks = list(self.capture)
        except KwsError as error:
            self.failure = error

    def book(self, figures: LinkFigures) -> None:
        """Compare what came with what was played."""
        if self.failure is not None:
            raise self.failure
        codec = self.capture.codec
        truths = [truth_of(self.audio, codec, check=False)]
        ledger = Ledger(truths, BLOCK_SAMPLES[codec], len(self.audio), figures)
        for block in self.blocks:
            ledger.enter(block)
        ledger.close(ended=self.capture.ended)


def bench_boards(
    boards: int = 4, seconds: float = 60.0, *, baud: int = BAUD, progress: Callable[[str, int, int], None] | None = None
) -> BoardsFigures:
    """Record from ``boards`` emulated boards, which hold to real time, each in a thread of its own.

    Raises:
        KwsError: a board fails.
    """
    with ExitStack() as stack:
        recorders = []
        for number in range(boards):
            board = stack.enter_context(recorder_board(baud, realtime=True))
            link = stack.enter_context(Link(board.port, baud))
            recorders.append(_Recorder(board, link, seconds, seed=number))
        started, cpu = time.monotonic(), time.process_time()
        for recorder in recorders:
            recorder.start()
        for recorder in recorders:
            while recorder.is_alive():
                recorder.join(1.0)
                if progress:
                    passed = int(time.monotonic() - started)
                    progress(f"{boards} boards in real time", min(passed, int(seconds)), int(seconds))
        cpu, passed_s = time.process_time() - cpu, time.monotonic() - started
        figures = LinkFigures(baud=baud)
        for recorder in recorders:
            recorder.book(figures)
    return BoardsFigures(
        boards, passed_s, cpu / passed_s, figures.heard_s, figures.wrong, figures.lost, figures.unreported
    )
