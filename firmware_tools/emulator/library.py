"""The native half of the emulated board: ``native/*.c`` through ctypes.

Counting cycles and playing devices happens once per basic block, millions of times a second: it is C, compiled once
for this machine. The structures here repeat those of ``kws_machine.h`` field by field.
"""

from __future__ import annotations

import ctypes
from functools import cache
from pathlib import Path

from firmware_tools.firmware import FIRMWARE_DIR
from firmware_tools.toolchain.compile import compile_host

SOURCES = Path(__file__).parent / "native"
REGISTERS = FIRMWARE_DIR / "ports" / "emulated"

STOP_FAULT, STOP_RESET, STOP_CORE, STOP_REGISTER, STOP_ORPHAN, STOP_PTY, STOP_ALIGNMENT = range(1, 8)

ACCESS_LOADS = 0x80  # KWS_ACCESS_LOADS

TimeBlock = ctypes.CFUNCTYPE(None, ctypes.c_uint32, ctypes.c_uint32, ctypes.c_void_p)
OnControl = ctypes.CFUNCTYPE(None)
OnLog = ctypes.CFUNCTYPE(None, ctypes.c_uint32)


class Block(ctypes.Structure):
    """``kws_block``"""

    _fields_ = (
        ("cycles", ctypes.c_uint16),
        ("bytes", ctypes.c_uint16),
        ("refill", ctypes.c_uint8),
        ("entry", ctypes.c_uint8),
        ("most", ctypes.c_uint16),
        ("spent", ctypes.c_uint64),
    )


class AccessPlace(ctypes.Structure):
    """``kws_access``"""

    _fields_ = (
        ("offset", ctypes.c_int16),
        ("base", ctypes.c_uint8),
        ("index", ctypes.c_uint8),
        ("shift", ctypes.c_uint8),
        ("bytes", ctypes.c_uint8),
        ("count", ctypes.c_uint8),
        ("condition", ctypes.c_uint8),
    )


class Config(ctypes.Structure):
    """``kws_machine_config``"""

    _fields_ = (
        ("uc", ctypes.c_void_p),
        ("uc_emu_start", ctypes.c_void_p),
        ("uc_emu_stop", ctypes.c_void_p),
        ("uc_reg_read", ctypes.c_void_p),
        ("reg_pc", ctypes.c_int),
        ("reg_r0", ctypes.c_int),
        ("reg_sp", ctypes.c_int),
        ("reg_lr", ctypes.c_int),
        ("reg_cpsr", ctypes.c_int),
        ("cpuid", ctypes.c_uint32),
        ("wait_states", ctypes.c_uint32),
        ("line_bytes", ctypes.c_uint32),
        ("charge_unaligned", ctypes.c_int),
        ("flash_origin", ctypes.c_uint32),
        ("flash_bytes", ctypes.c_uint32),
        ("flash", ctypes.c_char_p),
        ("clock_hz", ctypes.c_uint64),
        ("mic_rate_factor", ctypes.c_double),
        ("realtime", ctypes.c_int),
        ("pty_fd", ctypes.c_int),
        ("control_fd", ctypes.c_int),
        ("parent_pid", ctypes.c_int),
        ("time_block", TimeBlock),
        ("on_control", OnControl),
        ("on_log", OnLog),
    )


class Report(ctypes.Structure):
    """``kws_machine_report``"""

    _fields_ = (
        ("cycles", ctypes.c_uint64),
        ("slept_cycles", ctypes.c_uint64),
        ("blocks", ctypes.c_uint64),
        ("rx_bytes", ctypes.c_uint64),
        ("tx_bytes", ctypes.c_uint64),
        ("tx_lost", ctypes.c_uint64),
        ("mic_samples", ctypes.c_uint64),
        ("mic_overruns", ctypes.c_uint64),
        ("audio_waiting", ctypes.c_uint64),
        ("mic_rate_hz", ctypes.c_uint32),
        ("baud", ctypes.c_uint32),
        ("last_block", ctypes.c_uint32),
        ("stop", ctypes.c_uint32),
        ("detail", ctypes.c_uint32),
        ("bad_address", ctypes.c_uint32),
        ("bad_access", ctypes.c_uint32),
        ("unaligned", ctypes.c_uint64),
        ("flash_reads", ctypes.c_uint64),
    )


@cache
def machine_library() -> ctypes.CDLL:
    """The machine's functions, compiled when this computer has not got them yet.

    Raises:
        FirmwareError: the compiler is missing or refuses.
    """
    path = compile_host(sorted(SOURCES.glob("*.c")), include_dirs=(SOURCES, REGISTERS), name="kws_machine")
    library = ctypes.CDLL(str(path))
    library.kws_machine_new.restype = ctypes.c_void_p
    library.kws_machine_new.argtypes = (ctypes.POINTER(Config),)
    library.kws_machine_free.argtypes = (ctypes.c_void_p,)
    library.kws_machine_run.argtypes = (ctypes.c_void_p, ctypes.c_uint32)
    library.kws_machine_reset.argtypes = (ctypes.c_void_p,)
    library.kws_machine_halt.argtypes = (ctypes.c_void_p, ctypes.c_int, ctypes.c_uint32)
    library.kws_machine_play.argtypes = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)
    library.kws_machine_blocks.argtypes = (ctypes.c_void_p,)
    library.kws_machine_blocks.restype = ctypes.c_void_p
    library.kws_machine_accesses.argtypes = (ctypes.c_void_p,)
    library.kws_machine_accesses.restype = ctypes.c_void_p
    library.kws_machine_read_report.argtypes = (ctypes.c_void_p, ctypes.POINTER(Report))
    return library


def address_of(function: object) -> int:
    """Address of a function of a ctypes library."""
    value = ctypes.cast(function, ctypes.c_void_p).value  # type: ignore[arg-type]
    assert value is not None
    return value
