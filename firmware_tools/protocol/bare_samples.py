"""Samples that no protocol carries: what boards with another firmware send, and how they are told from something else.

Two forms: ``raw16``, int16 samples, little endian, one after the other; and ``lines``, text with a line a sample, as
Edge Impulse's data forwarder reads it (numbers with commas, tabs or blanks between them; the first of each line is
taken). Neither numbers its samples, so nobody can prove that all have come.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware_tools.errors import ProtocolError

Samples = NDArray[np.int16]

KINDS = ("raw16", "lines")
ENOUGH_BYTES = 2_048  # to tell which byte of int16 comes first, and bytes from text
TEXT_SHARE = 0.97
SMOOTHER = 0.5  # steps between neighbours, against those of the other alignment
LONGEST_LINE = 256
FAR_SHARE = 0.01  # of lines with numbers that are no int16: fewer were damaged on the way
WHITE = (1.8, 2.2)  # steps between neighbours of white noise, as mean squares, against its power: 2
FULL_HEIGHT = 0.5  # of full scale: noise of bytes has 0.577
_FORM = re.compile(r"(raw16|lines)@(\d{3,8})")
_BETWEEN = re.compile(rb"[,;\t ]+")


@dataclass(frozen=True)
class StreamForm:
    """How bare samples come: ``kind`` of ``KINDS``, at ``baud`` bits/s."""

    kind: str
    baud: int

    def __str__(self) -> str:
        return f"{self.kind}@{self.baud}"


def stream_form(text: str) -> StreamForm:
    """``raw16@115200`` or ``lines@115200``; raises ValueError when it is neither."""
    match = _FORM.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no stream: write raw16@115200 or lines@115200")
    return StreamForm(match[1], int(match[2]))


class BareDecoder:
    """Bytes of a stream to samples.

    Attributes:
        unread: lines that were no sample, which a byte that was lost or changed makes of one.
        last_unread: the last of them.
        columns: values in the last line.
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.unread = 0
        self.last_unread = ""
        self.columns = 1
        self._left = b""
        self._begun = False
        self._lines = self._far = 0

    def feed(self, data: bytes) -> Samples:
        """int16 [n] of what has become whole; nothing until it is clear how the bytes lie.

        Raises:
            ProtocolError: text where bytes were promised, bytes where text was, or numbers that are no int16.
        """
        self._left += data
        return self._from_bytes() if self.kind == "raw16" else self._from_lines()

    # ---- raw16 -----------------------------------------------------------------------------------------------------

    def _from_bytes(self) -> Samples:
        if not self._begun:
            if len(self._left) < ENOUGH_BYTES:
                return np.zeros(0, np.int16)
            if is_text(self._left):
                quoted = self._left[:40].decode("ascii", "replace")
                raise ProtocolError("text comes where raw16 was promised", quoted, "is it --from-stream lines@… ?")
            self._left = self._left[out_of_step(self._left) :]
            self._begun = True
        whole = len(self._left) // 2 * 2
        samples = np.frombuffer(self._left[:whole], "<i2").astype(np.int16)
        self._left = self._left[whole:]
        return samples

    def restart(self) -> None:
        """A byte was lost: look anew how the bytes lie."""
        self._begun, self._left = False, b""

    # ---- lines -----------------------------------------------------------------------------------------------------

    def _from_lines(self) -> Samples:
        *lines, self._left = self._left.split(b"\n")
        if len(self._left) > LONGEST_LINE or any(len(line) > LONGEST_LINE for line in lines):
            raise ProtocolError("no lines come where text was promised", self._left[:8].hex(" "), NOT_LINES)
        if not self._begun and lines:
            lines, self._begun = lines[1:], True  # the first is what was left of one
        values = [self._value(line) for line in lines if line.strip()]
        if len(values) >= 10 and values.count(None) > len(values) // 2:
            raise ProtocolError("lines are no numbers", self.last_unread, NOT_LINES)
        numbers = np.array([value for value in values if value is not None], np.float64)
        _check_numbers(numbers)
        return numbers.round().astype(np.int16)

    def _value(self, line: bytes) -> float | None:
        """The sample of a line; None where it has none, as where two lines have run together."""
        self._lines += 1
        self.columns = max(1, len(_BETWEEN.split(line.strip())))
        value = _number(line)
        if value is not None and abs(value + 0.5) <= 32_767.5:
            return value
        self.unread += 1
        self.last_unread = line.decode("ascii", "replace").strip()[:40]
        self._far += value is not None
        if value is not None and self._far > FAR_SHARE * self._lines:
            raise ProtocolError("value is no 16-bit sample", value, "subtract the middle, or shift right, on the board")
        return None


NOT_LINES = "one number a line is needed; for bytes: --from-stream raw16@…; and check the rate of the line"


def _number(line: bytes) -> float | None:
    try:
        value = float(_BETWEEN.split(line.strip())[0])
    except ValueError:
        return None
    return value if np.isfinite(value) else None


def _check_numbers(numbers: NDArray[np.float64]) -> None:
    if numbers.size >= 100 and np.abs(numbers).max() <= 1 and np.any(numbers != np.trunc(numbers)):
        raise ProtocolError("values lie between -1 and 1", float(numbers[0]), "multiply by 32767 on the board")


def is_text(data: bytes) -> bool:
    """Whether nearly all bytes are printable ASCII or line ends."""
    good = sum(32 <= byte < 127 or byte in b"\r\n\t" for byte in data)
    return good >= TEXT_SHARE * len(data) > 0


def out_of_step(data: bytes) -> int:
    """1 when int16 in ``data`` begin with the second byte, otherwise 0.

    Read one byte off, the noise of low bytes becomes the loud half of each sample: steps between neighbours are then
    far larger than the sound's own. Sounds of full height that are white look alike both ways and count as in step.
    """
    steps = [_roughness(data[first:]) for first in (0, 1)]
    return int(steps[1] < SMOOTHER * steps[0])


def is_noise_of_bytes(samples: Samples) -> bool:
    """Whether int16 [n] are white and of full height, as no room sounds: bytes that were read at another rate."""
    values = samples.astype(np.float64) / 32_768
    power = float(np.mean(values**2))
    return power > FULL_HEIGHT**2 and WHITE[0] < float(np.mean(np.diff(values) ** 2)) / power < WHITE[1]


def _roughness(data: bytes) -> float:
    samples = np.frombuffer(data[: len(data) // 2 * 2], "<i2").astype(np.float64)
    return float(np.mean(np.diff(samples) ** 2)) if len(samples) > 1 else 0.0
