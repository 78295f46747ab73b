"""The fuzzer of the bench: it agrees with sound decoders, and it would notice a wrong one."""

from __future__ import annotations

import os
import random
import time

import pytest

from firmware_tools.protocol.frames import Decoder, Frame, encode
from kws_data.bench.record import wire as bench_wire
from kws_data.bench.record.wire import FuzzFigures, decoder_mb_per_s, frame_pool, fuzz, fuzz_input, fuzz_many


def test_damaged_lines_never_give_a_wrong_frame_and_both_decoders_agree() -> None:
    found = fuzz(seed=11, inputs=20_000)
    assert found.faultless and found.inputs == 20_000, found
    assert found.frames > 10_000  # the damage leaves enough whole


def test_inputs_follow_from_the_seed_and_most_are_damaged() -> None:
    coded = [encode(frame) for frame in frame_pool()]
    first, second = ([fuzz_input(random.Random(seed), coded) for seed in range(300)] for _ in range(2))
    assert first == second
    reference = Decoder()
    for line in first:
        reference.feed(line)
    assert reference.counters.bad_blocks > 100 and reference.counters.frames > 100


class Trusting(Decoder):
    """Takes any CRC."""

    def _parse(self, block: bytes) -> Frame | None:
        frame = super()._parse(block)
        return Frame(1, 1, block[:20]) if frame is None and len(block) > 20 else frame


class Counting(Decoder):
    """Counts one thing wrong."""

    def feed(self, data: bytes) -> list[Frame]:
        self.counters.bad_crc += not self.counters.frames % 1_000
        return super().feed(data)


@pytest.mark.parametrize(("wrong", "figure"), [(Trusting, "wrong_frames"), (Counting, "disagreements")])
def test_a_wrong_decoder_is_noticed(monkeypatch: pytest.MonkeyPatch, wrong: type[Decoder], figure: str) -> None:
    monkeypatch.setattr(bench_wire, "NativeDecoder", wrong)
    found = fuzz(seed=1, inputs=500)
    assert getattr(found, figure) > 0 and not found.faultless


def crash(_seed: int, _inputs: int) -> FuzzFigures:
    os._exit(1)


def hang(_seed: int, _inputs: int) -> FuzzFigures:
    time.sleep(60)
    return FuzzFigures()


def test_a_crash_and_a_hang_are_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_wire, "fuzz", crash)
    assert fuzz_many(10, workers=1).crashes == 1
    monkeypatch.setattr(bench_wire, "fuzz", hang)
    monkeypatch.setattr(bench_wire, "JOB_TIMEOUT_S", 0.5)
    assert fuzz_many(10, workers=1).hangs == 1


def test_fuzzing_in_processes_does_all_inputs() -> None:
    seen = []
    found = fuzz_many(2_500, seed=3, workers=2, progress=lambda stage, done, total: seen.append((done, total)))
    assert found.inputs == 2_500 and found.faultless
    assert seen[-1] == (2_500, 2_500)


def test_speed_is_that_of_the_decoder_asked_for() -> None:
    class Slow(Decoder):
        def feed(self, data: bytes) -> list[Frame]:
            time.sleep(0.01)
            return super().feed(data)

    assert 0 < decoder_mb_per_s(Slow, frames=500) < decoder_mb_per_s(frames=500)
