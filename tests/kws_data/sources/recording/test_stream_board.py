"""Clips from bare samples: at the rate of the catalogue, and never kept where something certainly is missing."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from bare_sender import BareSender, as_lines

from firmware_tools.link.sample_stream import SampleStream
from firmware_tools.protocol.bare_samples import stream_form
from firmware_tools.recorder.selftest import frequency_hz
from kws_data.sources.recording.stream_board import StreamBoard


def tone(rate_hz: int, hz: float = 1_000) -> np.ndarray:
    return (8_000 * np.sin(2 * np.pi * hz * np.arange(rate_hz) / rate_hz)).round().astype(np.int16)


@contextmanager
def board(sender: BareSender, form: str = "raw16@115200", rate_hz: int | None = None) -> Iterator[StreamBoard]:
    with sender, SampleStream(sender.port, stream_form(form)) as stream:
        stream.examine(rate_hz, 0.6)
        yield StreamBoard(stream)


@pytest.mark.parametrize("rate_hz", [8_000, 16_000])
def test_a_clip_has_the_catalogues_rate_and_the_right_pitch(rate_hz: int) -> None:
    with board(BareSender(tone(rate_hz), rate_hz), rate_hz=rate_hz) as opened:
        taken = opened.record(16_000)
        assert taken.ok and taken.samples.shape == (16_000,) and taken.samples.dtype == np.int16
        assert abs(frequency_hz(taken.samples, 16_000) - 1_000) < 2
        figures = opened.figures()
        assert (figures["whole"], figures["stream_rate_hz"], figures["codec"]) == ("not proven", rate_hz, "raw16")
        assert opened.device == "stream:raw16"


def test_the_clip_is_of_now_and_not_of_what_was_waiting() -> None:
    ramp = np.arange(-32_000, 32_000, 2, dtype=np.int16)  # 2 s
    with board(BareSender(ramp)) as opened:
        first = opened.record(1_600)
        time.sleep(0.5)
        second = opened.record(1_600)
    passed = (int(second.samples[0]) - int(first.samples[-1])) / 2 % 32_000
    assert 0.4 * 16_000 < passed < 1.2 * 16_000


@pytest.mark.parametrize("when_s", [0.3, 0.6])
def test_a_byte_that_is_lost_is_seen_and_the_next_take_is_well(when_s: float) -> None:
    sender = BareSender(tone(16_000))
    with board(sender) as opened:
        threading.Timer(when_s, sender.cut_a_byte).start()
        taken = opened.record(8_000)
        assert not taken.ok and "one byte out of step" in taken.reasons[0]
        assert opened.record(8_000).ok


def test_a_board_that_drops_samples_is_suspected() -> None:
    with board(BareSender(tone(16_000), every_nth=2), rate_hz=8_000) as opened:
        opened.stream.rate_hz = 16_000  # what it says it has
        taken = opened.record(16_000)
    assert not taken.ok and "samples were lost" in taken.reasons[0]


def test_lines_that_cannot_be_read_spoil_a_take() -> None:
    def now_and_then_wrong(samples: np.ndarray) -> bytes:
        return as_lines(samples) + b"12 volts?\nwhat\n"

    with board(BareSender(tone(4_000, 300), 4_000, now_and_then_wrong), "lines@921600", 4_000) as opened:
        taken = opened.record(8_000)
    assert not taken.ok and "lines could not be read" in taken.reasons[0]


@pytest.mark.parametrize("rate_hz", [8_000, 16_000])
def test_a_stream_without_an_end_has_no_gaps(rate_hz: int) -> None:
    with board(BareSender(tone(rate_hz), rate_hz), rate_hz=rate_hz) as opened, opened.capture() as blocks:
        heard, at = [], 0
        for block in blocks:
            assert block.first_sample == at and block.lost_before == 0
            heard.append(block.samples)
            at += len(block.samples)
            if at > 16_000:
                break
    assert abs(frequency_hz(np.concatenate(heard), 16_000) - 1_000) < 2


def test_in_a_stream_what_is_out_of_step_is_left_out_and_told() -> None:
    sender = BareSender(tone(16_000))
    with board(sender) as opened, opened.capture() as blocks:
        next(blocks)
        sender.cut_a_byte()
        heard = [next(blocks) for _ in range(8)]
    (told,) = [block for block in heard if block.lost_before]
    assert told.lost_before >= 3_200 and not told.lost_exact
    assert all(np.abs(block.samples.astype(int)).max() <= 8_000 for block in heard)
