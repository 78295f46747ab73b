"""The STM32 ports: registers against ST's SVD files, the microphone's queue on the host; test_qemu runs the rest."""

from __future__ import annotations

import ctypes
import dataclasses
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from stm32_registers import Stm32Registers
from svd import checked, complaints, load_svd

from firmware_tools.boards.port import peripheral
from firmware_tools.boards.spec import board_from_dict, load_board
from firmware_tools.errors import BoardError, FirmwareError
from firmware_tools.firmware import FIRMWARE_DIR, INCLUDE_DIR
from firmware_tools.image.build import build_image
from firmware_tools.toolchain.compile import compile_host

PARTS = Path(__file__).parents[2] / "parts"
PORTS, SHARED = FIRMWARE_DIR / "ports", FIRMWARE_DIR / "shared"
BOARDS = ("nucleo_f411re", "b_l475e_iot01a")
BLOCK, RING, STEPS = 128, 256, 97
SETTLE_MS = 100
SETTLING = 13  # blocks in 100 ms, rounded up
RNG = np.random.default_rng(17)

# ---- registers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("port", "file"), [("stm32f4", "STM32F429x.svd"), ("stm32l4", "STM32L4x5.svd")])
def test_every_register_and_field_is_where_the_vendor_says(port: str, file: str) -> None:
    header = (PORTS / port / "stm32_family.h").read_text()
    assert complaints(header, load_svd(file)) == []
    assert checked(header) > 90


def test_the_f405_has_the_same_registers_as_far_as_its_file_names_them() -> None:
    header = (PORTS / "stm32f4" / "stm32_family.h").read_text()
    found = complaints(header, load_svd("STM32F41x.svd"))
    other_names = r"the chip has no (irq \w+|PWR\.CR\.VOS|RCC\.PLLI2SCFGR\.PLLI2S[NR]@?)$"
    assert [line for line in found if not re.search(other_names, line)] == []
    assert len(found) == 9


@pytest.mark.parametrize("folder", [PORTS / "stm32f4", PORTS / "stm32l4", SHARED / "stm32"], ids=lambda path: path.name)
def test_no_register_is_used_beside_the_headers(folder: Path) -> None:
    for path in sorted(folder.glob("*.c")):
        assert not re.findall(r"0x[45E]00[0-9A-Fa-f]{5}", path.read_text()), path.name


# ---- boards ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", BOARDS)
def test_the_board_builds_and_starts_from_flash(name: str, tmp_path: Path) -> None:
    board = load_board(name)
    content = build_image(board, "recorder", {}, tmp_path).bin.read_bytes()
    stack, reset = int.from_bytes(content[:4], "little"), int.from_bytes(content[4:8], "little")
    assert stack == board.ram.origin + board.stack_bytes
    assert board.flash.origin < reset < board.flash.origin + len(content) and reset & 1
    assert board.proven and not any("works" in line for line in board.proven)


@pytest.mark.parametrize(
    ("name", "changes", "message"),
    [
        ("nucleo_f411re", {"clock_hz": 216_000_000}, "clock_hz of an STM32F4 board is 48 to 168 MHz"),
        ("b_l475e_iot01a", {"clock_hz": 81_000_000}, "clock_hz of an STM32L4 board is 32 to 80 MHz"),
    ],
)
def test_a_clock_that_the_pll_cannot_make_is_refused(
    name: str, changes: dict[str, int], message: str, tmp_path: Path
) -> None:
    with pytest.raises(FirmwareError, match=message):
        build_image(dataclasses.replace(load_board(name), **changes), "recorder", {}, tmp_path)


def test_a_board_file_says_where_its_clock_comes_from() -> None:
    board = load_board("nucleo_f411re")
    assert board.oscillator.defines("KWS_OSCILLATOR") == (
        *("KWS_OSCILLATOR_HSE=1", "KWS_OSCILLATOR_MHZ=8", "KWS_OSCILLATOR_BYPASS=1"),
    )
    assert board_from_dict(board.to_dict()) == board
    with pytest.raises(BoardError, match="oscillator"):
        board_from_dict(board.to_dict() | {"oscillator": {"kind": "msi"}})
    assert peripheral({"kind": "hsi"}, board.family.oscillators, "x").settings == ()


# ---- what the image writes into the registers ------------------------------------------------------------------------

F4, L4 = "STM32F429x.svd", "STM32L4x5.svd"
F405, F411 = 0x413, 0x431


def bits(held: Stm32Registers, name: str, count: int) -> int:
    """A number of which the SVD file names each bit: PLLN0, PLLN1, ..."""
    return sum(held[f"RCC.PLLCFGR.{name}{bit}"] << bit for bit in range(count))


def pll_mhz(held: Stm32Registers, source_mhz: int) -> float:
    """RM0090, 7.3.2: the PLL's frequencies, each within its limits."""
    entry = source_mhz / bits(held, "PLLM", 6)
    vco = entry * bits(held, "PLLN", 9)
    assert 1 <= entry <= 2 and 192 <= vco <= 432
    return vco / (2 * bits(held, "PLLP", 2) + 2)


def function(held: Stm32Registers, pin: int) -> tuple[int, int]:
    """Mode and alternate function of a pin; ports lie 0x400 apart."""
    port, number = pin // 16 * 0x400, pin % 16
    mode = held.word(held.svd.register("GPIOA.MODER").address + port) >> 2 * number & 3
    name = "GPIOA.AFRL" if number < 8 else "GPIOA.AFRH"
    return mode, held.word(held.svd.register(name).address + port) >> 4 * (number % 8) & 15


@pytest.mark.parametrize(("device", "clock_mhz"), [(F411, 96), (F405, 168), (F405, 84), (F411, 100)])
def test_an_f4_runs_at_its_clock_and_its_i2s_at_16000_hz(device: int, clock_mhz: int, tmp_path: Path) -> None:
    board = dataclasses.replace(load_board("nucleo_f411re"), clock_hz=clock_mhz * 1_000_000)
    held = Stm32Registers(board, F4, tmp_path, device=device)
    assert held["RCC.PLLCFGR.PLLSRC"] == 1 and held["RCC.CR.HSEBYP"] == 1
    assert pll_mhz(held, 8) == clock_mhz
    assert held["RCC.CFGR.SW1"] == 1 and held["FLASH.ACR.LATENCY"] == -(-clock_mhz // 30) - 1
    apb1 = clock_mhz // {4: 2, 5: 4}[held["RCC.CFGR.PPRE1"]]
    assert apb1 <= (42 if device == F405 else 50)
    assert abs(apb1 * 1e6 / held["USART2.BRR"] / board.baud - 1) < 0.02
    assert held["TIM2.PSC"] + 1 == 2 * apb1  # a timer runs at twice its bus where that is divided
    own = held["RCC.PLLI2SCFGR"] & 63
    assert own == (8 if device == F411 else 0)
    clock_hz = 8e6 / (own or bits(held, "PLLM", 6)) * held["RCC.PLLI2SCFGR.PLLI2SN"] / held["RCC.PLLI2SCFGR.PLLI2SR"]
    divider = 2 * held["SPI2.I2SPR.I2SDIV"] + held["SPI2.I2SPR.ODD"]
    assert clock_hz / (64 * divider) == 16_000  # RM0090, 28.4.4: 32-bit slots, no master clock
    assert (held["SPI2.I2SCFGR.I2SCFG"], held["SPI2.I2SCFGR.I2SSTD"], held["SPI2.I2SCFGR.DATLEN"]) == (3, 0, 2)
    assert held["SPI2.I2SCFGR.I2SE"] == held["SPI2.I2SCFGR.I2SMOD"] == held["SPI2.CR2.RXDMAEN"] == 1
    assert (held["DMA1.S3PAR"], held["DMA1.S3NDTR"]) == (held.svd.register("SPI2.DR").address, 4 * RING)
    assert [held[f"DMA1.S3CR.{one}"] for one in ("CHSEL", "DIR", "CIRC", "MINC", "EN")] == [0, 0, 1, 1, 1]
    assert [function(held, pin) for pin in (29, 28, 31, 2, 3)] == [(2, 5)] * 3 + [(2, 7)] * 2


def test_an_f4_whose_crystal_does_not_start_makes_the_same_of_its_own_oscillator(tmp_path: Path) -> None:
    held = Stm32Registers(load_board("nucleo_f411re"), F4, tmp_path, {"HSERDY"}, F411)
    assert held["RCC.PLLCFGR.PLLSRC"] == 0 and pll_mhz(held, 16) == 96
    assert held["RCC.PLLI2SCFGR"] & 63 == 16


def test_an_l4_runs_at_80_mhz_and_its_dfsdm_at_16000_hz(tmp_path: Path) -> None:
    held = Stm32Registers(load_board("b_l475e_iot01a"), L4, tmp_path)
    assert held["RCC.PLLCFGR.PLLSRC"] == 1 and held["RCC.PLLCFGR.PLLREN"] == 1
    assert 4 * held["RCC.PLLCFGR.PLLN"] / (held["RCC.PLLCFGR.PLLM"] + 1) / (2 * held["RCC.PLLCFGR.PLLR"] + 2) == 80
    assert (held["RCC.CFGR.SW"], held["FLASH.ACR.LATENCY"], held["TIM2.PSC"]) == (3, 4, 79)
    assert abs(80e6 / held["USART1.BRR"] / 921_600 - 1) < 0.01
    divider, bits_a_sample = held["DFSDM.CHCFG0R1.CKOUTDIV"] + 1, held["DFSDM.DFSDM0_FCR.FOSR"] + 1
    assert 1e6 <= 80e6 / divider <= 3.25e6  # what an MP34DT01 takes
    assert 80e6 / divider / bits_a_sample == 16_000 and held["DFSDM.DFSDM0_CR1.FAST"] == 1
    assert held["DFSDM.DFSDM0_FCR.FORD"] == 3 and bits_a_sample**3 < 1 << 23
    assert held["DFSDM.CHCFG0R1.DFSDMEN"] == held["DFSDM.CHCFG2R1.CHEN"] == 1
    assert (held["DFSDM.CHCFG2R1.SPICKSEL"], held["DFSDM.CHCFG2R1.SITP"]) == (1, 0)
    filter0 = [held[f"DFSDM.DFSDM0_CR1.{one}"] for one in ("DFEN", "RCONT", "RDMAEN", "RSWSTART", "RCH")]
    assert filter0 == [1, 1, 1, 1, 2]
    assert (held["DMA1.CPAR4"], held["DMA1.CNDTR4"]) == (held.svd.register("DFSDM.DFSDM0_RDATAR").address, RING)
    wanted = {"EN": 1, "CIRC": 1, "MINC": 1, "DIR": 0, "PSIZE": 2, "MSIZE": 2}
    assert {one: held[f"DMA1.CCR4.{one}"] for one in wanted} == wanted
    assert [function(held, pin) for pin in (73, 71, 22, 23)] == [(2, 6)] * 2 + [(2, 7)] * 2


def test_an_l4_whose_pll_does_not_start_runs_on_its_own_16_mhz(tmp_path: Path) -> None:
    held = Stm32Registers(load_board("b_l475e_iot01a"), L4, tmp_path, {"PLLRDY"})
    assert (held["RCC.CFGR.SW"], held["TIM2.PSC"]) == (1, 15)
    assert 16e6 / (held["DFSDM.CHCFG0R1.CKOUTDIV"] + 1) / (held["DFSDM.DFSDM0_FCR.FOSR"] + 1) == 16_000


# ---- the microphone's queue ------------------------------------------------------------------------------------------


class Microphone:
    """stm32_mic.c on the host, with a DMA that is ours."""

    def __init__(self) -> None:
        library = compile_host(
            [SHARED / "stm32" / "stm32_mic.c", PARTS / "stm32_mic_stand_in.c"],
            include_dirs=(INCLUDE_DIR, SHARED / "cortex_m", SHARED / "stm32", PORTS / "stm32l4"),
            name="stm32mic",
            flags=[f"-DKWS_MIC_SETTLE_MS={SETTLE_MS}", "-DKWS_MIC_GAIN_SHIFT=3", "-Wno-int-to-pointer-cast"],
        )
        self.c = ctypes.CDLL(str(library))
        self.c.kws_port_mic_read.restype = ctypes.c_size_t
        self.came = 0
        self.place = 0  # of the sample that is read next, counted without those lost
        assert self.c.kws_port_mic_start(16_000) == 0

    def run(self, samples: int, served: Callable[[int], bool] = lambda at: True) -> None:
        """Let samples come; the interrupt is raised at each half of the ring, and served at once or when it may be."""
        pending = False
        for _ in range(samples):
            self.c.stand_in_pass(1)
            self.came += 1
            pending |= self.came % BLOCK == 0
            if pending and served(self.came):
                self.c.stm32_mic_handler()
                pending = False

    def read(self) -> int:
        """Fetch all that waits, and check that each sample is the one that its number says. Returns how many."""
        total = 0
        while True:
            lost = self.c.kws_port_mic_overruns()
            buffer = (ctypes.c_int16 * 100)()
            count = self.c.kws_port_mic_read(buffer, 100)
            if count == 0:
                return total
            at = SETTLING * BLOCK + lost + self.place + np.arange(count)
            expected = (1000 + 200 * (at // BLOCK % STEPS)) * np.where(at % 2, -1, 1)
            assert np.abs(np.array(buffer[:count]) - expected).max() < 90  # the mean that is taken away moves a little
            self.place += count
            total += count

    @property
    def lost(self) -> int:
        return int(self.c.kws_port_mic_overruns())


def test_samples_come_in_order_after_the_transient() -> None:
    microphone = Microphone()
    microphone.run(SETTLING * BLOCK)
    assert microphone.read() == 0
    for _ in range(60):
        microphone.run(700)
        microphone.read()
    assert microphone.lost == 0
    assert microphone.place == 60 * 700 // BLOCK * BLOCK
    assert microphone.c.kws_port_mic_gain_cdb() == 1806
    assert microphone.c.kws_port_mic_start(8_000) < 0


@pytest.mark.parametrize("late", [1, 100, 127, 128, 129, 255, 256, 257, 1_000, 16_000, 100_000])
def test_an_interrupt_however_late_costs_exactly_the_blocks_that_it_missed(late: int) -> None:
    microphone = Microphone()
    microphone.run(20 * BLOCK)
    microphone.read()
    held = 21 * BLOCK
    microphone.run(BLOCK + late + 6 * BLOCK, lambda at: at < held or at >= held + late)
    microphone.read()
    assert microphone.lost == late // BLOCK * BLOCK
    assert microphone.place + microphone.lost == (microphone.came // BLOCK - SETTLING) * BLOCK


def test_a_main_loop_that_is_late_loses_the_newest_blocks_in_a_known_place() -> None:
    microphone = Microphone()
    microphone.run((SETTLING + 50) * BLOCK)
    assert microphone.read() == 32 * BLOCK
    microphone.run(BLOCK)
    microphone.read()
    assert microphone.lost == 18 * BLOCK


def test_no_sample_is_ever_in_a_wrong_place_whatever_is_late() -> None:
    microphone = Microphone()
    for _ in range(150):
        begun, late = microphone.came, int(RNG.integers(0, 900))
        quick = RNG.random() < 0.6
        microphone.run(int(RNG.integers(1, 6_000)), lambda at, b=begun, d=late, q=quick: q or at - b >= d)
        if RNG.random() < 0.8:
            microphone.read()
    microphone.run(2 * BLOCK)
    microphone.read()
    assert microphone.lost > 0
    assert microphone.place + microphone.lost <= (microphone.came // BLOCK - SETTLING) * BLOCK
