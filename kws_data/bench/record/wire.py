"""Bench of the frame decoder: how fast it is, and whether damaged lines can make it crash, hang or err."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from concurrent.futures import as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass

from firmware_tools.link.chaos import BOOT_TEXT
from firmware_tools.protocol.frames import MAX_PAYLOAD, Decoder, Frame, Type, encode
from firmware_tools.protocol.native_decoder import NativeDecoder, new_decoder
from kws_data.system.processes import worker_pool

AUDIO_PAYLOAD = 521  # position, flags, 256 samples
SPEED_FRAMES = 20_000
INPUTS_A_JOB = 20_000
JOB_TIMEOUT_S = 600.0
POOL_SEED = 3


@dataclass(frozen=True)
class FuzzFigures:
    """What came of the inputs: all counts but ``inputs`` and ``frames`` should be 0."""

    inputs: int = 0
    frames: int = 0
    wrong_frames: int = 0
    disagreements: int = 0
    crashes: int = 0
    hangs: int = 0

    def __add__(self, other: FuzzFigures) -> FuzzFigures:
        return FuzzFigures(*(a + b for a, b in zip(self.__as_tuple(), other.__as_tuple(), strict=True)))

    def __as_tuple(self) -> tuple[int, ...]:
        return self.inputs, self.frames, self.wrong_frames, self.disagreements, self.crashes, self.hangs

    @property
    def faultless(self) -> bool:
        """Nothing went wrong."""
        return not any(self.__as_tuple()[2:])


def decoder_mb_per_s(decoder: Callable[[], Decoder] = new_decoder, frames: int = SPEED_FRAMES) -> float:
    """Line bytes a second, in MB, through a decoder up to Python frames: audio frames, best of three rounds."""
    rng = random.Random(0)
    line = b"".join(encode(Frame(Type.EVENT_AUDIO, i & 0xFFFF, rng.randbytes(AUDIO_PAYLOAD))) for i in range(frames))
    pieces = [line[at : at + 65_536] for at in range(0, len(line), 65_536)]
    best = 0.0
    for _ in range(3):
        fresh = decoder()
        started = time.perf_counter()
        found = sum(len(fresh.feed(piece)) for piece in pieces)
        best = max(best, len(line) / (time.perf_counter() - started) / 1e6)
        assert found == frames
    return best


def frame_pool() -> list[Frame]:
    """Frames of every length that matters to COBS, most of them short."""
    rng = random.Random(POOL_SEED)
    payloads = [rng.randbytes(length) for length in (0, 1, 2, 5, 9, 16, 31, 64, 133, 245, 246, 247, 248, 249, 250, 251)]
    payloads += [bytes(8), bytes(300), b"\xff" * 253, b"\x01" * 254, b"x" * 255, b"\0" * MAX_PAYLOAD]
    payloads += [rng.randbytes(521), rng.randbytes(MAX_PAYLOAD), bytes(range(1, 256)) * 4]
    payloads += [rng.randbytes(rng.randrange(40)) for _ in range(100)]
    return [Frame(rng.randrange(64), rng.randrange(1 << 16), payload) for payload in payloads]


def mutate(rng: random.Random, line: bytearray) -> None:
    """One fault somewhere in ``line``, in place."""
    at = rng.randrange(len(line) + 1)
    kind = rng.randrange(7)
    if kind == 0 and at < len(line):
        line[at] ^= 1 << rng.randrange(8)
    elif kind == 1:
        del line[at : at + rng.randrange(1, 9)]
    elif kind == 2:
        line[at:at] = line[at : at + rng.randrange(1, 40)]
    elif kind == 3:
        line[at:at] = rng.randbytes(rng.randrange(1, 40))
    elif kind == 4 and at < len(line):
        line[at] = rng.choice((0, 1, 2, 254, 255))
    elif kind == 5:
        other = rng.randrange(len(line) + 1)
        line[at : at + 8], line[other : other + 8] = line[other : other + 8], line[at : at + 8]
    else:
        line[at:at] = BOOT_TEXT[: rng.randrange(1, len(BOOT_TEXT))]


def fuzz(seed: int, inputs: int) -> FuzzFigures:
    """Feed both decoders ``inputs`` damaged lines; they carry their state from one to the next.

    A frame that comes out must be one that went in, and the C decoder must agree with the Python one in frames and
    counters.
    """
    rng, pool = random.Random(seed), frame_pool()
    coded, true = [encode(frame) for frame in pool], set(pool)
    reference, native = Decoder(), NativeDecoder()
    frames = wrong = disagreements = 0
    for _ in range(inputs):
        line = fuzz_input(rng, coded)
        cut = rng.randrange(len(line) + 1)
        expected = reference.feed(line)
        got = native.feed(line[:cut]) + native.feed(line[cut:])
        frames += len(got)
        wrong += sum(frame not in true for frame in got)
        disagreements += got != expected or native.counters != reference.counters
    return FuzzFigures(inputs, frames, wrong, disagreements)


def fuzz_input(rng: random.Random, coded: list[bytes]) -> bytes:
    """Some frames with some damage, or bytes that never were frames."""
    if not rng.randrange(10):
        return rng.randbytes(rng.randrange(1, 300)).replace(b"\0", b"\1" if rng.randrange(2) else b"\0")
    line = bytearray(b"".join(rng.choices(coded, k=rng.randrange(1, 4))))
    for _ in range(rng.randrange(4)):
        mutate(rng, line)
    return bytes(line)


def fuzz_many(
    inputs: int, *, seed: int = 0, workers: int | None = None, progress: Callable[[str, int, int], None] | None = None
) -> FuzzFigures:
    """:func:`fuzz` in processes of their own, so that a crash or a hang is a figure and not the end."""
    jobs = [(seed + i, min(INPUTS_A_JOB, inputs - at)) for i, at in enumerate(range(0, inputs, INPUTS_A_JOB))]
    total = FuzzFigures()
    try:
        with worker_pool(workers or min(2, os.cpu_count() or 1)) as pool:
            running = [pool.submit(fuzz, *job) for job in jobs]
            for done in as_completed(running, timeout=JOB_TIMEOUT_S):
                if isinstance(done.exception(), BrokenProcessPool):
                    return total + FuzzFigures(crashes=1)
                total += done.result()
                if progress:
                    progress("fuzzing the decoder", total.inputs, inputs)
    except TimeoutError:
        total += FuzzFigures(hangs=1)
    return total
