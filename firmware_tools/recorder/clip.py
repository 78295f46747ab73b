"""From a board's microphone to samples, with a verdict on each clip.

The recorder app numbers its samples and its frames. A clip is whole only when every sample from the first to the last
has come and the board says that its microphone lost none; otherwise it is recorded again, and in the end handed back
with ``ok`` False and the reasons, for the caller to set aside.

For recordings without an end see :func:`capture`, which goes on after a loss and says what is missing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware_tools.errors import LinkError
from firmware_tools.levels import Levels, find_speech, levels
from firmware_tools.link.clock import ClockEstimate
from firmware_tools.link.serial_link import Link, PortGoneError
from firmware_tools.protocol.audio_frames import AUDIO, END, Codec, Source
from firmware_tools.protocol.frames import BoardCode, Type
from firmware_tools.protocol.replies import CommandRefusedError
from firmware_tools.recorder.capture import Block, Capture, Loss, capture
from firmware_tools.recorder.verdict import QuarantineRules, Verdict, gap_reasons

__all__ = [
    "AUDIO",
    "END",
    "Block",
    "Capture",
    "Codec",
    "Loss",
    "QuarantineRules",
    "Recording",
    "Source",
    "Verdict",
    "capture",
    "record_clip",
]

STOP_TIMEOUT_S = 2.0
MAX_SAMPLES = 1 << 28
WARNINGS = QuarantineRules(min_peak_db=None, max_noise_floor_db=None)


@dataclass(frozen=True)
class Recording:
    """A clip and the verdict on it.

    ``samples`` is int16 [samples asked for]; where samples were lost it holds zeros, and ``ok`` is False. ``reasons``
    says what was lost; ``warnings`` what is suspicious about a clip that is whole. ``verdict`` has all figures, for
    :class:`QuarantineRules`; ``losses`` the place of each gap; ``clock`` the true sample rate as far as it is known.
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
    losses: tuple[Loss, ...] = ()
    codec: Codec = Codec.PCM16
    verdict: Verdict | None = None
    clock: ClockEstimate | None = None

    @property
    def ok(self) -> bool:
        """Every sample is there."""
        return not self.reasons


def record_clip(
    link: Link,
    n_samples: int,
    play: Callable[[], None] | None = None,
    *,
    attempts: int = 3,
    codec: str | Codec = "auto",
    source: Source = Source.MICROPHONE,
) -> Recording:
    """Record ``n_samples`` samples; again, up to ``attempts`` times, while the clip is not whole.

    Args:
        link: an open port with the recorder app behind it.
        n_samples: how many samples.
        play: called just before each attempt, to make the sound that is to be recorded.
        attempts: how often to try.
        codec: ``"auto"`` (PCM16 where the line carries it, otherwise ADPCM), ``"pcm16"`` or ``"adpcm"``.
        source: the microphone, or a signal that the board makes.

    Raises:
        LinkError: the port has vanished, or the board says nothing at all.
        ProtocolError: the app on the board cannot record.
        ValueError: ``n_samples`` or ``attempts`` is not positive, or there is no such codec.
    """
    if not 0 < n_samples <= MAX_SAMPLES or attempts < 1:
        raise ValueError(f"cannot record {n_samples} samples in {attempts} attempts")
    recording, resent = None, link.resent
    for attempt in range(1, attempts + 1):
        taking = Capture(link, codec, samples=n_samples, source=source, steady=False)
        before = (link.counters.bad_blocks, link.counters.sequence_gaps)
        samples = _take(taking, n_samples, play)
        if samples is not None:
            after = (link.counters.bad_blocks, link.counters.sequence_gaps)
            damaged, gaps = after[0] - before[0], after[1] - before[1]
            recording = _judge(taking, samples, damaged, gaps, attempt, link.resent - resent)
            if recording.ok:
                return recording
        answers = _settle(link)
        if samples is None and not answers:
            break
    if recording is None:
        raise LinkError("board records nothing", link.port, "check that the recorder app is flashed: kws flash")
    return recording


def _take(taking: Capture, n_samples: int, play: Callable[[], None] | None) -> NDArray[np.int16] | None:
    """One try; None when the board said nothing at all. What is missing stays zero."""
    samples = np.zeros(n_samples, np.int16)
    if play is not None:
        play()
    try:
        for block in taking:
            samples[block.first_sample : block.first_sample + len(block.samples)] = block.samples
    except CommandRefusedError as refusal:
        if refusal.code != BoardCode.BUSY:
            raise
        return None  # what was played went into an earlier recording
    except PortGoneError:
        raise
    except LinkError:
        if not taking.position:
            return None
    finally:
        taking.close()
    return samples


def _judge(
    taking: Capture, samples: NDArray[np.int16], damaged: int, gaps: int, attempt: int, resent: int
) -> Recording:
    lost = taking.lost_samples + max(0, len(samples) - taking.position)
    overruns = sum(loss.overruns for loss in taking.losses)
    level = levels(samples)
    speech = find_speech(samples, taking.sample_rate_hz)
    verdict = Verdict(lost, overruns, gaps, damaged, attempt - 1 + resent, taking.ended, level, speech)
    losses = taking.losses
    if taking.position < len(samples):
        losses = [*losses, Loss(taking.position, len(samples) - taking.position)]
    reasons = gap_reasons(verdict, len(samples))
    if losses:
        reasons = (f"{reasons[0]}, the first at {losses[0].position}", *reasons[1:])
    return Recording(
        samples,
        lost,
        gaps,
        damaged,
        overruns,
        attempt,
        level,
        reasons,
        _warnings(verdict, samples, taking.sample_rate_hz) if verdict.whole else (),
        tuple(losses),
        taking.codec,
        verdict,
        taking.clock(),
    )


def _warnings(verdict: Verdict, samples: NDArray[np.int16], sample_rate_hz: int) -> tuple[str, ...]:
    same = samples.size > 1 and np.ptp(samples) == 0
    found = [reason for reason in WARNINGS.reasons(verdict, len(samples), sample_rate_hz) if "zero" not in reason]
    return (*found, "all samples are the same: check the microphone") if same else tuple(found)


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
