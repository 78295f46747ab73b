"""A board that spots keywords: give it a clip or a stream, get scores, decisions and the cycles they took."""

from __future__ import annotations

import struct
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware_tools.errors import LinkError, ProtocolError
from firmware_tools.link.serial_link import Link, PortGoneError
from firmware_tools.protocol.frames import BoardCode, Frame, Type
from firmware_tools.protocol.replies import CommandRefusedError, ack_value
from firmware_tools.spotter.detector import Detection

CHUNK_SAMPLES = 512
RESULT = struct.Struct("<hHIIIIIB")
FEATURES = struct.Struct("<HHHH")
SCORES = struct.Struct("<QI")
DETECTION = struct.Struct("<QIBb")
END = struct.Struct("<QIII")

_MICROPHONE, _HOST = 0, 1
_WANT_SCORES = 1


@dataclass(frozen=True)
class ClipResult:
    """What the board made of one clip. Cycles are core cycles, counted by the board itself.

    Args:
        scores: int8 [labels], the model's output.
        label: the detected label, or -1.
        frames: feature frames of the clip.
        frontend_cycles_total: front end, all frames.
        frontend_cycles_max: front end, the slowest frame.
        inference_cycles: the model.
        decision_cycles: from scores to label.
        latency_cycles: what remains to do when the last sample has come: last frame, inference, decision.
    """

    scores: NDArray[np.int8]
    label: int
    frames: int
    frontend_cycles_total: int
    frontend_cycles_max: int
    inference_cycles: int
    decision_cycles: int
    latency_cycles: int

    @property
    def frontend_cycles_per_frame(self) -> float:
        """Mean over the clip's frames."""
        return self.frontend_cycles_total / max(1, self.frames)


@dataclass(frozen=True)
class StreamScores:
    """One inference in a stream: after how many samples, the cycles since that sample came, int8 [labels]."""

    sample: int
    cycles: int
    scores: NDArray[np.int8]


@dataclass(frozen=True)
class StreamDetection(Detection):
    """A detection made on the board, and the cycles from its last sample to the decision."""

    cycles: int


def classify(link: Link, samples: NDArray[np.int16]) -> ClipResult:
    """Send a clip to the board and get its decision.

    Args:
        link: an open port with the spotter app behind it.
        samples: int16 [clip samples of the board's model].

    Raises:
        CommandRefusedError: the clip has the wrong length, or the app takes no clips.
        LinkError: the board is silent or gone.
    """
    data = _pcm(samples)
    for again in (True, True, False):
        try:
            ack_value(link.request(Type.CLIP_BEGIN, len(samples).to_bytes(4, "little")))
            _send_samples(link, Type.CLIP_DATA, data, 0)
            return _result(link.request(Type.CLIP_END))
        except CommandRefusedError as refusal:
            if refusal.code not in (BoardCode.BUSY, BoardCode.LOST) or not again:
                raise  # otherwise the board has been reset within the clip: send it once more
    raise AssertionError("unreachable")


def features(link: Link) -> NDArray[np.int8]:
    """int8 [frames, features] that the board computed from the last clip.

    Raises:
        LinkError: as :func:`classify`.
    """
    parts: list[NDArray[np.int8]] = []
    have = total = 0
    while not parts or have < total:
        payload = link.request(Type.FEATURES, have.to_bytes(4, "little")).payload
        first, count, total, width = _unpack(FEATURES, payload)
        values = np.frombuffer(payload, np.int8, offset=FEATURES.size)
        if first != have or len(values) != count * width or (count == 0 and total > have):
            raise ProtocolError("features do not follow each other", first, "flash the firmware of this kws")
        parts.append(values.reshape(count, width))
        have += count
    return np.concatenate(parts)


def listen(
    link: Link, *, scores: bool = False, seconds: float | None = None, quiet_s: float = 1.0
) -> Iterator[StreamDetection | StreamScores | None]:
    """Detections that the board makes from its microphone, as they come.

    Yields None after each ``quiet_s`` without any, so that the caller can stop. The board is told to stop when the
    iterator is closed, or after it has heard ``seconds`` of wall-clock time.

    Args:
        link: an open port with the spotter app behind it.
        scores: also yield the scores of each inference.
        seconds: stop after this long.
        quiet_s: how often to come back when nothing is heard.

    Raises:
        LinkError: the board is gone.
    """
    _begin(link, _MICROPHONE, scores)
    end = None if seconds is None else time.monotonic() + seconds
    try:
        while end is None or time.monotonic() < end:
            frame = link.receive(quiet_s if end is None else max(0.01, min(quiet_s, end - time.monotonic())))
            yield None if frame is None else _event(frame)
    finally:
        _stop(link)


def stream(
    link: Link, blocks: Iterable[NDArray[np.int16]], *, scores: bool = False
) -> Iterator[StreamDetection | StreamScores]:
    """Detections that the board makes from samples sent to it: a long file, replayed faster than it was spoken.

    Args:
        link: an open port with the spotter app behind it.
        blocks: int16 arrays of any length, one after the other.
        scores: also yield the scores of each inference.

    Raises:
        LinkError: the board is silent or gone.
        ProtocolError: events were lost on the way; those yielded so far are right, but not all.
    """
    _begin(link, _HOST, scores)
    sent = received = 0
    ended = False
    try:
        for chunk in _chunks(blocks):
            sent += _send_samples(link, Type.STREAM_DATA, chunk, sent)
            for event in _events(link):
                received += 1
                yield event
        link.request(Type.STOP)
        ended = True
    finally:
        if not ended:
            _stop(link)
    for frame in link.frames(0.0):
        event_or_none = _event(frame)
        if event_or_none is not None:
            received += 1
            yield event_or_none
        elif frame.type == Type.EVENT_END:
            _check_complete(link, frame.payload, sent, received)
            return
    raise ProtocolError("board did not end the stream", link.port, "repeat the command")


def _chunks(blocks: Iterable[NDArray[np.int16]]) -> Iterator[bytes]:
    for block in blocks:
        data = _pcm(block)
        for at in range(0, len(data), 2 * CHUNK_SAMPLES):
            yield data[at : at + 2 * CHUNK_SAMPLES]


def _check_complete(link: Link, payload: bytes, sent: int, received: int) -> None:
    """Compare what the board counted with what was sent to it and received from it."""
    heard, _, _, events = _unpack(END, payload)
    if heard != sent:
        raise ProtocolError("board heard other samples than were sent", heard, "repeat the command")
    if events != received:
        raise ProtocolError(
            f"{events - received} of {events} events were lost on the line", link.port, "check the cable"
        )


def _send_samples(link: Link, kind: Type, data: bytes, first: int) -> int:
    """Send PCM in chunks, each acknowledged; returns the number of samples."""
    size = 2 * CHUNK_SAMPLES
    for at in range(0, len(data), size):
        chunk = data[at : at + size]
        offset = first + at // 2
        payload = (offset & 0xFFFFFFFF).to_bytes(4, "little") + chunk
        after = ack_value(link.request(kind, payload))
        if after != (offset + len(chunk) // 2) & 0xFFFFFFFF:
            raise ProtocolError("board took other samples than were sent", after, "repeat the command")
    return len(data) // 2


def _begin(link: Link, source: int, scores: bool) -> None:
    link.request(Type.STOP)  # a host that died may have left the board listening
    link.drain(0.0)
    ack_value(link.request(Type.LISTEN, bytes((source, _WANT_SCORES if scores else 0))))


def _stop(link: Link) -> None:
    try:
        link.request(Type.STOP)
    except PortGoneError:
        pass  # whoever was listening has been told
    except LinkError:
        pass
    else:
        link.drain(0.0)


def _events(link: Link) -> Iterator[StreamDetection | StreamScores]:
    for frame in link.frames(0.0):
        event = _event(frame)
        if event is not None:
            yield event


def _event(frame: Frame) -> StreamDetection | StreamScores | None:
    if frame.type == Type.EVENT_DETECTION:
        sample, cycles, label, score = _unpack(DETECTION, frame.payload)
        return StreamDetection(sample, label, score, cycles)
    if frame.type == Type.EVENT_SCORES:
        sample, cycles = _unpack(SCORES, frame.payload)
        return StreamScores(sample, cycles, np.frombuffer(frame.payload, np.int8, offset=SCORES.size))
    return None


def _result(reply: Frame) -> ClipResult:
    label, frames, total, slowest, inference, decision, latency, count = _unpack(RESULT, reply.payload)
    scores = np.frombuffer(reply.payload, np.int8, offset=RESULT.size)
    if len(scores) != count:
        raise ProtocolError("result cannot be read", reply.payload[:16].hex(), "flash the firmware of this kws")
    return ClipResult(scores, label, frames, total, slowest, inference, decision, latency)


def _unpack(form: struct.Struct, payload: bytes) -> tuple[int, ...]:
    if len(payload) < form.size:
        raise ProtocolError("frame is too short", payload.hex(), "flash the firmware of this kws")
    return form.unpack_from(payload)


def _pcm(samples: NDArray[np.int16]) -> bytes:
    if samples.dtype != np.int16 or samples.ndim != 1:
        raise ValueError(f"samples are {samples.dtype} {list(samples.shape)}, not int16 [n]")
    return samples.astype("<i2").tobytes()
