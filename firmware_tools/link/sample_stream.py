"""A serial port over which bare samples come: opened, looked at, and its rate measured by this machine's clock."""

from __future__ import annotations

import time
from collections.abc import Iterator
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from firmware_tools.errors import LinkError
from firmware_tools.link.clock import robust_slope
from firmware_tools.link.serial_link import PortGoneError, open_serial
from firmware_tools.protocol.bare_samples import NOT_LINES, BareDecoder, StreamForm, is_noise_of_bytes

Samples = NDArray[np.int16]

SILENT_S = 2.0  # a stream that says nothing for so long has stopped
TEXT_S = 3.0  # text without a number for so long is something else
SKIP_S = 0.15  # a driver hands on what it holds in pieces; all of them come within this time
BACKLOG_S = 0.3  # at first comes what was waiting: its time says nothing
MEASURE_S = 2.0
NEAR = 0.02  # of a usual rate: it is that one
FAR_OFF = 0.1  # of the rate that was promised
USUAL_HZ = (4_000, 8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
BITS_A_SAMPLE = 20  # two bytes, each with a start and a stop bit
NEAR_LINE = 1.02
_LEAST_HZ = 1_000.0


class SampleStream:
    """An open port; use it as a context manager.

    Attributes:
        rate_hz: nominal rate of the samples, once :meth:`examine` has looked.
        measured_hz: by this machine's clock.
        doubts: what may be wrong although samples come, a line each.

    Raises:
        LinkError: the port is missing, busy, or may not be opened.
    """

    def __init__(self, port: str, form: StreamForm) -> None:
        self.port, self.form = port, form
        self.decoder = BareDecoder(form.kind)
        self.rate_hz, self.measured_hz = 0, 0.0
        self.doubts: tuple[str, ...] = ()
        self._heard_at = time.monotonic()
        self._serial = open_serial(port, form.baud)

    def __enter__(self) -> SampleStream:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._serial.close()

    def read(self) -> Samples:
        """int16 [n] that have come; waits for some, but no longer than a moment.

        Raises:
            PortGoneError: the port has vanished.
            ProtocolError: something else comes than was promised.
        """
        try:
            data = self._serial.read(max(1, self._serial.in_waiting))
        except (OSError, TypeError) as error:
            raise self._gone(error) from None
        if data:
            self._heard_at = time.monotonic()
        return self.decoder.feed(data)

    def take(self, samples: int) -> Samples:
        """The next int16 [samples], or more.

        Raises:
            LinkError: nothing comes any more; otherwise as :meth:`read`.
        """
        parts: list[Samples] = []
        count, self._heard_at = 0, time.monotonic()
        sample_at = self._heard_at
        while count < samples:
            part = self.read()
            if part.size:
                parts.append(part)
                count += len(part)
                sample_at = time.monotonic()
            elif time.monotonic() - sample_at > TEXT_S and self.form.kind == "lines":
                raise LinkError("no numbers come", self.decoder.last_unread or self.port, NOT_LINES)
            elif time.monotonic() - self._heard_at > SILENT_S:
                remedy = f"check that the board sends {self.form.kind} at {self.form.baud} baud, all the time"
                raise LinkError("no samples come", self.port, remedy)
        return np.concatenate(parts) if parts else np.zeros(0, np.int16)

    def skip(self) -> None:
        """Go on with the present: what has been waiting is thrown away. Where nobody read for long, some of it was lost
        at any byte, so it is looked anew how the bytes lie."""
        try:
            present = time.monotonic() + SKIP_S
            while time.monotonic() < present:
                self._serial.read(max(1, self._serial.in_waiting))
        except (OSError, TypeError) as error:
            raise self._gone(error) from None
        self.decoder.restart()

    def examine(self, promised_hz: int | None, seconds: float = MEASURE_S) -> None:
        """Look whether sound comes, and how fast; sets ``rate_hz`` and ``measured_hz``.

        Raises:
            LinkError: nothing, something else, or silence comes, or the rate is far from what was promised.
        """
        heard, times, counts = self._timed(seconds)
        if np.ptp(heard.astype(np.int64)) == 0:
            remedy = "check the microphone's power, clock and data pins, and which channel is sent"
            raise LinkError("the stream is silent, all samples are", int(heard[0]), remedy)
        self.measured_hz = robust_slope(times, counts)[0] if len(times) > 1 and times[-1] > times[0] else 0.0
        if promised_hz is not None and abs(self.measured_hz / promised_hz - 1) > FAR_OFF:
            remedy = f"{promised_hz} Hz were promised: check --stream-rate, and that the line of {self.form} carries it"
            raise LinkError("the stream's rate is far off", f"{self.measured_hz:.0f} samples/s", remedy)
        if promised_hz is None and self.measured_hz < _LEAST_HZ:
            raise LinkError("the stream is too slow for sound", f"{self.measured_hz:.0f} samples/s", "raise the rate")
        self.rate_hz = promised_hz or nominal_rate(self.measured_hz)
        self.doubts = tuple(self._doubts(heard))

    def _doubts(self, heard: Samples) -> Iterator[str]:
        if is_noise_of_bytes(heard):
            yield f"what comes is white noise of full height: does the board send {self.form.kind} at that baud?"
        if self.form.kind == "raw16" and self.measured_hz > NEAR_LINE * self.form.baud / BITS_A_SAMPLE:
            yield f"a line of {self.form.baud} baud carries no such rate: is the baud right? (native USB has none)"

    def _timed(self, seconds: float) -> tuple[Samples, NDArray[np.float64], NDArray[np.float64]]:
        """What comes in ``seconds`` after the backlog, and how many samples had come at which times."""
        self.take(1)
        backlog_until = time.monotonic() + BACKLOG_S
        while time.monotonic() < backlog_until:
            self.read()
        parts, times, counts, total = [self.take(1)], [time.monotonic()], [0.0], 0
        while times[-1] - times[0] < seconds:
            parts.append(self.take(1))
            total += len(parts[-1])
            times.append(time.monotonic())
            counts.append(float(total))
        return np.concatenate(parts), np.array(times), np.array(counts)

    def _gone(self, error: BaseException) -> PortGoneError:
        return PortGoneError("serial port vanished", self.port, f"check cable and power, then repeat ({error})")


def nominal_rate(measured_hz: float) -> int:
    """The usual rate that is near, or the measured one."""
    near = min(USUAL_HZ, key=lambda hz: abs(measured_hz / hz - 1))
    return near if abs(measured_hz / near - 1) <= NEAR else round(measured_hz)
