"""A serial line as bad as lines get, on purpose: a pseudo-terminal between board and host that damages what passes.

::

    board's port ── bytes ──►  Damage (seeded, counted)  ──►  ChaosLine.port ── opened by the host like any port

Bits flip, bytes are dropped, doubled, reordered and overwritten, boot text comes in between, the line stalls, the port
vanishes and comes back, the board loses its power. For tests and for ``kws bench record``; nothing else needs it.

Which faults come, and how far apart, follows from the seed alone. What a fault does to the bytes also depends on how
they were cut into pieces on their way, so two runs are alike but not equal.
"""

from __future__ import annotations

import contextlib
import errno
import os
import select
import tempfile
import threading
import time
import tty
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import TracebackType

import numpy as np

from firmware_tools.errors import KwsError

BOOT_TEXT = b"ets Jul 29 2019 12:21:46\r\nrst:0x1 (POWERON_RESET),boot:0x13\r\nload:0x3fff0030,len:1184\r\n"
PIECE_BYTES = 1 << 16
AWAY_S = 0.02  # how long a port that vanished is gone


class Fault(StrEnum):
    """What can happen to a line."""

    FLIP = "bit flips"
    DROP = "dropped bytes"
    DOUBLE = "doubled bytes"
    REORDER = "reordered bytes"
    BURST = "bursts"
    TEXT = "boot text"
    STALL = "stalls"
    DISCONNECT = "disconnects"
    RESET = "board resets"


#: How often each fault comes, relative to the others.
MIX: Mapping[Fault, float] = {
    Fault.FLIP: 40.0,
    Fault.DROP: 20.0,
    Fault.DOUBLE: 15.0,
    Fault.REORDER: 10.0,
    Fault.BURST: 8.0,
    Fault.TEXT: 6.0,
    Fault.STALL: 0.9,
    Fault.DISCONNECT: 0.06,
    Fault.RESET: 0.04,
}
#: Faults of the bytes alone.
BYTES_ONLY: Mapping[Fault, float] = {
    kind: share for kind, share in MIX.items() if kind not in (Fault.STALL, Fault.DISCONNECT, Fault.RESET)
}


@dataclass(frozen=True)
class Chaos:
    """How bad a line is.

    Args:
        every_bytes: mean distance between two faults on the way to the host; 0 for none.
        to_board_every_bytes: the same on the way to the board, where only bytes are damaged.
        mix: relative frequency of each fault.
        stall_s: longest stall; most are far shorter.
        bytes_per_s: passes no more than this to the host, as a slow line would; None for no limit.
    """

    seed: int = 0
    every_bytes: float = 4_096.0
    to_board_every_bytes: float = 0.0
    mix: Mapping[Fault, float] = field(default_factory=lambda: MIX)
    stall_s: float = 1.5
    bytes_per_s: float | None = None


class Damage:
    """Damages a stream of bytes; pure, but for its count and its random numbers."""

    def __init__(self, rng: np.random.Generator, every_bytes: float, mix: Mapping[Fault, float]) -> None:
        self.counts: Counter[Fault] = Counter()
        self._rng = rng
        self._every = every_bytes
        self._kinds = list(mix)
        shares = np.array([mix[kind] for kind in self._kinds])
        self._edges = np.cumsum(shares / shares.sum())
        self._left = self._distance()

    def apply(self, data: bytes) -> list[bytes | Fault]:
        """``data`` after the faults that hit it, with those between that concern the port or the board."""
        passed: list[bytes | Fault] = []
        while self._left < len(data):
            passed.append(data[: self._left])
            kind = self._draw()
            if kind in BYTES_ONLY:  # the others are counted by whoever carries them out
                self.counts[kind] += 1
            hit, data = self._hit(kind, data[self._left :])
            passed.append(hit)
            self._left = self._distance()
        self._left -= len(data)
        passed.append(data)
        return passed

    def _draw(self) -> Fault:
        return self._kinds[min(int(np.searchsorted(self._edges, self._rng.random())), len(self._kinds) - 1)]

    def _distance(self) -> int:
        return int(self._rng.exponential(self._every)) if self._every > 0 else 1 << 62

    def _hit(self, kind: Fault, data: bytes) -> tuple[bytes | Fault, bytes]:
        """What comes of ``data``, which is not empty: the damaged beginning, and the rest that is still whole."""
        draw = self._rng.integers
        if kind is Fault.FLIP:
            return bytes([data[0] ^ 1 << int(draw(8))]), data[1:]
        if kind is Fault.DROP:
            return b"", data[int(draw(1, 9)) :]
        if kind is Fault.DOUBLE:
            length = int(draw(1, 9)) if draw(2) else int(draw(9, 1_200))
            return data[:length] * 2, data[length:]
        if kind is Fault.REORDER:
            first, second = int(draw(1, 64)), int(draw(1, 64))
            if not draw(4):  # stretches longer than a frame change places now and then
                first, second = 8 * first, 8 * second
            return data[first : first + second] + data[:first], data[first + second :]
        if kind is Fault.BURST:
            length = min(len(data), int(draw(2, 2_000)))
            return self._rng.bytes(length), data[length:]
        if kind is Fault.TEXT:
            return BOOT_TEXT[: int(draw(1, len(BOOT_TEXT) + 1))], data
        return kind, data


class ChaosLine:
    """Runs between the board's port and ``port``, which the host opens; a context manager with a thread inside.

    ``port`` is a link in a folder of its own: after a disconnect it leads to a new pseudo-terminal, as a name under
    ``/dev/serial/by-id`` leads to a replugged board. While the port is gone, what the board sends is lost.

    Args:
        board_port: the board's own port.
        power_cycle: takes the power from the board, gives it back, and returns the board's port; called in the
            line's thread for each reset. Without it resets are only boot text.

    Raises (on entry):
        OSError: the board's port cannot be opened.
    """

    def __init__(self, board_port: str, chaos: Chaos, power_cycle: Callable[[], str] | None = None) -> None:
        self.chaos = chaos
        seeds = np.random.SeedSequence(chaos.seed).spawn(3)
        to_host, to_board, self._rng = (np.random.default_rng(seed) for seed in seeds)
        self._damage = Damage(to_host, chaos.every_bytes, chaos.mix)
        self._damage_to_board = Damage(to_board, chaos.to_board_every_bytes, BYTES_ONLY)
        self._power_cycle = power_cycle
        self._board_port = board_port
        self._pending: list[bytes | Fault] = []
        self._carried_out: Counter[Fault] = Counter()
        self._quiet_until = 0.0
        self._passed = 0
        self._started = 0.0
        self._closing = threading.Event()
        self.failure: BaseException | None = None

    @property
    def counts(self) -> Counter[Fault]:
        """Faults so far, both ways."""
        return self._damage.counts + self._damage_to_board.counts + self._carried_out

    def calm(self) -> None:
        """No more faults from now on."""
        self._damage._left = self._damage_to_board._left = 1 << 62
        self._damage._every = self._damage_to_board._every = 0.0

    def __enter__(self) -> ChaosLine:
        self._folder = tempfile.TemporaryDirectory(prefix="kws-line-")
        self.port = str(Path(self._folder.name) / "port")
        self._board = _open_raw(self._board_port)
        self._plug_in()
        self._thread = threading.Thread(target=self._run, name="chaos line", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._thread.join()
        for descriptor in (self._board, self._host, self._slave):
            _close(descriptor)
        self._folder.cleanup()

    # ---- the port that the host opens ------------------------------------------------------------------------------

    def _plug_in(self) -> None:
        self._host, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._host, False)
        link = Path(self.port)
        fresh = link.with_name("new")
        fresh.symlink_to(os.ttyname(self._slave))
        fresh.replace(link)

    def _unplug(self) -> None:
        _close(self._slave)
        _close(self._host)

    # ---- the thread ------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        self._started = time.monotonic()
        try:
            while not self._closing.is_set():
                self._step()
        except (OSError, KwsError) as error:
            self.failure = error  # the board is gone for good: so is the port
            self._unplug()
            self._host = self._slave = -1

    def _step(self) -> None:
        while self._pending and isinstance(self._pending[0], Fault):
            self._carry_out(self._pending.pop(0))  # type: ignore[arg-type]
        wait_s = max(self._quiet_until - time.monotonic(), self._too_fast_s())
        wanted = [self._host] if self._pending and wait_s <= 0 else []
        sources = [self._host] if self._pending else [self._host, self._board]
        patience = min(0.05, wait_s) if self._pending and wait_s > 0 else 0.05
        readable, writable, _ = select.select(sources, wanted, [], patience)
        if self._board in readable:
            data = self._from_board()
            self._pending = [part for part in self._damage.apply(data) if part != b""]
        if self._host in readable:
            self._to_board(os.read(self._host, PIECE_BYTES))
        if writable:
            self._to_host()

    def _from_board(self) -> bytes:
        data = os.read(self._board, PIECE_BYTES)
        if not data:
            raise OSError(errno.EIO, "the board's port is gone")
        return data

    def _to_host(self) -> None:
        """Write as much as the host takes of what stands before the next fault of the port."""
        ready = 0
        while ready < len(self._pending) and not isinstance(self._pending[ready], Fault):
            ready += 1
        data = b"".join(part for part in self._pending[:ready] if isinstance(part, bytes))
        allowed = len(data) if self.chaos.bytes_per_s is None else max(1, int(self.chaos.bytes_per_s / 250))
        with contextlib.suppress(BlockingIOError):
            put = os.write(self._host, data[:allowed])
            self._passed += put
            rest = data[put:]
            self._pending[:ready] = [rest] if rest else []

    def _to_board(self, data: bytes) -> None:
        for part in self._damage_to_board.apply(data):
            assert isinstance(part, bytes)
            while part and not self._closing.is_set():
                _, writable, _ = select.select([], [self._board], [], 0.05)
                if writable:
                    part = part[os.write(self._board, part) :]

    def _too_fast_s(self) -> float:
        """How long to wait, so that no more has passed than the line may carry."""
        if self.chaos.bytes_per_s is None:
            return 0.0
        ahead = self._started + self._passed / self.chaos.bytes_per_s - time.monotonic()
        if ahead < -0.5:  # nothing came for a while: what was not used is not made up for
            self._started -= ahead
        return ahead

    def _carry_out(self, fault: Fault) -> None:
        self._carried_out[fault] += 1
        if fault is Fault.STALL:
            self._quiet_until = time.monotonic() + self.chaos.stall_s * float(self._rng.random()) ** 20
        elif fault is Fault.DISCONNECT:
            self._disconnect()
        elif self._power_cycle is None:
            self._pending.insert(0, BOOT_TEXT)
        else:
            self._reset(self._power_cycle)

    def _disconnect(self) -> None:
        self._unplug()
        ends = time.monotonic() + AWAY_S
        while (left := ends - time.monotonic()) > 0 and not self._closing.is_set():
            if select.select([self._board], [], [], left)[0]:
                self._from_board()
        self._pending.clear()
        self._plug_in()

    def _reset(self, power_cycle: Callable[[], str]) -> None:
        """The board loses its power, its port stays: it has a bridge that hangs on the host's power."""
        _close(self._board)
        self._pending = [BOOT_TEXT]
        self._board = -1
        self._board = _open_raw(power_cycle())


def _open_raw(port: str) -> int:
    descriptor = os.open(port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    tty.setraw(descriptor)
    return descriptor


def _close(descriptor: int) -> None:
    if descriptor >= 0:
        with contextlib.suppress(OSError):
            os.close(descriptor)
