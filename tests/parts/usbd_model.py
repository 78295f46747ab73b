"""The nRF52840's USBD as a model of ours, around Unicorn's Cortex-M4: what the driver asks of it, and a host behind it.

Written from the SVD file (an access to a register that this does not have fails) and the Product Specification; nothing
was measured on a chip. Besides moving packets it notes what would go wrong on a chip: a transfer without the remedy of
erratum 199, an endpoint started twice, a place outside RAM.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from svd import Svd
from usb_host import NAK, PACKET, STACK, STALL, Setup, Transfers

from firmware_tools.firmware import FIRMWARE_DIR, INCLUDE_DIR
from firmware_tools.toolchain.compile import compile_arm

PORT, CORE = FIRMWARE_DIR / "ports" / "nrf52840", FIRMWARE_DIR / "shared" / "cortex_m"
FLASH_BYTES, RAM, RAM_BYTES = 0x40000, 0x20000000, 0x10000
LOW, LOW_BYTES, SYSTEM, FICR = 0x40000000, 0x70000, 0xE000E000, 0x10000000
ERRATA = (KEY, E171, E187, E199) = (0x4006EC00, 0x4006EC14, 0x4006ED14, 0x40027C1C)
AIRCR = SYSTEM + 0xD0C
DEVICE_ID = bytes.fromhex("8967452301EFCDAB")  # so that it reads ABCDEF0123456789, the upper word first
SLICE, PATIENCE = 3000, 60  # instructions between looks; looks
LINKER_SCRIPT = """ENTRY(Reset)
MEMORY { FLASH (rx) : ORIGIN = 0, LENGTH = 256K  RAM (rw) : ORIGIN = 0x20000000, LENGTH = 64K }
SECTIONS {
  .text : { *(.text.Reset) *(.text*) *(.rodata*) } > FLASH
  .ARM.exidx : { *(.ARM.exidx*) } > FLASH
  .bss : { *(.bss*) } > RAM
  .data : { *(.data*) } > RAM
  ASSERT(SIZEOF(.data) == 0, "nothing copies first values")
}
"""


def build(folder: Path, defines: Sequence[str]) -> bytes:
    """The stack, the driver and ``usbd_app.c``: what stands at address 0."""
    elf = folder / "usbd.elf"
    (folder / "memory.ld").write_text(LINKER_SCRIPT)
    compile_arm(
        "cortex-m4f",
        [Path(__file__).with_name("usbd_app.c"), *sorted(STACK.glob("*.c")), *sorted(PORT.glob("usb_*.c"))],
        include_dirs=(INCLUDE_DIR, FIRMWARE_DIR / "libc", STACK, PORT, CORE),
        linker_script=folder / "memory.ld",
        out_elf=elf,
        defines=("KWS_SERIAL_USB=1", *defines),
    )
    return elf.read_bytes()


class UsbdModel(Transfers):
    """A board that runs ``elf``, on a host's bus."""

    def __init__(self, elf: bytes, svd: Svd, *, cable: bool = True) -> None:
        from unicorn import UC_ARCH_ARM, UC_MODE_MCLASS, UC_MODE_THUMB, Uc
        from unicorn import arm_const as arm

        self._arm = arm
        self._svd = svd
        self._known = {*svd.addresses("USBD"), *svd.addresses("POWER"), *ERRATA}
        self._words: dict[int, int] = {}
        self.wrong: list[str] = []
        self.cable = cable
        self._forget()
        uc = self._uc = Uc(UC_ARCH_ARM, UC_MODE_THUMB | UC_MODE_MCLASS)
        uc.ctl_set_cpu_model(arm.UC_CPU_ARM_CORTEX_M4)
        uc.mem_map(0, FLASH_BYTES)
        uc.mem_map(RAM, RAM_BYTES)
        uc.mem_map(SYSTEM, 0x1000)
        uc.mem_map(FICR, 0x1000)
        uc.mem_write(FICR + 0x60, DEVICE_ID)
        uc.mmio_map(LOW, LOW_BYTES, self._read, None, self._write, None)
        self._load(elf)
        uc.reg_write(arm.UC_ARM_REG_SP, RAM + RAM_BYTES)
        self._pc = int.from_bytes(elf[24:28], "little") | 1

    def _load(self, elf: bytes) -> None:
        start = int.from_bytes(elf[28:32], "little")
        for header in range(int.from_bytes(elf[44:46], "little")):
            at = start + 32 * header
            kind, offset, address, _, size = (
                int.from_bytes(elf[at + 4 * i : at + 4 * i + 4], "little") for i in range(5)
            )
            if kind == 1:
                self._uc.mem_write(address, elf[offset : offset + size])

    def _forget(self) -> None:
        """What the controller holds, gone."""
        self._sent: dict[int, bytes] = {}  # by endpoint: a packet for the host
        self._held: dict[int, bytes] = {}  # a packet of the host's, not fetched yet
        self._takes: set[int] = set()
        self._status = self._stalled = False
        self._halted: set[int] = set()
        self.toggles_cleared: list[int] = []

    # ---- registers

    def _at(self, path: str, index: int = 0, step: int = 4) -> int:
        return self._svd.register(path).address + step * index

    def _set(self, path: str, value: int, index: int = 0) -> None:
        self._words[self._at(path, index)] = value

    def get(self, path: str, index: int = 0, step: int = 4) -> int:
        """What a register holds."""
        return self._words.get(self._at(path, index, step), 0)

    def _read(self, _uc: Any, offset: int, _size: int, _user: Any) -> int:
        address = LOW + offset
        if address not in self._known:
            self.wrong.append(f"read {address:#x}")
        if address == self._at("POWER.USBREGSTATUS"):
            return 3 if self.cable else 0
        return self._words.get(address, 0)

    def _write(self, _uc: Any, offset: int, _size: int, value: int, _user: Any) -> None:
        address = LOW + offset
        if address not in self._known:
            self.wrong.append(f"wrote {address:#x}")
        if address in (self._at("USBD.EVENTCAUSE"), self._at("USBD.EPDATASTATUS")):
            self._words[address] = self._words.get(address, 0) & ~value
            return
        self._words[address] = value
        self._act(address, value)

    def _act(self, address: int, value: int) -> None:
        endpoint = (address & 0x1F) // 4
        if self._at("USBD.TASKS_STARTEPIN") <= address < self._at("USBD.TASKS_STARTISOIN"):
            self._start_in((address - self._at("USBD.TASKS_STARTEPIN")) // 4)
        elif self._at("USBD.TASKS_STARTEPOUT") <= address < self._at("USBD.TASKS_STARTISOOUT"):
            self._start_out((address - self._at("USBD.TASKS_STARTEPOUT")) // 4)
        elif address == self._at("USBD.TASKS_EP0RCVOUT"):
            self._takes.add(0)
        elif address == self._at("USBD.TASKS_EP0STATUS"):
            self._status = True
        elif address == self._at("USBD.TASKS_EP0STALL"):
            self._stalled = True
        elif self._at("USBD.SIZE.EPOUT") <= address < self._at("USBD.SIZE.ISOOUT"):
            self._takes.add(endpoint)
            self._held.pop(endpoint, None)
        elif address == self._at("USBD.EPSTALL"):
            (self._halted.add if value & 0x100 else self._halted.discard)(value & 0x87)
            self._sent.pop(value & 7, None) if value & 0x80 else None
        elif address == self._at("USBD.DTOGGLE") and value & 0x300 == 0x100:
            self.toggles_cleared.append(value & 0x87)
        elif address == self._at("USBD.ENABLE"):
            self._enable(value)
        elif address == self._at("USBD.USBPULLUP") and value and (self._words[E171], self._words[E187]) != (0, 0):
            self.wrong.append("connected with the remedies of errata 171 and 187 still on")

    def _enable(self, value: int) -> None:
        self._forget()
        if not value:
            return
        if (self._words.get(E171), self._words.get(E187)) != (0xC0, 3) or self._words.get(KEY) != 0x9375:
            self.wrong.append("enabled without the remedies of errata 171 and 187")
        self._set("USBD.EVENTCAUSE", self.get("USBD.EVENTCAUSE") | 0x800)

    # ---- EasyDMA

    def _dma(self, way: str, endpoint: int) -> tuple[int, int]:
        pointer, length = (self.get(f"USBD.{way}.{name}", endpoint, 0x14) for name in ("PTR", "MAXCNT"))
        if self._words.get(E199) != 0x82:
            self.wrong.append("a transfer without the remedy of erratum 199")
        if not RAM <= pointer <= RAM + RAM_BYTES - length or length > PACKET:
            self.wrong.append(f"DMA of {length} bytes at {pointer:#x}")
            return RAM, 0
        return pointer, length

    def _start_in(self, endpoint: int) -> None:
        pointer, length = self._dma("EPIN", endpoint)
        if endpoint in self._sent or not self.get("USBD.EPINEN") >> endpoint & 1:
            self.wrong.append(f"IN {endpoint} started when it was busy or closed")
        self._sent[endpoint] = bytes(self._uc.mem_read(pointer, length))
        self._set("USBD.EVENTS_ENDEPIN", 1, endpoint)

    def _start_out(self, endpoint: int) -> None:
        pointer, length = self._dma("EPOUT", endpoint)
        if (packet := self._held.pop(endpoint, None)) is None or len(packet) != length:
            self.wrong.append(f"OUT {endpoint} fetched when it had nothing, or not its length")
        else:
            self._uc.mem_write(pointer, packet)
        if endpoint:
            self._takes.add(endpoint)
        self._set("USBD.EVENTS_ENDEPOUT", 1, endpoint)

    # ---- the core

    def run(self, looks: int = 1) -> None:
        """Some thousand instructions."""
        for _ in range(looks):
            self._uc.emu_start(self._pc, 0xFFFF_FFFE, count=SLICE)
            self._pc = self._uc.reg_read(self._arm.UC_ARM_REG_PC) | 1

    @property
    def was_reset(self) -> bool:
        """Whether the firmware asked for a reset of the chip."""
        return int.from_bytes(self._uc.mem_read(AIRCR, 4), "little") == 0x05FA0004

    @property
    def connected(self) -> bool:
        """Whether the pull-up says that a device is there."""
        return self.get("USBD.USBPULLUP") == 1

    # ---- the host

    def reset(self) -> None:
        self._forget()
        self._set("USBD.EVENTS_USBRESET", 1)
        self.run(2)

    def setup(self, setup: Setup) -> None:
        self._sent.pop(0, None)
        self._held.pop(0, None)
        self._takes.discard(0)
        self._status = self._stalled = False
        for index, byte in enumerate(setup.packed()):
            self._set("USBD.BMREQUESTTYPE", byte, index)
        self._set("USBD.EVENTS_EP0SETUP", 1)
        self._status = (setup.kind, setup.request) == (0, 5)  # which the controller answers itself
        self.run()

    def control_in(self) -> bytes | int:
        for _ in range(PATIENCE):
            if self._stalled:
                return STALL
            if 0 in self._sent:
                packet = self._sent.pop(0)
                self._set("USBD.EVENTS_EP0DATADONE", 1)
                self.run()
                return packet
            if self._status:
                return b""
            self.run()
        return NAK

    def control_out(self, data: bytes) -> int:
        for _ in range(PATIENCE):
            if self._stalled:
                return STALL
            if 0 in self._takes:
                self._takes.discard(0)
                self._held[0] = data
                self._set("USBD.SIZE.EPOUT", len(data), 0)
                self._set("USBD.EVENTS_EP0DATADONE", 1)
                self.run()
                return len(data)
            if self._status and not data:
                return 0
            self.run()
        return NAK

    def bulk_in(self) -> bytes | int:
        if 0x82 in self._halted:
            return STALL
        self.run()
        if 2 not in self._sent:
            return NAK
        packet = self._sent.pop(2)
        self._data_done(1 << 2)
        return packet

    def bulk_out(self, data: bytes) -> bool:
        if 2 not in self._takes or 2 in self._halted or not self.get("USBD.EPOUTEN") >> 2 & 1:
            self.run()
            return False
        self._takes.discard(2)
        self._held[2] = data
        self._set("USBD.SIZE.EPOUT", len(data), 2)
        self._data_done(1 << 18)
        return True

    def _data_done(self, bit: int) -> None:
        self._set("USBD.EPDATASTATUS", self.get("USBD.EPDATASTATUS") | bit)
        self._set("USBD.EVENTS_EPDATA", 1)
        self.run()

    def event(self, cause: int) -> None:
        """A change of the bus's state: bits of EVENTCAUSE."""
        self._set("USBD.EVENTCAUSE", self.get("USBD.EVENTCAUSE") | cause)
        self._set("USBD.EVENTS_USBEVENT", 1)
        self.run()
