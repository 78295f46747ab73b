"""A board's microphone as an endless run of blocks, each with its place: nothing lost, changed or doubled unnoticed.

The board numbers its samples, and tells what its own microphone lost. Whatever happens on the line, a block is handed
on only if its frame is undamaged, belongs to this take and comes after the one before; what is missing between two
blocks is told with the later one and kept in ``losses``. A board that was reset is started again, a port that vanished
is opened again when the caller allows it; the recording goes on behind the gap.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware_tools.errors import LinkError, ProtocolError
from firmware_tools.link.clock import ClockEstimate
from firmware_tools.link.serial_link import Link, PortGoneError
from firmware_tools.protocol import adpcm
from firmware_tools.protocol.audio_frames import (
    MAX_SAMPLES,
    AudioFrame,
    Codec,
    Source,
    choose_codec,
    parse_audio,
    parse_end,
    record_order,
)
from firmware_tools.protocol.frames import BoardCode, Frame, Type
from firmware_tools.protocol.replies import CommandRefusedError, State, parse_status

BEAT_MS = 500
QUIET_S = 0.6  # a recording board sends a frame every 32 ms at least, and heart-beats
GIVE_UP_S = 15.0  # a board silent for so long has stopped
GATHER_S = 0.01
COMMAND_TIMEOUT_S = 0.5
START_RETRIES = 19
STOP_RETRIES = 3


@dataclass(frozen=True)
class Block:
    """Samples that follow each other.

    Attributes:
        first_sample: place of the first one since the capture began, counting those that were lost.
        samples: int16 [n]; empty only in the last block of a capture that lost its end.
        lost_before: how many are missing just before them.
        board_us: the board's time when the last of them was fetched, in µs since its reset.
        lost_exact: False when ``lost_before`` is an estimate, because the board was reset meanwhile.
    """

    first_sample: int
    samples: NDArray[np.int16]
    lost_before: int = 0
    board_us: int = 0
    lost_exact: bool = True


@dataclass(frozen=True)
class Loss:
    """``samples`` missing from ``position`` on; ``overruns`` of them never left the board, the others were lost on the
    line.

    ``exact`` is False for the estimated length of a gap in which the board was reset.
    """

    position: int
    samples: int
    overruns: int = 0
    exact: bool = True


class Capture(Iterator[Block]):
    """Blocks of a running recording; made by :func:`capture`. Close it, or take it to its end, to stop the board.

    Attributes:
        codec: how the samples travel.
        losses: every gap so far, in order.
        restarts: how often the board had to be started again.
        reconnects: how often the port was opened again.
        repeated: frames that came again, or too late, and were not taken.
        unreadable: frames that were undamaged and still made no sense, and were not taken.
        ended: the recording ended where it should.
        position: samples so far, with those that were lost.
    """

    def __init__(
        self,
        link: Link,
        codec: str | Codec = "auto",
        *,
        samples: int = 0,
        source: Source = Source.MICROPHONE,
        reconnect_s: float = 0.0,
        find: Callable[[], str | None] | None = None,
        steady: bool = True,
    ) -> None:
        self.link = link
        hello = link.board or link.hello()
        self.sample_rate_hz = hello.sample_rate_hz
        self.codec = choose_codec(codec, hello.sample_rate_hz, hello.baud or link.baud, hello.codecs)
        if self.codec == Codec.ADPCM:
            adpcm.prepare()
        self.losses: list[Loss] = []
        self.restarts = self.reconnects = self.repeated = self.unreadable = 0
        self.ended = False
        self.position = 0
        self._samples, self._source = samples, source
        self._reconnect_s, self._find, self._steady = reconnect_s, find, steady
        self._over = False
        self._take = 0
        self._offset = 0  # where sample 0 of the take is
        self._exact = True  # and whether that is known
        self._lost = 0  # told by the board
        self._sequence: int | None = None  # of the frame taken last
        self._heard_at = time.monotonic()  # when audio came last
        self._asked_at = 0.0
        self._moved_to, self._moved_at = -1, 0.0  # the board's own position, when it was asked
        self._blocks = self._run()

    def __iter__(self) -> Capture:
        return self

    def __next__(self) -> Block:
        return next(self._blocks)

    def close(self) -> None:
        """Stop the board; nothing comes any more."""
        self._blocks.close()
        if self._take and not self._over:
            self._stop()

    def start(self) -> None:
        """Begin now rather than with the first block: for several boards that shall begin together."""
        if not self._take:
            self._start()

    def clock(self) -> ClockEstimate | None:
        """The true sample rate as far as it is known: from the whole session, not from this recording alone."""
        return self.link.clock.estimate()

    @property
    def lost_samples(self) -> int:
        """All that is missing so far."""
        return sum(loss.samples for loss in self.losses)

    # ---- the flow --------------------------------------------------------------------------------------------------

    def _run(self) -> Generator[Block, None, None]:
        gather = self.link.gather_s
        if self._steady and not self.link.clock.virtual_time:  # there nothing is gained: more comes at once
            self.link.gather_s = GATHER_S
        try:
            while not self._over:
                block = self._step()
                if block is not None:
                    yield block
        finally:
            self.link.gather_s = gather
            self._stop()

    def _step(self) -> Block | None:
        try:
            self.start()
            frame = self.link.receive(QUIET_S)
            block = None if frame is None else self._take_in(frame)
            waited_s = time.monotonic() - max(self._heard_at, self._asked_at)
            return self._ask() if block is None and not self._over and waited_s >= QUIET_S else block
        except PortGoneError:
            if self._reconnect_s <= 0:
                raise
        self.link.reopen(self._reconnect_s, self._find)
        self.reconnects += 1
        self._sequence = None
        return None

    def _start(self) -> None:
        """Begin a take; one that a dead host left running is stopped first (when not steady, that is an error)."""
        self._take = self.link.next_take()
        self._lost, self._sequence = 0, None
        left = self._samples - self._offset if self._samples else 0
        order = record_order(left, self.codec, self._source, self._take)
        for last in (False, False, True) if self._steady else (True,):
            try:
                self.link.request(Type.RECORD, order, timeout_s=COMMAND_TIMEOUT_S, retries=START_RETRIES)
                break
            except CommandRefusedError as refusal:
                if refusal.code != BoardCode.BUSY or last:
                    raise
                self.link.request(Type.STOP, timeout_s=COMMAND_TIMEOUT_S)
        self._heard_at = time.monotonic()
        if self._steady:
            self.link.status(BEAT_MS, timeout_s=COMMAND_TIMEOUT_S)

    def _restart(self) -> Block | None:
        """The board was reset, or stopped by somebody: begin again, behind a gap whose length can only be estimated."""
        if not self._steady:
            self._over = True
            return None
        self.restarts += 1
        passed_s = 0.0 if self.link.clock.virtual_time else time.monotonic() - self._heard_at
        self._offset = self.position + max(1, round(passed_s * self.sample_rate_hz))
        self._exact = False
        if self._samples and self._offset >= self._samples:
            return self._finish(self._samples, 0)
        self._start()
        return None

    def _stop(self) -> None:
        self._over = True
        with contextlib.suppress(LinkError):
            if not self.ended and self._take:
                self.link.request(Type.STOP, timeout_s=COMMAND_TIMEOUT_S, retries=STOP_RETRIES)
            if self._steady and self._take:
                self.link.status(0, timeout_s=COMMAND_TIMEOUT_S, retries=STOP_RETRIES)
            self.link.drain(0.0, longest_s=0.5)

    def _ask(self) -> Block | None:
        """Nothing comes, or something odd: ask the board how it is, and do what is needed."""
        self._asked_at = time.monotonic()
        try:
            status = self.link.status(BEAT_MS * self._steady, timeout_s=COMMAND_TIMEOUT_S, retries=1)
        except (PortGoneError, CommandRefusedError):
            raise
        except LinkError:
            if self.link.silent_s < GIVE_UP_S * self._steady:
                return None
            raise LinkError("board has gone silent", self.link.port, "check its power and cable") from None
        if self.link.waiting:  # what came before the answer comes first
            return None
        if status.take != self._take:
            return self._restart()
        if status.state != State.RECORDING:
            return self._end(status.position, status.lost)
        if status.position != self._moved_to:
            self._moved_to, self._moved_at = status.position, self._asked_at
        if time.monotonic() - self._moved_at > GIVE_UP_S / 3:
            raise LinkError("board's microphone gives no samples", self.link.port, "check the microphone's wiring")
        return None

    def _take_in(self, frame: Frame) -> Block | None:
        """What a frame brings; one that cannot be read is counted and left out."""
        try:
            if frame.type == Type.EVENT_AUDIO:
                return self._audio(frame.sequence, parse_audio(frame.payload))
            if frame.type == Type.EVENT_END:
                end = parse_end(frame.payload)
                return self._end(end.position, end.lost) if end.take == self._take else None
            if frame.type != Type.EVENT_BEAT:
                return None
            status = parse_status(frame.payload)
        except ProtocolError:
            self.unreadable += 1
            return None
        self.link.clock.add(status.board_us, time.monotonic())
        runs = (status.state, status.take) == (State.RECORDING, self._take)
        return None if runs else self._ask()

    # ---- samples ---------------------------------------------------------------------------------------------------

    def _audio(self, sequence: int, audio: AudioFrame) -> Block | None:
        if audio.take != self._take or audio.codec != self.codec or not audio.samples.size:
            self.repeated += 1
            return None
        first = self._offset + audio.first_sample
        missing, overruns = first - self.position, audio.lost - self._lost
        if missing < 0:
            self.repeated += 1
            return None
        follows = self._sequence is not None and sequence == (self._sequence + 1) & 0xFFFF
        too_far = self._samples and first + len(audio.samples) > self._samples
        if too_far or (follows and missing != overruns):  # damage that the CRC did not see
            self.unreadable += 1
            return None
        exact = self._note_loss(missing, overruns)
        self._lost, self._sequence, self._heard_at = audio.lost, sequence, time.monotonic()
        self.position = first + len(audio.samples)
        self.link.clock.add(audio.board_us, self._heard_at)
        self.link.clock.add_audio(audio.take, audio.first_sample + len(audio.samples), audio.board_us)
        return Block(first, audio.samples, missing, audio.board_us, exact)

    def _note_loss(self, missing: int, overruns: int) -> bool:
        """Keep a gap that ends here; returns whether its length is exact."""
        exact, self._exact = self._exact, True
        if missing > 0:
            self.losses.append(Loss(self.position, missing, max(0, min(overruns, missing)), exact))
        return exact

    def _end(self, position: int, lost: int) -> Block | None:
        """The take has ended after ``position`` samples."""
        end = self._offset + position
        if self._samples and end < self._samples:
            return self._restart()  # somebody else stopped it
        return self._finish(min(end, self._samples) if self._samples else end, lost)

    def _finish(self, end: int, lost: int) -> Block | None:
        self._over = self.ended = True
        missing = end - self.position
        if missing <= 0:
            return None
        exact = self._note_loss(missing, lost - self._lost)
        self.position = end
        return Block(end, np.zeros(0, np.int16), missing, 0, exact)


def capture(
    link: Link,
    codec: str | Codec = "auto",
    seconds: float | None = None,
    *,
    source: Source = Source.MICROPHONE,
    reconnect_s: float = 0.0,
    find: Callable[[], str | None] | None = None,
) -> Capture:
    """Record without an end, or for ``seconds``: an iterator of :class:`Block`, which also tells what was lost.

    Losses on the line, stalls and resets of the board are gone past: the next block says what is missing. The board is
    stopped when the iterator is closed or comes to its end.

    Args:
        link: an open port with the recorder app behind it.
        codec: ``"auto"`` (PCM16 where the line carries it, otherwise ADPCM), ``"pcm16"`` or ``"adpcm"``.
        seconds: how much to record, by the board's count of samples; None: until it is closed.
        source: the microphone, or a signal that the board makes.
        reconnect_s: how long to wait for a port that vanished to come back; 0: that is an error.
        find: gives the port's present name, for boards that come back under another one.

    Raises:
        LinkError: the board is silent for long, its microphone gives nothing, or its port has vanished.
        CommandRefusedError: the app on the board does not record.
        ValueError: no such codec, or ``seconds`` is not positive.
    """
    if seconds is not None and seconds <= 0:
        raise ValueError(f"cannot capture {seconds} seconds")
    hello = link.board or link.hello()
    samples = 0 if seconds is None else max(1, round(seconds * hello.sample_rate_hz))
    if samples > MAX_SAMPLES:
        raise ValueError(f"cannot capture {seconds} seconds at once")
    return Capture(link, codec, samples=samples, source=source, reconnect_s=reconnect_s, find=find)
