"""The C of the ESP-IDF package on cores of ESP32 chips in QEMU, with the host's scores and detections.

RISC-V (C3, C6) by zig; Xtensa (ESP32, S3) by Debian's gcc for the LX106, whose instructions the LX6 and LX7 run too.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from packages import STAND_INS, WARNINGS, call, chatty_bundle, sound, written

from firmware_tools.firmware import FIRMWARE_DIR
from firmware_tools.toolchain.compile import compile_arm
from kws_data.evaluation.detector import HostDetector
from kws_data.evaluation.inference import stream_scores

BUNDLE, SAMPLES = chatty_bundle(), sound(3)
XTENSA_GCC = "xtensa-lx106-elf-gcc"
XTENSA_FLAGS = ("-O2", "-mlongcalls", "-mtext-section-literals", "-ffreestanding", "-nostdlib", "-ffunction-sections")


def program(name: str) -> str:
    """Path of a program; skips the test where it is absent."""
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path


def sources(folder: Path) -> list[Path]:
    """The package's C without that for the chip's drivers, and what calls it."""
    common = [path for path in sorted((folder / "src").glob("*.c")) if not path.name.startswith("kws_esp32")]
    return [STAND_INS / "bare_listener.c", *common]


def includes(folder: Path) -> tuple[Path, ...]:
    return (STAND_INS, folder / "include", folder / "src", FIRMWARE_DIR / "libc")


def samples_header() -> str:
    values = ",".join(map(str, SAMPLES.tolist()))
    return f"#define SAMPLES {len(SAMPLES)}u\nstatic const int16_t samples[SAMPLES] = {{{values}}};\n"


def check(printed: str) -> None:
    """Hold what a core printed against the host's scores and detections, byte for byte."""
    lines = printed.splitlines()
    scores, ends = stream_scores(BUNDLE, SAMPLES, BUNDLE.stream.stride_frames)
    detections = HostDetector(BUNDLE).decided(scores, ends)
    assert [line[2:] for line in lines if line[0] == "s"] == [" ".join(map(str, row)) for row in scores.tolist()]
    want = [f"{one.label} {one.score} {one.sample}" for one in detections]
    assert want and [line[2:] for line in lines if line[0] == "d"] == want


@pytest.mark.parametrize("core", ["rv32imc", "rv32imac"])
def test_riscv(core: str, tmp_path: Path) -> None:
    qemu = program("qemu-system-riscv32")
    folder, image = written("esp-idf", tmp_path / "kws", BUNDLE), tmp_path / "image.elf"
    compile_arm(
        core,
        [STAND_INS / "riscv_virt.c", *sources(folder)],
        include_dirs=includes(folder),
        linker_script=STAND_INS / "riscv_virt.ld",
        out_elf=image,
        headers={"samples.h": samples_header()},
    )
    machine = [qemu, "-machine", "virt", "-bios", "none", "-nographic", "-monitor", "none", "-serial", "stdio"]
    check(call([*machine, "-kernel", image]))


def test_xtensa(tmp_path: Path) -> None:
    gcc, qemu = program(XTENSA_GCC), program("qemu-system-xtensa")
    folder, image = written("esp-idf", tmp_path / "kws", BUNDLE), tmp_path / "image.elf"
    (tmp_path / "samples.h").write_text(samples_header())
    places = [f"-I{place}" for place in (tmp_path, *includes(folder))]
    machine = [STAND_INS / "xtensa_sim.c", STAND_INS / "xtensa_arithmetic.c"]
    link = [f"-Wl,-T,{STAND_INS / 'xtensa_sim.ld'},--gc-sections,--no-warn-rwx-segments", "-lgcc"]
    call([gcc, *WARNINGS, *XTENSA_FLAGS, *places, *machine, *sources(folder), *link, "-o", image])
    check(
        call(
            [
                qemu,
                "-machine",
                "sim",
                "-cpu",
                "de212",
                "-nographic",
                "-monitor",
                "none",
                "-semihosting",
                "-kernel",
                image,
            ]
        )
    )
