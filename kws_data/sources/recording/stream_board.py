"""A board that sends bare samples, in the place of one that speaks the protocol of kws.

Its samples have no numbers: what was lost on the way can be suspected (a take that took too long, a byte out of step),
never excluded. So each clip carries ``whole: not proven``, which the catalogue counts (``kws catalog --by whole``) and
the datasheet says.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import numpy as np

from firmware_tools.levels import find_speech, levels
from firmware_tools.link.sample_stream import SampleStream
from firmware_tools.link.session import Play
from firmware_tools.protocol.bare_samples import out_of_step
from firmware_tools.recorder.capture import Block
from firmware_tools.recorder.clip import Recording
from firmware_tools.recorder.verdict import Verdict
from kws_data.audio import Samples
from kws_data.catalog.attributes import NOT_PROVEN, WHOLE

RATE_HZ = 16_000  # what the catalogue holds
CHUNK_S = 0.1
SLOWER, SLACK_S = 1.2, 0.4  # a take that took so much longer than its sound has lost some of it


class StreamBoard:
    """``device`` is its name in the catalogue; whatever the stream's rate, its sound has ``rate_hz``."""

    play: Play | None = None  # nobody but the room plays into it
    rate_hz = RATE_HZ

    def __init__(self, stream: SampleStream) -> None:
        self.stream = stream
        self.device = f"stream:{stream.form.kind}"

    def figures(self) -> dict[str, Any]:
        """What is stored with each clip besides its own verdict."""
        ppm = (self.stream.measured_hz / self.stream.rate_hz - 1) * 1e6
        return {
            WHOLE: NOT_PROVEN,
            "codec": self.stream.form.kind,
            "stream_rate_hz": self.stream.rate_hz,
            "rate_ppm": round(ppm, -2),
            "rate_by": "arrival of bare samples",
        }

    def record(self, samples: int, sound: Samples | None = None, *, attempts: int = 1) -> Recording:
        """The next int16 [samples] at ``rate_hz``; ``reasons`` where they are certainly not whole.

        Raises:
            LinkError: nothing comes any more, or the port is gone.
        """
        unread = self.stream.decoder.unread
        self.stream.skip()
        began = time.monotonic()
        wanted = math.ceil(samples * self.stream.rate_hz / RATE_HZ)
        raw = self.stream.take(wanted + _chunk(self.stream))  # a byte that is lost shows in what comes after it
        reasons = self._reasons(raw, time.monotonic() - began, self.stream.decoder.unread - unread)
        clip = _at_rate(raw[:wanted], self.stream.rate_hz)[:samples]
        clip = np.pad(clip, (0, samples - len(clip)))
        loud, speech = levels(clip), find_speech(clip, RATE_HZ)
        verdict = Verdict(0, 0, 0, 0, 0, True, loud, speech)
        return Recording(clip, 0, 0, 0, 0, 1, loud, tuple(reasons), (), verdict=verdict)

    def _reasons(self, raw: Samples, took_s: float, unread: int) -> Iterator[str]:
        sound_s = len(raw) / self.stream.rate_hz
        size = _chunk(self.stream)
        if any(_out_of_step(self.stream, raw[at : at + size]) for at in range(0, len(raw) - size + 1, size)):
            yield "bytes were lost: samples are one byte out of step"
        if unread:
            yield f"{unread} lines could not be read"
        if took_s > SLOWER * sound_s + SLACK_S:
            yield f"{sound_s:.2f} s of sound took {took_s:.2f} s: samples were lost"

    def capture(self) -> closing[StreamCapture]:
        """What it hears, until the block of code ends."""
        return closing(StreamCapture(self.stream))


class StreamCapture(Iterator[Block]):
    """Blocks of a stream without an end, at ``RATE_HZ``; what is out of step is left out, its length a guess."""

    reconnects = 0

    def __init__(self, stream: SampleStream) -> None:
        import soxr

        self._stream = stream
        self._position = 0
        self._resample = soxr.ResampleStream(stream.rate_hz, RATE_HZ, 1, dtype="int16", quality="HQ")
        stream.skip()
        self._next = stream.take(_chunk(stream))

    def __next__(self) -> Block:
        """A chunk, once the one after it is in step: a byte that is lost shows in what comes after it."""
        raw, lost = self._next, 0
        self._next = self._stream.take(_chunk(self._stream))
        while _out_of_step(self._stream, self._next):
            self._stream.decoder.restart()
            lost += len(raw) + len(self._next)
            raw, self._next = self._stream.take(_chunk(self._stream)), self._stream.take(_chunk(self._stream))
        same = self._stream.rate_hz == RATE_HZ
        samples = raw if same else np.asarray(self._resample.resample_chunk(raw), np.int16)
        missing = round(lost * RATE_HZ / self._stream.rate_hz)
        first = self._position + missing
        self._position = first + len(samples)
        return Block(first, samples, missing, 0, lost_exact=missing == 0)

    def close(self) -> None:
        """Nothing is to be stopped: the board sends on."""


def _chunk(stream: SampleStream) -> int:
    return max(1, int(CHUNK_S * stream.rate_hz))


def _out_of_step(stream: SampleStream, raw: Samples) -> bool:
    return stream.form.kind == "raw16" and out_of_step(raw.astype("<i2").tobytes()) == 1


def _at_rate(raw: Samples, rate_hz: int) -> Samples:
    if rate_hz == RATE_HZ:
        return raw
    import soxr

    return np.asarray(soxr.resample(raw, rate_hz, RATE_HZ, quality="HQ"), np.int16)
