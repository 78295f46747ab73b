"""One power-on of the emulated board: Unicorn's Cortex-M4F, its memories, and the native devices around it."""

from __future__ import annotations

import ctypes
import os
import sys
import traceback
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware_tools.boards.spec import BoardSpec
from firmware_tools.emulator.accesses import accesses
from firmware_tools.emulator.cores import core_of
from firmware_tools.emulator.library import (
    ACCESS_LOADS,
    STOP_ALIGNMENT,
    STOP_CORE,
    STOP_FAULT,
    STOP_ORPHAN,
    STOP_PTY,
    STOP_REGISTER,
    STOP_RESET,
    AccessPlace,
    Block,
    Config,
    OnControl,
    OnLog,
    Report,
    TimeBlock,
    address_of,
    machine_library,
)
from firmware_tools.emulator.mnemonics import disassembler
from firmware_tools.emulator.timing import timing_named
from firmware_tools.errors import BoardError
from firmware_tools.image.elf import Elf

PAGE_BYTES = 4096
RAM_AT_POWER_ON = 0xA5  # RAM holds garbage at power-on; a firmware that forgets to clear .bss shows it
_DEVICES = (
    (0x40000000, "system"),
    (0x40001000, "uart"),
    (0x40002000, "mic"),
    (0xE0001000, "dwt"),
    (0xE000E000, "scs"),
)
_ACCESSES = {
    19: "read of unmapped memory",
    20: "write to unmapped memory",
    21: "jump to unmapped memory",
    22: "write to read-only memory",
    23: "read of protected memory",
    24: "jump to memory that is not executable",
}
_EXCEPTIONS = {0: "main returned", 2: "NMI", 3: "HardFault", 4: "MemManage", 5: "BusFault", 6: "UsageFault"}


class Machine:
    """A board with ``flash`` in it, ready to run in this thread.

    Args:
        flash: content of the flash from its origin on.
        pty_fd: master side of a pseudo-terminal, non-blocking: the other end of the UART.
        control_fd: ``on_control`` is called when it becomes readable.
        parent_pid: the machine stops when this process is no longer that one's child.
        elf: for names in fault reports.
        strict: look at every instruction (see ``EmulatedBoard``).
        realtime: hold time to real time while the microphone runs.
        mic_ppm: how fast the microphone samples, in millionths too fast.

    Raises:
        BoardError: the core or a memory size cannot be emulated, or there is no program in the flash.
    """

    def __init__(
        self,
        board: BoardSpec,
        flash: bytes,
        *,
        pty_fd: int,
        control_fd: int,
        parent_pid: int,
        on_control: Callable[[], None],
        elf: Elf | None = None,
        strict: bool = False,
        realtime: bool = False,
        mic_ppm: float = 0.0,
    ) -> None:
        self.board = board
        self.flash = flash.ljust(board.flash.bytes, b"\xff")
        self.elf = elf
        self._check()
        self._library = machine_library()
        self._core, self._timing = core_of(board), timing_named(board.timing)
        self._model = self._core.model(board.flash.wait_states, self._timing)
        self._watches = self._model.wait_states > 0 or self._timing.unaligned
        self._uc = self._power_on()
        self._callbacks = (TimeBlock(self._time_block), OnControl(on_control), OnLog(self._log))
        config = self._config(pty_fd, control_fd, parent_pid)
        config.mic_rate_factor = 1.0 + mic_ppm * 1e-6
        config.realtime = int(realtime)
        self._machine = ctypes.c_void_p(self._library.kws_machine_new(ctypes.byref(config)))
        if not self._machine:
            raise MemoryError("no memory for the emulated board")
        self._accesses = int(self._library.kws_machine_accesses(self._machine) or 0) if self._watches else 0
        self._connect(strict)

    def _check(self) -> None:
        board = self.board
        if len(self.flash) > board.flash.bytes:
            raise BoardError("flash content is too long", len(self.flash), f"the board has {board.flash.bytes} bytes")
        for memory in (board.flash, board.ram):
            if memory.bytes % PAGE_BYTES or memory.origin % PAGE_BYTES:
                raise BoardError("memory cannot be emulated", memory.bytes, f"use multiples of {PAGE_BYTES}")
        stack, reset = self.vectors
        in_ram = board.ram.origin < stack <= board.ram.origin + board.ram.bytes
        in_flash = board.flash.origin <= reset < board.flash.origin + board.flash.bytes
        if not in_ram or not in_flash or reset & 1 == 0:
            raise BoardError("no program in the flash of", board.name, "flash one with: kws flash")

    @property
    def vectors(self) -> tuple[int, int]:
        """Initial stack pointer and reset handler."""
        return int.from_bytes(self.flash[:4], "little"), int.from_bytes(self.flash[4:8], "little")

    def _power_on(self) -> Any:
        import unicorn
        from unicorn import arm_const

        # Without UC_MODE_MCLASS: with it, Unicorn 2.1 makes a Cortex-M33 whatever model is asked for.
        uc = unicorn.Uc(unicorn.UC_ARCH_ARM, unicorn.UC_MODE_THUMB)
        uc.ctl_set_cpu_model(getattr(arm_const, self._core.unicorn))
        uc.mem_map(self.board.flash.origin, self.board.flash.bytes, unicorn.UC_PROT_READ | unicorn.UC_PROT_EXEC)
        uc.mem_write(self.board.flash.origin, self.flash)
        uc.mem_map(self.board.ram.origin, self.board.ram.bytes, unicorn.UC_PROT_READ | unicorn.UC_PROT_WRITE)
        uc.mem_write(self.board.ram.origin, bytes([RAM_AT_POWER_ON]) * self.board.ram.bytes)
        return uc

    def _config(self, pty_fd: int, control_fd: int, parent_pid: int) -> Config:
        from unicorn import arm_const
        from unicorn.unicorn_py3 import unicorn as binding

        native = binding.uclib
        return Config(
            uc=self._uc._uch,
            uc_emu_start=address_of(native.uc_emu_start),
            uc_emu_stop=address_of(native.uc_emu_stop),
            uc_reg_read=address_of(native.uc_reg_read),
            reg_pc=arm_const.UC_ARM_REG_PC,
            reg_r0=arm_const.UC_ARM_REG_R0,
            reg_sp=arm_const.UC_ARM_REG_SP,
            reg_lr=arm_const.UC_ARM_REG_LR,
            reg_cpsr=arm_const.UC_ARM_REG_CPSR,
            cpuid=self._core.cpuid,
            wait_states=self._model.wait_states,
            line_bytes=self._timing.line_bytes if self._timing.data_line else 0,
            charge_unaligned=int(self._timing.unaligned),
            flash_origin=self.board.flash.origin,
            flash_bytes=self.board.flash.bytes,
            flash=self.flash,
            clock_hz=self.board.clock_hz,
            pty_fd=pty_fd,
            control_fd=control_fd,
            parent_pid=parent_pid,
            time_block=self._callbacks[0],
            on_control=self._callbacks[1],
            on_log=self._callbacks[2],
        )

    def _connect(self, strict: bool) -> None:
        """Hooks and registers, function pointer to function pointer: no Python on the way."""
        import unicorn
        from unicorn.unicorn_py3 import unicorn as binding

        native, handle, library = binding.uclib, self._uc._uch, self._library
        everywhere = (ctypes.c_uint64(1), ctypes.c_uint64(0))
        hooks = [
            (unicorn.UC_HOOK_BLOCK, library.kws_machine_on_block),
            (unicorn.UC_HOOK_MEM_INVALID, library.kws_machine_on_bad_access),
        ]
        if strict:
            hooks.append((unicorn.UC_HOOK_CODE, library.kws_machine_on_instruction))
        if self._watches:
            hooks.append((unicorn.UC_HOOK_CODE, library.kws_machine_on_access))
        for kind, function in hooks:
            slot = ctypes.c_size_t()
            code = ctypes.c_void_p(address_of(function))
            _check_uc(native.uc_hook_add(handle, ctypes.byref(slot), kind, code, self._machine, *everywhere))
        for base, name in _DEVICES:
            read = ctypes.c_void_p(address_of(getattr(library, f"kws_machine_{name}_read")))
            write = ctypes.c_void_p(address_of(getattr(library, f"kws_machine_{name}_write")))
            size = ctypes.c_size_t(PAGE_BYTES)
            address = ctypes.c_uint64(base)
            _check_uc(native.uc_mmio_map(handle, address, size, read, self._machine, write, self._machine))

    def _time_block(self, address: int, size: int, place: int) -> None:
        """Called by the machine for each block that it meets first."""
        try:
            start = address - self.board.flash.origin
            code = self.flash[start : start + size]
            cost = self._model.block(address, code)
            if self._watches:
                self._watch(address, code)
        except BaseException:  # the C code that called cannot pass it on
            traceback.print_exc()
            os._exit(4)
        block = Block.from_address(place)
        block.cycles = min(cost.cycles, 0xFFFF)
        block.bytes = size
        block.refill = cost.refill
        block.entry = cost.entry
        block.most = cost.most_refill

    def _watch(self, address: int, code: bytes) -> None:
        """Tell the machine what the instructions of a block read and write."""
        for one in accesses(list(disassembler().disasm(code, address))):
            place = (one.at - self.board.flash.origin) // 2
            there = AccessPlace.from_address(self._accesses + place * ctypes.sizeof(AccessPlace))
            there.offset, there.base, there.index, there.shift = one.offset, one.base, one.index, one.shift
            there.count, there.condition = one.count, one.condition | (ACCESS_LOADS if one.load else 0)
            there.bytes = one.bytes

    @staticmethod
    def _log(character: int) -> None:
        sys.stderr.write(chr(character & 0xFF))

    # ---- running ---------------------------------------------------------------------------------------------------

    def run(self) -> str:
        """Run until the board cannot go on; returns why, in one line. A reset starts the program again."""
        from unicorn import arm_const

        while True:
            stack, reset = self.vectors
            self._uc.reg_write(arm_const.UC_ARM_REG_SP, stack)
            self._uc.reg_write(arm_const.UC_ARM_REG_LR, 0xFFFFFFFF)
            if self._library.kws_machine_run(self._machine, reset) != STOP_RESET:
                return self.failure()
            self._library.kws_machine_reset(self._machine)

    def play(self, samples: NDArray[np.int16]) -> None:
        """Queue samples for the microphone (see ``EmulatedBoard.play``)."""
        samples = np.ascontiguousarray(samples, dtype=np.int16)
        if self._library.kws_machine_play(self._machine, samples.ctypes.data, samples.size) != 0:
            raise MemoryError("no memory for the audio")

    def restart(self) -> None:
        """The reset button: the program begins again once this returns to it."""
        self._library.kws_machine_halt(self._machine, STOP_RESET, 0)

    def report(self) -> Report:
        """Counters since power-on."""
        report = Report()
        self._library.kws_machine_read_report(self._machine, ctypes.byref(report))
        return report

    def profile(self) -> dict[int, int]:
        """Cycles spent in each basic block that ran, by its address."""
        places = self.board.flash.bytes // 2
        table = (Block * places).from_address(self._library.kws_machine_blocks(self._machine))
        blocks = np.frombuffer(memoryview(table), dtype=np.dtype(Block))
        (ran,) = np.nonzero(blocks["bytes"])
        origin = self.board.flash.origin
        return {origin + 2 * int(place): int(blocks["spent"][place]) for place in ran}

    def stack_used_bytes(self) -> int:
        """Most bytes of stack used so far: RAM below the first stack pointer that no longer holds its first value."""
        origin, (top, _) = self.board.ram.origin, self.vectors
        stack = bytes(self._uc.mem_read(origin, top - origin))
        return len(stack.lstrip(bytes([RAM_AT_POWER_ON])))

    def failure(self) -> str:
        """Why the machine stopped, with the function where it did."""
        report = self.report()
        what = _stop_text(report)
        return f"{what}, {self._where(report)}"

    def _where(self, report: Report) -> str:
        from unicorn import arm_const

        pc, lr, sp = (
            self._uc.reg_read(register)
            for register in (arm_const.UC_ARM_REG_PC, arm_const.UC_ARM_REG_LR, arm_const.UC_ARM_REG_SP)
        )
        locate = self.elf.locate if self.elf else "{:#010x}".format
        text = f"pc {locate(pc)}, in block {locate(report.last_block)}, called from {locate(lr)}, sp {sp:#010x}"
        if sp < self.board.ram.origin + 64:
            text += " (the stack has overflowed)"
        return text


def _stop_text(report: Report) -> str:
    if report.stop == STOP_FAULT:
        return f"the firmware reported a fault: {_EXCEPTIONS.get(report.detail, f'exception {report.detail}')}"
    if report.stop == STOP_CORE:
        if report.bad_access:
            access = _ACCESSES.get(report.bad_access, f"bad access {report.bad_access}")
            return f"{access} at {report.bad_address:#010x}"
        return _core_text(report.detail)
    if report.stop == STOP_REGISTER:
        return f"access to a register that is not there, {report.detail:#010x}"
    if report.stop == STOP_ALIGNMENT:
        return f"unaligned access that a Cortex-M4 refuses, data at {report.detail:#010x}"
    if report.stop == STOP_ORPHAN:
        return "the process that started the board is gone"
    if report.stop == STOP_PTY:
        return f"the pseudo-terminal failed (errno {report.detail})"
    return f"stopped for reason {report.stop}"


def _core_text(code: int) -> str:
    import unicorn

    if code == unicorn.UC_ERR_INSN_INVALID:
        return "undefined instruction"
    if code == unicorn.UC_ERR_EXCEPTION:
        return "unhandled exception"
    return str(unicorn.UcError(code))


def _check_uc(code: int) -> None:
    import unicorn

    if code != unicorn.UC_ERR_OK:
        raise unicorn.UcError(code)
