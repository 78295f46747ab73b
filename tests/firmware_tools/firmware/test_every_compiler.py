"""All C is taken by gcc, clang, zig and arm-none-eabi-gcc with -pedantic, warnings as errors: with gcc as with clang
some faults are warned of that the other does not see. A compiler that is not there is skipped.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from qemu_boards import MACHINES
from spotter_case import BUILD, LABELS
from synthetic_models import keyword_model

from firmware_tools.boards.spec import BoardSpec, list_boards
from firmware_tools.emulator import library as emulator
from firmware_tools.firmware import FIRMWARE_DIR, INCLUDE_DIR, SOURCE_DIR
from firmware_tools.frontend.spec import FrontendSpec
from firmware_tools.image.build import LIBC_DIR, board_defines
from firmware_tools.protocol import native_decoder
from firmware_tools.spotter.layers import layer_sources
from firmware_tools.spotter.sources import spotter_sources
from firmware_tools.toolchain.cores import CORE_FLAGS
from kws_data.augment.native import library as augment

FLAGS = ("-Wall", "-Wextra", "-Werror", "-pedantic", "-Wshadow", "-Wvla", "-O2", "-c")
HOST = ("gcc", "clang", "zig")
ARM = "arm-none-eabi-gcc"

#: What arm-none-eabi-gcc calls the cores; others are not ARM's.
ARM_CORES = {
    "cortex-m0+": ("-mcpu=cortex-m0plus", "-mfloat-abi=soft"),
    "cortex-m3": ("-mcpu=cortex-m3", "-mfloat-abi=soft"),
    "cortex-m4": ("-mcpu=cortex-m4", "-mfloat-abi=soft"),
    "cortex-m4f": ("-mcpu=cortex-m4", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard"),
    "cortex-m7": ("-mcpu=cortex-m7", "-mfpu=fpv5-sp-d16", "-mfloat-abi=hard"),
    "cortex-m33": ("-mcpu=cortex-m33+nodsp+nofp", "-mfloat-abi=soft"),
    "cortex-m33f": ("-mcpu=cortex-m33", "-mfpu=fpv5-sp-d16", "-mfloat-abi=hard"),
    "cortex-m55": ("-mcpu=cortex-m55", "-mfloat-abi=hard"),
}
BOARDS = {board.name: board for board in (*list_boards(), *(machine.board for machine in MACHINES))}


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Folders of what is generated for a windowed and a streaming spotter, and for the app that times layers."""
    spec, folder = FrontendSpec(), tmp_path_factory.mktemp("generated")
    tflite = keyword_model(frames=spec.frames(16_000), features=spec.features, labels=5, kernel=5, stride=1, valid=True)
    sets = {
        kind: spotter_sources(spec, tflite, LABELS, 10, BUILD, streaming=kind == "streaming")
        for kind in ("windowed", "streaming")
    }
    sets["layers"] = layer_sources(tflite, sets["streaming"], BUILD, True)
    for kind, files in sets.items():
        (folder / kind).mkdir()
        for name, text in files.items():
            (folder / kind / name).write_text(text)
    return {kind: folder / kind for kind in sets}


def compiler(name: str) -> list[str]:
    """Its command; skips the test where it is absent."""
    if name == "zig":
        return [sys.executable, "-m", "ziglang", "cc"]
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    return [name]


def compile_all(command: Sequence[str], sources: Sequence[Path], includes: Sequence[Path], folder: Path) -> None:
    """Each source to an object in ``folder``; fails with what the compiler says of all of them."""
    flags = [*FLAGS, *(f"-I{path}" for path in includes), *map(str, sources)]
    done = subprocess.run([*command, *flags], capture_output=True, text=True, check=False, cwd=folder)
    assert done.returncode == 0, done.stderr[-4_000:]


def c_files(*folders: Path) -> list[Path]:
    return [path for folder in folders for path in sorted(folder.glob("*.c"))]


@pytest.mark.parametrize("name", HOST)
def test_what_runs_on_every_machine(name: str, generated: dict[str, Path], tmp_path: Path) -> None:
    """The portable sources, as plain C and as the algorithms of cores with the DSP extension, and generated C."""
    cc = [*compiler(name), "-std=c99"]
    compile_all(cc, c_files(SOURCE_DIR), (INCLUDE_DIR,), tmp_path)
    kernels = sorted(SOURCE_DIR.glob("kws_kernels*.c"))
    for define in ("-DKWS_DSP=1", "-DKWS_SHORT_MULTIPLY=1"):
        compile_all([*cc, define], kernels, (INCLUDE_DIR,), tmp_path)
    for folder in generated.values():
        compile_all(cc, c_files(folder), (INCLUDE_DIR, folder), tmp_path)


@pytest.mark.parametrize("name", HOST)
def test_what_runs_on_the_host_alone(name: str, tmp_path: Path) -> None:
    """The emulated board, the scanner of frames, the transforms of augmentation."""
    cc = [*compiler(name), "-std=c99"]
    compile_all(cc, c_files(emulator.SOURCES), (INCLUDE_DIR, emulator.SOURCES, emulator.REGISTERS), tmp_path)
    compile_all(cc, c_files(Path(native_decoder.__file__).parent / "native"), (INCLUDE_DIR,), tmp_path)
    compile_all(cc, c_files(augment.FOLDER), (augment.FOLDER,), tmp_path)


@pytest.mark.parametrize("core", sorted(ARM_CORES))
def test_portable_c_by_arm_gcc(core: str, generated: dict[str, Path], tmp_path: Path) -> None:
    """What every image has, for each core that GCC knows: with and without the DSP extension."""
    cc = [*compiler(ARM), "-mthumb", *ARM_CORES[core], "-std=c99", "-ffreestanding"]
    folder = generated["streaming"]
    compile_all(cc, [*c_files(SOURCE_DIR), *c_files(folder)], (INCLUDE_DIR, LIBC_DIR, folder), tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", [ARM, "clang"])
@pytest.mark.parametrize("board", BOARDS.values(), ids=lambda board: board.name)
def test_ports_and_apps(board: BoardSpec, name: str, generated: dict[str, Path], tmp_path: Path) -> None:
    """What only some images have: the board's own sources, and each app."""
    cc = [*compiler(name), *target(board.core, name), "-std=c99", "-ffreestanding"]
    cc += [f"-D{define}" for define in board_defines(board)]
    folders, apps = list(board.family.folders), FIRMWARE_DIR / "apps"
    includes = [INCLUDE_DIR, LIBC_DIR, *folders]
    compile_all(cc, c_files(*folders), includes, tmp_path)
    compile_all(cc, [apps / "recorder.c", apps / "spotter.c"], [*includes, generated["streaming"]], tmp_path)
    compile_all(cc, [apps / "mlperf.c"], [*includes, generated["windowed"]], tmp_path)
    compile_all(cc, [apps / "layers.c"], [*includes, generated["layers"]], tmp_path)


def target(core: str, name: str) -> list[str]:
    """Flags of a core; skips the test where the compiler has none."""
    if core in ARM_CORES:
        return ["-mthumb", *ARM_CORES[core], *(["--target=arm-none-eabi"] if name == "clang" else [])]
    if name != "clang":
        pytest.skip(f"{name} compiles for ARM alone")
    return ["--target=riscv32-none-elf", f"-march={core}", "-mabi=ilp32"]


def test_every_arm_core_is_known_to_gcc() -> None:
    assert set(ARM_CORES) == {core for core in CORE_FLAGS if core.startswith("cortex")}
    assert {board.core for board in BOARDS.values()} <= set(CORE_FLAGS)
