"""From a board's microphone to samples, with a verdict on each clip.

The recorder app numbers its samples and its frames. A clip is whole only when every sample from the first to the last
has come and the board says that its microphone lost none; otherwise it is recorded again, and in the end handed back
with ``ok`` False and the reasons, for the caller to set aside.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from firmware_tools.errors import LinkError, ProtocolError
from firmware_tools.link import Link, PortGoneError
from firmware_tools.replies import NAK, REPLY, CommandRefusedError
from firmware_tools.wire import BoardCode, Frame, Type

AUDIO = struct.Struct("<QB")
END = struct.Struct("<QIII")
FULL_SCALE = 32_768.0
FLOOR_DB = -120.0
QUIET_TIMEOUT_S = 5.0  # a recording board sends a frame every 16 ms
STOP_TIMEOUT_S = 2.0
MAX_SAMPLES = 1 << 28


@dataclass(frozen=True)
class Levels:
    """How loud a clip is: dB and shares relative to full scale."""

    clipping_share: float
    dc: float
    peak_db: float
    rms_db: float


@dataclass(frozen=True)
class Recording:
    """A clip and the verdict on it.

    ``samples`` is int16 [samples asked for]; where samples were lost it holds zeros, and ``ok`` is False. ``reasons``
    says what was lost; ``warnings`` what is suspicious about a clip that is whole.
    """

    samples: NDArray[np.int16]
    lost_samples: int
    sequence_gaps: int
    damaged_blocks: int
    overruns: int
    attempts: int
    levels: Levels
    reasons: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Every sample is there."""
        return not self.reasons


def record_clip(link: Link, n_samples: int, play: Callable[[], None] | None = None, *, attempts: int = 3) -> Recording:
    """Record ``n_samples`` samples; again, up to ``attempts`` times, while the clip is not whole.

    Args:
        link: an open port with the recorder app behind it.
        n_samples: how many samples.
        play: called just before each attempt, to make the sound that is to be recorded.
        attempts: how often to try.

    Raises:
        LinkError: the port has vanished, or the board says nothing at all.
        ProtocolError: the app on the board cannot record.
        ValueError: ``n_samples`` or ``attempts`` is not positive.
    """
    if not 0 < n_samples <= MAX_SAMPLES or attempts < 1:
        raise ValueError(f"cannot record {n_samples} samples in {attempts} attempts")
    recording = None
    for attempt in range(1, attempts + 1):
        taken = _attempt(link, n_samples, play)
        if taken is not None:
            recording = replace(taken, attempts=attempt)
            if recording.ok:
                return recording
        answers = _settle(link)
        if taken is None and not answers:
            break
    if recording is None:
        raise LinkError("board records nothing", link.port, "check that the recorder app is flashed: kws flash")
    return recording


def levels(samples: NDArray[np.int16]) -> Levels:
    """Levels of int16 samples [n]; ``FLOOR_DB`` stands for silence."""
    if samples.size == 0:
        return Levels(0.0, 0.0, FLOOR_DB, FLOOR_DB)
    values = samples.astype(np.float64) / FULL_SCALE
    dc = float(values.mean())
    clipped = float(np.mean((samples == 32_767) | (samples == -32_768)))
    return Levels(clipped, dc, _db(float(np.abs(values).max())), _db(float(np.sqrt(np.mean((values - dc) ** 2)))))


def _db(ratio: float) -> float:
    return max(FLOOR_DB, 20.0 * float(np.log10(ratio))) if ratio > 0 else FLOOR_DB


class _Take:
    """What has come of one attempt."""

    def __init__(self, n_samples: int) -> None:
        self.samples = np.zeros(n_samples, np.int16)
        self.have = np.zeros(n_samples, bool)
        self.overruns = 0
        self.ended = False
        self.heard = False
        self.beyond = False  # samples come that were not asked for: the board records for somebody else

    def audio(self, payload: bytes) -> None:
        if len(payload) < AUDIO.size or (len(payload) - AUDIO.size) % 2:
            raise ProtocolError("audio frame cannot be read", payload[:16].hex(), "flash the firmware of this kws")
        first, _ = AUDIO.unpack_from(payload)
        self.beyond = first >= len(self.samples)
        block = np.frombuffer(payload, "<i2", offset=AUDIO.size)[: max(0, len(self.samples) - first)]
        self.samples[first : first + len(block)] = block
        self.have[first : first + len(block)] = True
        self.heard = True

    def end(self, payload: bytes) -> None:
        if len(payload) != END.size:
            raise ProtocolError("end frame cannot be read", payload.hex(), "flash the firmware of this kws")
        _, self.overruns, _, _ = END.unpack(payload)
        self.ended = self.heard = True


def _attempt(link: Link, n_samples: int, play: Callable[[], None] | None) -> Recording | None:
    """One try; None when the board said nothing, or was busy with an earlier recording."""
    damaged, gaps = link.counters.bad_blocks, link.counters.sequence_gaps
    if play is not None:
        play()
    sequence = link.send(Type.RECORD, n_samples.to_bytes(4, "little"))
    take = _Take(n_samples)
    for frame in link.frames(QUIET_TIMEOUT_S):
        if _refused_as_busy(frame, sequence):
            return None
        if frame.type == Type.EVENT_AUDIO:
            take.audio(frame.payload)
            if take.beyond:
                break
        elif frame.type == Type.EVENT_END:
            take.end(frame.payload)
            break
    if not take.heard:
        return None
    return _verdict(take, link.counters.bad_blocks - damaged, link.counters.sequence_gaps - gaps)


def _refused_as_busy(frame: Frame, sequence: int) -> bool:
    """Whether ``frame`` refuses our command because an earlier recording still runs; raises on another refusal."""
    if frame.type != Type.REPLY_NAK or len(frame.payload) != NAK.size:
        return False
    if REPLY.unpack_from(frame.payload) != (Type.RECORD, sequence):
        return False
    _, _, code, detail = NAK.unpack(frame.payload)
    if code != BoardCode.BUSY:
        raise CommandRefusedError(Type.RECORD, code, detail)
    return True


def _settle(link: Link) -> bool:
    """Stop whatever runs, and forget what is still on the line; returns whether the board answers at all."""
    try:
        link.request(Type.STOP, timeout_s=STOP_TIMEOUT_S, retries=1)
    except PortGoneError:
        raise
    except LinkError:
        return False
    link.drain()
    return True


def _verdict(take: _Take, damaged: int, gaps: int) -> Recording:
    lost = int(len(take.have) - take.have.sum())
    level = levels(take.samples)
    reasons = []
    if lost:
        reasons.append(f"{lost} of {len(take.have)} samples lost, the first at {int(np.argmin(take.have))}")
    if take.overruns:
        reasons.append(f"microphone overran: {take.overruns} samples")
    if not take.ended:
        reasons.append("recording did not end where it should")
    warnings = []
    if level.clipping_share > 0.01:
        warnings.append(f"{level.clipping_share:.1%} of the samples are clipped: lower the gain")
    if abs(level.dc) > 0.05:
        warnings.append(f"constant offset of {level.dc:.1%} of full scale: check the microphone's wiring")
    if take.samples.size > 1 and np.ptp(take.samples) == 0:
        warnings.append("all samples are the same: check the microphone")
    return Recording(take.samples, lost, gaps, damaged, take.overruns, 1, level, tuple(reasons), tuple(warnings))
