"""The C of each package compiles, warnings as errors: for every core, by gcc, and its examples against stand-ins."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from packages import STAND_INS, WARNINGS, call, written, zig

from firmware_tools.firmware import FIRMWARE_DIR
from firmware_tools.toolchain.cores import CORE_FLAGS


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("packages")
    return {kind: written(kind, folder / kind) for kind in ("arduino", "esp-idf", "zephyr", "cmake")}


def portable(folder: Path) -> list[Path]:
    """The C that every package has; that of the framework's drivers left out."""
    return sorted(path for path in (folder / "src").glob("*.c") if not path.name.startswith("kws_esp32"))


@pytest.mark.parametrize("core", sorted(CORE_FLAGS))
def test_for_every_core(core: str, packages: dict[str, Path], tmp_path: Path) -> None:
    folder = packages["cmake"]
    includes = [f"-I{folder / name}" for name in ("include", "src")] + [f"-I{FIRMWARE_DIR / 'libc'}"]
    flags = [*CORE_FLAGS[core], *WARNINGS, "-ffreestanding", "-O2", "-nostdlib", "-r", *includes]
    zig(*flags, *portable(folder), "-o", tmp_path / "all.o")
    assert (tmp_path / "all.o").stat().st_size > 10_000


def test_every_package_has_the_same_c(packages: dict[str, Path]) -> None:
    one = {path.name: path.read_bytes() for path in portable(packages["cmake"])}
    assert {"kws_listener.c", "kws_model.c", "kws_bundle.c", "kws_recorder.c", "kws_spotter.c"} <= set(one)
    for folder in packages.values():
        assert {path.name: path.read_bytes() for path in portable(folder)} == one


def test_by_gcc(packages: dict[str, Path], tmp_path: Path) -> None:
    gcc = shutil.which("gcc")
    if gcc is None:
        pytest.skip("gcc is not installed")
    folder = packages["arduino"]
    for source in portable(folder):
        call([gcc, *WARNINGS, "-O2", "-c", str(source), "-o", str(tmp_path / f"{source.stem}.o")])


@pytest.mark.parametrize("sketch", ["Recorder", "Spotter", "Evaluate"])
def test_sketches_compile_as_cpp(sketch: str, packages: dict[str, Path], tmp_path: Path) -> None:
    folder, stand_ins = packages["arduino"], STAND_INS / "arduino"
    source = folder / "examples" / sketch / f"{sketch}.ino"
    flags = ["-x", "c++", "-std=gnu++14", "-Wall", "-Wextra", "-Werror", "-include", stand_ins / "Arduino.h"]
    zig(*flags, f"-I{stand_ins}", f"-I{folder / 'src'}", "-c", source, "-o", tmp_path / "sketch.o", language="c++")


@pytest.mark.parametrize("line", ["CONFIG_KWS_SERIAL_UART", "CONFIG_KWS_SERIAL_USB_JTAG"])
@pytest.mark.parametrize("side", ["LEFT", "RIGHT"])
def test_the_esp_idf_driver_compiles(line: str, side: str, packages: dict[str, Path], tmp_path: Path) -> None:
    folder = packages["esp-idf"]
    settings = [f"-D{line}=1", *(["-DCONFIG_KWS_I2S_RIGHT=1"] if side == "RIGHT" else [])]
    includes = [f"-I{STAND_INS / 'esp_idf'}", f"-I{folder / 'include'}"]
    for source in (folder / "src").glob("kws_esp32*.c"):
        zig(*WARNINGS, *settings, *includes, "-c", source, "-o", tmp_path / "a.o")


@pytest.mark.parametrize("example", ["recorder", "spotter", "evaluate"])
@pytest.mark.parametrize(
    ("kind", "place", "stand_ins"),
    [
        ("esp-idf", "examples/{}/main/main.c", "esp_idf"),
        ("zephyr", "samples/{}/src/main.c", "zephyr"),
    ],
)
def test_examples_compile(
    example: str, kind: str, place: str, stand_ins: str, packages: dict[str, Path], tmp_path: Path
) -> None:
    folder = packages[kind]
    includes = [f"-I{STAND_INS / stand_ins}", f"-I{folder / 'include'}"]
    zig(*WARNINGS, *includes, "-c", folder / place.format(example), "-o", tmp_path / "a.o")


def test_the_zephyr_driver_compiles(packages: dict[str, Path], tmp_path: Path) -> None:
    folder = packages["zephyr"]
    includes = [f"-I{STAND_INS / 'zephyr'}", f"-I{folder / 'include'}"]
    zig(*WARNINGS, *includes, "-c", folder / "zephyr/kws_zephyr.c", "-o", tmp_path / "a.o")
