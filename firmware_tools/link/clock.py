"""How fast a board's microphone really samples: parts per million from the nominal rate, against this machine's clock.

Two clocks are compared, each by a robust straight line:

- samples against the board's own time, from AUDIO frames: ``samples per board second``;
- the board's time against this machine's, from whatever carries a time: ``board seconds per second``.

The true rate is their product. A frame is never early but often late (the board was busy, the line full, this machine
elsewhere), so each stretch of time is represented by its least late point; the line through those is Theil and Sen's,
the median of the slopes of all pairs, which a third of wild points cannot move.

An emulated board lives in virtual time, which says nothing of the world's: there the rate is that of the board's
microphone by the board's own clock, and ``basis`` says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 64
MIN_POINTS = 8
MIN_SECONDS = 0.2  # of board time; below, nothing is said
MAX_POINTS = 8_192  # kept of each kind: beyond, every second one is dropped
HOST_CLOCK = "host clock"
BOARD_CLOCK = "board clock (virtual time)"
Vector = NDArray[np.float64]


@dataclass(frozen=True)
class ClockEstimate:
    """A measured sample rate.

    Attributes:
        rate_hz: samples a second.
        ppm: parts per million that it is too fast.
        error_ppm: about two standard errors of that.
        seconds: how long was measured.
        basis: by which clock: ``HOST_CLOCK`` or ``BOARD_CLOCK``.
    """

    rate_hz: float
    ppm: float
    error_ppm: float
    seconds: float
    basis: str


class SessionClock:
    """Collects times while a board is connected; a reset of the board begins anew.

    Attributes:
        nominal_hz: the rate that the board says it samples with.
        virtual_time: the board's clock does not follow the world's.
    """

    def __init__(self, nominal_hz: int = 16_000) -> None:
        self.nominal_hz = nominal_hz
        self.virtual_time = False
        self._board = _Points()  # (host s, board s)
        self._audio: list[_Points] = []  # of each take: (board s, samples)
        self._take: object = None
        self._last_us = -1

    def add(self, board_us: int, host_s: float) -> None:
        """A frame that carried the board's time came at ``host_s`` (monotonic seconds)."""
        if board_us < self._last_us:
            self.restart()
        self._last_us = board_us
        self._board.add(host_s, board_us * 1e-6)

    def add_audio(self, take: object, position: int, board_us: int) -> None:
        """``position`` samples of a take had been fetched when the board's time was ``board_us``."""
        if take != self._take or not self._audio:
            self._take = take
            self._audio.append(_Points())
        self._audio[-1].add(board_us * 1e-6, float(position))

    def restart(self) -> None:
        """The board was reset: its time began again."""
        self._board = _Points()
        self._audio.clear()
        self._last_us = -1

    def estimate(self) -> ClockEstimate | None:
        """The sample rate so far, or None when too little has come."""
        audio = max(self._audio, key=lambda points: points.span, default=None)
        if audio is None or audio.span < MIN_SECONDS or len(audio) < MIN_POINTS:
            return None
        rate, error = audio.slope()
        seconds, basis = audio.span, BOARD_CLOCK
        if not self.virtual_time:
            if self._board.span < MIN_SECONDS or len(self._board) < MIN_POINTS:
                return None
            ratio, ratio_error = self._board.slope()
            error = float(np.hypot(error / rate, ratio_error / ratio)) * rate * ratio
            rate, seconds, basis = rate * ratio, self._board.span, HOST_CLOCK
        per_ppm = self.nominal_hz * 1e-6
        return ClockEstimate(rate, (rate - self.nominal_hz) / per_ppm, 2 * error / per_ppm, seconds, basis)


class _Points:
    """Points of a straight line, thinned out when they become many."""

    def __init__(self) -> None:
        self._x: list[float] = []
        self._y: list[float] = []
        self._every = 1
        self._seen = 0

    def __len__(self) -> int:
        return len(self._x)

    @property
    def span(self) -> float:
        """From the first x to the last."""
        return self._x[-1] - self._x[0] if self._x else 0.0

    def add(self, x: float, y: float) -> None:
        self._seen += 1
        if self._seen % self._every == 0:
            self._x.append(x)
            self._y.append(y)
            if len(self._x) >= MAX_POINTS:
                del self._x[1::2], self._y[1::2]
                self._every *= 2

    def slope(self) -> tuple[float, float]:
        """Robust slope of y over x, and its standard error."""
        return robust_slope(np.array(self._x), np.array(self._y))


def robust_slope(x: Vector, y: Vector) -> tuple[float, float]:
    """Slope of y over x [n] and its standard error, where some x are later than they should be.

    The least late point of each of ``BINS`` stretches, then the median of the slopes of all pairs (Theil 1950,
    Sen 1968). The error is that of a least-squares line with the residuals' median absolute deviation.

    Raises:
        ValueError: fewer than two different x.
    """
    if len(x) < 2 or x[-1] <= x[0]:
        raise ValueError("a slope needs two points")
    x, y = x - x[0], y - y[0]
    half = len(x) - len(x) // 2
    rough = float(np.median(y[half - len(x) % 2 :] - y[:half]) / np.median(x[half - len(x) % 2 :] - x[:half]))
    keep = _least_late(x, y, rough)
    slope = _theil_sen(x[keep], y[keep])
    left = y[keep] - slope * x[keep]
    spread = 1.4826 * float(np.median(np.abs(left - np.median(left))))
    width = float(np.std(x[keep])) * np.sqrt(len(keep))
    return slope, float(spread / width) if width > 0 else 0.0


def _least_late(x: Vector, y: Vector, slope: float) -> NDArray[np.intp]:
    """Of each stretch the point that lies highest over the line: it is the least late."""
    over = y - slope * x
    bins = np.minimum((x / x[-1] * BINS).astype(int), BINS - 1)
    order = np.lexsort((over, bins))
    last = np.flatnonzero(np.diff(np.append(bins[order], BINS)))
    return np.sort(order[last])


def _theil_sen(x: Vector, y: Vector) -> float:
    first, second = np.triu_indices(len(x), 1)
    apart = x[second] - x[first]
    far = apart > 0
    return float(np.median((y[second] - y[first])[far] / apart[far]))
