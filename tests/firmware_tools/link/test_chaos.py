"""The chaos line: what each fault does, that it is counted and seeded, and that the line itself loses nothing."""

from __future__ import annotations

import os
import random
import time
import tty
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
import serial

from firmware_tools.errors import BoardError
from firmware_tools.link.chaos import BOOT_TEXT, BYTES_ONLY, MIX, Chaos, ChaosLine, Damage, Fault

DATA = random.Random(1).randbytes(20_000)


def damaged(kind: Fault, data: bytes = DATA, every: float = 1_000.0, seed: int = 4) -> tuple[list[bytes | Fault], int]:
    damage = Damage(np.random.default_rng(seed), every, {kind: 1.0})
    passed = [part for at in range(0, len(data), 4_000) for part in damage.apply(data[at : at + 4_000])]
    return passed, damage.counts[kind]


def joined(parts: list[bytes | Fault]) -> bytes:
    return b"".join(part for part in parts if isinstance(part, bytes))


def test_flips_change_one_bit_each_and_nothing_else() -> None:
    parts, count = damaged(Fault.FLIP)
    wrong = [bin(a ^ b).count("1") for a, b in zip(joined(parts), DATA, strict=True) if a != b]
    assert count > 5 and wrong == [1] * count


def test_dropped_doubled_and_reordered_bytes() -> None:
    parts, count = damaged(Fault.DROP)
    assert count <= len(DATA) - len(joined(parts)) <= 8 * count
    parts, count = damaged(Fault.DOUBLE)
    assert len(joined(parts)) > len(DATA) and count > 5
    parts, count = damaged(Fault.REORDER)
    assert sorted(joined(parts)) == sorted(DATA) and joined(parts) != DATA and count > 5


def test_bursts_overwrite_and_boot_text_comes_between() -> None:
    parts, _ = damaged(Fault.BURST)
    assert len(joined(parts)) == len(DATA) and joined(parts) != DATA
    parts, count = damaged(Fault.TEXT, data=b"\0" * 20_000)
    text = joined(parts).replace(b"\0", b"")
    assert len(joined(parts)) - len(text) == 20_000
    assert text.count(BOOT_TEXT[:1]) >= count


@pytest.mark.parametrize("kind", [Fault.STALL, Fault.DISCONNECT, Fault.RESET])
def test_faults_of_port_and_board_leave_the_bytes(kind: Fault) -> None:
    parts, count = damaged(kind)
    assert joined(parts) == DATA
    assert parts.count(kind) > 5 and count == 0  # counted when they are carried out


def test_faults_follow_from_the_seed_and_come_as_often_as_asked() -> None:
    first, second, other = (Damage(np.random.default_rng(seed), 500.0, BYTES_ONLY) for seed in (1, 1, 2))
    assert first.apply(DATA * 50) == second.apply(DATA * 50) != other.apply(DATA * 50)
    assert first.counts == second.counts
    faults = sum(first.counts.values())
    assert faults == pytest.approx(50 * len(DATA) / 600, rel=0.2)  # bursts and the like pass over some
    assert set(first.counts) == set(BYTES_ONLY) and set(MIX) == set(Fault)


def test_no_faults_when_none_are_asked_for() -> None:
    damage = Damage(np.random.default_rng(0), 0.0, MIX)
    assert damage.apply(DATA) == [DATA] and not damage.counts


# ---- the line ----------------------------------------------------------------------------------------------------


@contextmanager
def board() -> Iterator[tuple[int, str]]:
    """A board's side of a pseudo-terminal, and its name."""
    master, slave = os.openpty()
    tty.setraw(slave)
    try:
        yield master, os.ttyname(slave)
    finally:
        os.close(slave)
        os.close(master)


def read_all(port: serial.Serial, quiet_s: float = 0.3) -> bytes:
    port.timeout = quiet_s
    got = b""
    while data := port.read(65_536 if port.in_waiting > 65_536 else max(1, port.in_waiting)):
        got += data
    return got


def send_while_reading(master: int, port: serial.Serial, data: bytes) -> bytes:
    """A pseudo-terminal holds a few kilobytes only: send in pieces, read in between."""
    got = b""
    for at in range(0, len(data), 1_000):
        os.write(master, data[at : at + 1_000])
        got += read_all(port, 0.02)
    return got + read_all(port)


def test_a_calm_line_passes_every_byte_both_ways() -> None:
    with board() as (master, name), ChaosLine(name, Chaos(every_bytes=0)) as line, serial.Serial(line.port) as port:
        assert send_while_reading(master, port, DATA) == DATA
        port.write(DATA[:3_000])
        got = b""
        while len(got) < 3_000:
            got += os.read(master, 4_096)
        assert got == DATA[:3_000]
        assert not line.counts


def test_damage_towards_the_board_is_its_own() -> None:
    chaos = Chaos(every_bytes=0, to_board_every_bytes=50)
    with board() as (master, name), ChaosLine(name, chaos) as line, serial.Serial(line.port) as port:
        assert send_while_reading(master, port, DATA) == DATA
        port.write(DATA[:3_000])
        time.sleep(0.2)
        assert os.read(master, 4_096) != DATA[:3_000]
        assert sum(line.counts.values()) > 10


def test_a_disconnect_takes_the_port_away_and_its_name_leads_to_a_new_one() -> None:
    with board() as (master, name), ChaosLine(name, Chaos(every_bytes=1, mix={Fault.DISCONNECT: 1.0})) as line:
        with serial.Serial(line.port, timeout=1) as port:
            os.write(master, b"abcdefgh")
            with pytest.raises((OSError, TypeError)):
                while True:
                    port.read(port.in_waiting or 1)
        line.calm()
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline and line._pending:
            time.sleep(0.01)
        time.sleep(0.2)
        with serial.Serial(line.port, timeout=1) as port:
            os.write(master, b"after")
            assert port.read(5) == b"after"
            assert line.counts[Fault.DISCONNECT] >= 1


def test_a_reset_ends_in_boot_text_and_the_board_that_came_back() -> None:
    with board() as (first, first_name), board() as (second, second_name):
        resets = []

        def power_cycle() -> str:
            resets.append(1)
            return second_name

        chaos = Chaos(every_bytes=4, seed=1, mix={Fault.RESET: 1.0})
        with ChaosLine(first_name, chaos, power_cycle) as line, serial.Serial(line.port) as port:
            os.write(first, b"x" * 40)
            deadline = time.monotonic() + 5
            while not resets and time.monotonic() < deadline:
                time.sleep(0.01)
            line.calm()
            os.write(second, b"hello")
            got = read_all(port)
            assert got.endswith(BOOT_TEXT + b"hello") and len(resets) == line.counts[Fault.RESET] == 1


def test_a_board_that_does_not_come_back_takes_the_port_with_it() -> None:
    def power_cycle() -> str:
        raise BoardError("emulated board is off", "emulated", "power it on with start()")

    with board() as (master, name):
        with ChaosLine(name, Chaos(every_bytes=1, mix={Fault.RESET: 1.0}), power_cycle) as line:
            port = serial.Serial(line.port, timeout=0.5)
            os.write(master, b"x" * 8)
            with pytest.raises((OSError, TypeError)):
                for _ in range(20):
                    port.read(port.in_waiting or 1)
            port.close()
        assert isinstance(line.failure, BoardError)


def test_a_slow_line_is_as_slow_as_it_should_be() -> None:
    slow = Chaos(every_bytes=0, bytes_per_s=4_000)
    with board() as (master, name), ChaosLine(name, slow) as line, serial.Serial(line.port, timeout=2) as port:
        started = time.monotonic()
        os.write(master, DATA[:2_000])
        assert port.read(2_000) == DATA[:2_000]
        assert 0.4 < time.monotonic() - started < 1.5


def test_when_the_board_is_gone_for_good_so_is_the_port() -> None:
    with board() as (_, name):
        line = ChaosLine(name, Chaos(every_bytes=0))
        line.__enter__()
        port = serial.Serial(line.port, timeout=1)
    with pytest.raises((OSError, TypeError)):
        for _ in range(10):
            port.read(port.in_waiting or 1)
    port.close()
    line.__exit__(None, None, None)
    assert line.failure is not None
