"""Bare samples over a real pseudo-terminal: found, measured, or told what is wrong in one line."""

from __future__ import annotations

import numpy as np
import pytest
from bare_sender import BareSender, as_bytes, as_lines

from firmware_tools.errors import LinkError
from firmware_tools.link.sample_stream import SampleStream, nominal_rate
from firmware_tools.protocol.bare_samples import stream_form

RAW, LINES = stream_form("raw16@115200"), stream_form("lines@921600")
RNG = np.random.default_rng(4)
SOUND = np.arange(-3_000, 3_000, dtype=np.int16)


@pytest.mark.parametrize("first", [b"", b"\x55"], ids=["in step", "one byte off"])
@pytest.mark.parametrize("rate_hz", [8_000, 16_000])
def test_the_rate_is_measured_and_samples_come_in_order(rate_hz: int, first: bytes) -> None:
    with BareSender(SOUND, rate_hz, as_bytes, first) as board, SampleStream(board.port, RAW) as stream:
        stream.examine(None, 1.5)
        assert stream.rate_hz == rate_hz and abs(stream.measured_hz / rate_hz - 1) < 0.02
        steps = np.diff(stream.take(5_000).astype(int))
        assert np.all((steps == 1) | (steps == -5_999))


def test_lines_come_in_order() -> None:
    with BareSender(SOUND, 4_000, as_lines) as board, SampleStream(board.port, LINES) as stream:
        stream.examine(None, 1.5)
        assert stream.rate_hz == 4_000
        steps = np.diff(stream.take(3_000).astype(int))
        assert np.all((steps == 1) | (steps == -5_999))


def test_an_odd_rate_is_taken_as_measured_and_a_promise_as_it_is() -> None:
    with BareSender(SOUND, 9_500) as board, SampleStream(board.port, RAW) as stream:
        stream.examine(None, 1.0)
        assert abs(stream.rate_hz - 9_500) < 300
        stream.examine(9_400, 1.0)
        assert stream.rate_hz == 9_400
    assert (nominal_rate(16_100), nominal_rate(7_990), nominal_rate(9_512.4)) == (16_000, 8_000, 9_512)


def failure(sound: np.ndarray | bytes, form: str, promised_hz: int | None = None, rate_hz: int = 16_000) -> str:
    with BareSender(sound, rate_hz) as board, SampleStream(board.port, stream_form(form)) as stream:
        with pytest.raises(LinkError) as error:
            stream.examine(promised_hz, 1.0)
        assert error.value.remedy and "\n" not in str(error.value)
        return str(error.value)


def test_what_is_wrong_is_told_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firmware_tools.link.sample_stream.SILENT_S", 0.5)
    silence = np.full(100, 7, np.int16)
    noise = RNG.normal(0, 3_000, 4_000).astype(np.int16)
    assert "the stream is silent, all samples are: 7" in failure(silence, "raw16@115200")
    assert "no samples come" in failure(b"", "raw16@115200", rate_hz=0)
    assert "text comes where raw16 was promised" in failure(b"1,2,3\r\n", "raw16@115200", rate_hz=20_000)
    lines = failure(noise, "lines@115200")
    assert "no lines come" in lines or "lines are no numbers" in lines
    monkeypatch.setattr("firmware_tools.link.sample_stream.TEXT_S", 0.3)
    log = failure(b"I (352) wifi: on\r\n", "lines@115200", rate_hz=200)  # a line now and then: never ten at once
    assert "no numbers come: 'I (352) wifi: on'" in log and "one number a line is needed" in log
    far = failure(noise, "raw16@115200", promised_hz=16_000, rate_hz=8_000)
    assert "the stream's rate is far off" in far and "16000 Hz were promised" in far
    assert "too slow for sound" in failure(noise, "raw16@115200", rate_hz=500)


def test_what_may_be_wrong_although_samples_come() -> None:
    noise = np.frombuffer(RNG.bytes(8_000), "<i2")
    for sound, form, rate_hz, count in ((noise, RAW, 5_000, 1), (SOUND, RAW, 5_000, 0), (SOUND, RAW, 16_000, 1)):
        with BareSender(sound, rate_hz) as board, SampleStream(board.port, form) as stream:
            stream.examine(rate_hz, 0.5)
        assert len(stream.doubts) == count and all("baud" in line for line in stream.doubts)


def test_a_board_that_stops_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firmware_tools.link.sample_stream.SILENT_S", 0.5)
    with BareSender(SOUND) as board, SampleStream(board.port, RAW) as stream:
        stream.examine(None, 0.5)
        board.stop()
        with pytest.raises(LinkError, match="no samples come"):
            stream.take(200_000)


def test_a_port_that_is_not_there() -> None:
    with pytest.raises(LinkError, match="serial port not found"):
        SampleStream("/dev/ttyNotThere", RAW)
