"""An nRF52840 that is a model of ours (``nrf52840_machine.c``): a real image on Unicorn's Cortex-M4F, behind a pty."""

from __future__ import annotations

import contextlib
import ctypes
import os
import threading
import time
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from svd import Svd

from firmware_tools.boards.spec import BoardSpec
from firmware_tools.emulator.child import open_terminal
from firmware_tools.emulator.cycles import CortexM4
from firmware_tools.emulator.library import address_of
from firmware_tools.firmware import FIRMWARE_DIR
from firmware_tools.toolchain.compile import compile_host

SOURCE = Path(__file__).with_name("nrf52840_machine.c")
PORT = FIRMWARE_DIR / "ports" / "nrf52840"
PERIPHERALS, PERIPHERAL_BYTES = 0x40000000, 0x70000
GPIO, GPIO_BYTES = 0x50000000, 0x1000
RETURN_PAGE = 0x1FFFF000
CORE, CORE_BYTES = 0xE0000000, 0x10000
#: Peripherals that the model has; accesses to others stop it.
HAS = ("CLOCK", "POWER", "USBD", "NVMC", "TIMER0", "TIMER1", "TIMER2", "PPI", "UARTE0", "PDM", "P0", "P1")
#: Places that no SVD file has: Nordic's remedies for errata of USBD.
ERRATA = (0x4006EC00, 0x4006EC14, 0x4006ED14)
SAMPLE_CYCLES = 4_000  # at 16 kHz
RUNS = "runs 0x0"
STOPS = ("runs", "was told to", "has no register", "core failed", "DMA outside RAM, or wrong", "has no handler for")

_TimeBlock = ctypes.CFUNCTYPE(None, ctypes.c_uint32, ctypes.c_uint32, ctypes.c_void_p)


class _Block(ctypes.Structure):
    _fields_ = (
        ("cycles", ctypes.c_uint16),
        ("bytes", ctypes.c_uint16),
        ("refill", ctypes.c_uint8),
        ("entry", ctypes.c_uint8),
        ("most", ctypes.c_uint16),
    )


class _Config(ctypes.Structure):
    _fields_ = (
        ("uc", ctypes.c_void_p),
        ("uc_emu_start", ctypes.c_void_p),
        ("uc_emu_stop", ctypes.c_void_p),
        ("uc_reg_read", ctypes.c_void_p),
        ("uc_reg_write", ctypes.c_void_p),
        ("registers", ctypes.c_void_p),
        ("ram", ctypes.c_void_p),
        ("ram_bytes", ctypes.c_uint32),
        ("flash_origin", ctypes.c_uint32),
        ("flash_bytes", ctypes.c_uint32),
        ("flash", ctypes.c_char_p),
        ("known", ctypes.c_char_p),
        ("pty_fd", ctypes.c_int),
        ("stop_fd", ctypes.c_int),
        ("crystal", ctypes.c_int),
        ("cable", ctypes.c_int),
        ("power_pin", ctypes.c_int),
        ("time_block", _TimeBlock),
    )


@cache
def _library() -> ctypes.CDLL:
    path = compile_host([SOURCE], include_dirs=(PORT,), name="nrf52840_machine")
    library = ctypes.CDLL(str(path))
    library.nrf_new.restype = ctypes.c_void_p
    return library


def known_words(svd: Svd) -> bytes:
    """A byte for each word of the peripherals, then of GPIO: 1 where the SVD file has a register."""
    known = bytearray((PERIPHERAL_BYTES + GPIO_BYTES) // 4)
    for address in (*ERRATA, *(address for peripheral in HAS for address in svd.addresses(peripheral))):
        place = address - PERIPHERALS if address < GPIO else PERIPHERAL_BYTES + address - GPIO
        known[place // 4] = 1
    return bytes(known)


class Nrf52840:
    """Runs ``flash`` of a board; ``port`` is the other end of its UART. Use as a context manager.

    Args:
        board: where flash and RAM lie.
        flash: the image.
        svd: of the chip.
        crystal: whether its crystal oscillator starts.
        cable: whether a cable is in its USB socket.
    """

    def __init__(self, board: BoardSpec, flash: bytes, svd: Svd, *, crystal: bool = True, cable: bool = False) -> None:
        from unicorn import UC_ARCH_ARM, UC_HOOK_BLOCK, UC_MODE_THUMB, UC_PROT_EXEC, UC_PROT_READ, UC_PROT_WRITE, Uc
        from unicorn import arm_const as arm
        from unicorn.unicorn_py3 import unicorn as binding

        self._board, self._flash = board, flash
        self._model = CortexM4(board.flash.wait_states)
        self._ram = ctypes.create_string_buffer(b"\xa5" * board.ram.bytes, board.ram.bytes)
        size = -(-len(flash) // 4096) * 4096
        uc = self._uc = Uc(UC_ARCH_ARM, UC_MODE_THUMB)
        uc.ctl_set_cpu_model(arm.UC_CPU_ARM_CORTEX_M4)
        uc.mem_map(board.flash.origin, size, UC_PROT_READ | UC_PROT_EXEC)
        uc.mem_write(board.flash.origin, flash)
        ram = ctypes.addressof(self._ram)
        uc.mem_map_ptr(board.ram.origin, board.ram.bytes, UC_PROT_READ | UC_PROT_WRITE, ram)
        uc.mem_map(RETURN_PAGE, 4096, UC_PROT_READ | UC_PROT_EXEC)
        self._stopped, self._stop = os.pipe()
        self._pty, self._slave, self.port = open_terminal()
        registers = [*range(arm.UC_ARM_REG_R0, arm.UC_ARM_REG_R0 + 13), arm.UC_ARM_REG_SP, arm.UC_ARM_REG_LR]
        registers += [arm.UC_ARM_REG_PC, arm.UC_ARM_REG_CPSR]
        self._registers = (ctypes.c_int * len(registers))(*registers)
        native = binding.uclib
        power = dict(board.microphone.settings).get("pwr_pin", -1)
        self._callback = _TimeBlock(self._time_block)
        config = _Config(
            *(uc._uch, address_of(native.uc_emu_start), address_of(native.uc_emu_stop)),
            *(address_of(native.uc_reg_read), address_of(native.uc_reg_write), ctypes.addressof(self._registers)),
            *(ram, board.ram.bytes, board.flash.origin, size, flash, known_words(svd)),
            *(self._pty, self._stopped, int(crystal), int(cable), power, self._callback),
        )
        self._config = config
        self._machine = ctypes.c_void_p(_library().nrf_new(ctypes.byref(config)))
        self._sound: Any = None
        slot = ctypes.c_size_t()
        everywhere = (ctypes.c_uint64(1), ctypes.c_uint64(0))
        on_block = ctypes.c_void_p(address_of(_library().nrf_on_block))
        native.uc_hook_add(uc._uch, ctypes.byref(slot), UC_HOOK_BLOCK, on_block, self._machine, *everywhere)
        for base, length, name in (
            (PERIPHERALS, PERIPHERAL_BYTES, "peripheral"),
            (GPIO, GPIO_BYTES, "gpio"),
            (CORE, CORE_BYTES, "core"),
        ):
            read, write = (
                ctypes.c_void_p(address_of(getattr(_library(), f"nrf_{name}_{way}"))) for way in ("read", "write")
            )
            at, span = ctypes.c_uint64(base), ctypes.c_size_t(length)
            assert native.uc_mmio_map(uc._uch, at, span, read, self._machine, write, self._machine) == 0
        self._thread = threading.Thread(target=_library().nrf_run, args=(self._machine,), daemon=True)

    def __enter__(self) -> Nrf52840:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        os.write(self._stop, b".")
        self._thread.join(20)
        assert not self._thread.is_alive()
        for descriptor in (self._stop, self._stopped, self._pty, self._slave):
            with contextlib.suppress(OSError):
                os.close(descriptor)

    def _time_block(self, address: int, size: int, place: int) -> None:
        start = address - self._board.flash.origin
        cost = self._model.block(address, self._flash[start : start + size])
        block = _Block.from_address(place)
        block.cycles, block.bytes, block.most = min(cost.cycles, 0xFFFF), size, cost.most_refill
        block.refill, block.entry = cost.refill, cost.entry

    def play(self, sound: NDArray[np.int16]) -> None:
        """What the microphone hears from each of its starts on; zeros afterwards."""
        kept = np.ascontiguousarray(sound, np.int16)
        _library().nrf_play(self._machine, kept.ctypes.data_as(ctypes.c_void_p), ctypes.c_uint32(len(kept)))
        self._sound = kept

    def hold_interrupt(self, first: int, last: int, early_cycles: int = 0) -> None:
        """Hold back the PDM's interrupt from sample ``first`` of a start on, until ``early_cycles`` before ``last``."""
        start, end = SAMPLE_CYCLES * first, SAMPLE_CYCLES * last - early_cycles
        _library().nrf_hold(self._machine, ctypes.c_uint64(start), ctypes.c_uint64(end))

    def end_lag(self, cycles: int) -> None:
        """Let the PDM's END come so much after STARTED of the next buffer."""
        _library().nrf_end_lag(self._machine, ctypes.c_uint32(cycles))

    def skip(self, ms: int) -> None:
        """Let so much of the board's time pass while its core sleeps; returns when it has."""
        _library().nrf_skip_left.restype = ctypes.c_uint64
        _library().nrf_skip(self._machine, ctypes.c_uint32(ms))
        while _library().nrf_skip_left(self._machine) and self.state == RUNS:
            time.sleep(0.01)

    def register(self, address: int) -> int:
        """What a register holds."""
        _library().nrf_look.restype = ctypes.c_uint32
        return int(_library().nrf_look(self._machine, ctypes.c_uint32(address)))

    def report(self) -> dict[str, int]:
        """Cycles since power-on, of these slept; bytes lost by the receiver."""
        numbers = (ctypes.c_uint64 * 6)()
        _library().nrf_report(self._machine, numbers)
        return dict(zip(("cycles", "slept", "stop", "detail", "rx_lost", "cpacr"), numbers, strict=True))

    @property
    def state(self) -> str:
        """``RUNS``, or why it stopped."""
        report = self.report()
        return f"{STOPS[report['stop']]} {report['detail']:#x}"
