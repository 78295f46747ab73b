"""Examples of the packages as running boards: this PC, a file as microphone, a pseudo-terminal as line."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from packages import STAND_INS, WARNINGS, written, zig

MACHINES = STAND_INS / "machines"
_CPP = ("-x", "c++", "-std=gnu++14", "-Wall", "-Wextra", "-Werror")


@dataclass(frozen=True)
class Framework:
    """What is compiled for an example, besides the C that all packages have.

    Attributes:
        stand_ins: folder of the framework's headers.
        example: path of an example in the package.
        glue: the package's own C for the framework's drivers.
        machine: the framework itself, as it is on this PC.
        settings: compiler flags.
    """

    stand_ins: str
    example: str
    glue: tuple[str, ...]
    machine: str
    settings: tuple[str, ...] = ()


FRAMEWORKS = {
    "arduino": Framework("arduino", "examples/{0}/{0}.ino", (), "arduino.cpp"),
    "esp-idf": Framework(
        "esp_idf",
        "examples/{}/main/main.c",
        ("src/kws_esp32.c", "src/kws_esp32_line.c"),
        "esp_idf.c",
        ("-DCONFIG_KWS_SERIAL_UART=1",),
    ),
    "zephyr": Framework(
        "zephyr", "samples/{}/src/main.c", ("zephyr/kws_zephyr.c",), "zephyr.c", ("-Dmain=zephyr_main",)
    ),
}


def common_objects(folder: Path) -> Path:
    """The C that all packages have, and the machine, in one object file."""
    package = written("cmake", folder / "package")
    includes = [f"-I{package / name}" for name in ("include", "src")]
    sources = [*sorted((package / "src").glob("*.c")), MACHINES / "machine.c"]
    zig("-std=gnu99", "-O2", "-ffunction-sections", "-nostdlib", "-r", *includes, *sources, "-o", folder / "common.o")
    return folder / "common.o"


def build_example(kind: str, example: str, common: Path, folder: Path, settings: tuple[str, ...] = ()) -> Path:
    """A program of a package's example (``recorder``, ``spotter``, ``evaluate``); ``settings`` in place of its own."""
    framework = FRAMEWORKS[kind]
    package = folder / kind
    if not package.is_dir():
        written(kind, package)
    if kind == "arduino":
        example = example.title()
    places = [STAND_INS / framework.stand_ins, package / "include", package / "src", MACHINES]
    flags = ["-O1", *(f"-I{place}" for place in places), *(settings or framework.settings)]
    objects = []
    for path in (package / framework.example.format(example), *(package / one for one in framework.glue)):
        objects.append(folder / f"{kind}-{example}-{path.stem}.o")
        _compile(path, flags, objects[-1], kind)
    objects.append(folder / f"{kind}-machine.o")
    its_own = [flag for flag in flags if not flag.startswith("-Dmain=")]
    _compile(MACHINES / framework.machine, its_own, objects[-1], kind)
    program = folder / f"{kind}-{example}"
    zig(*objects, common, "-lpthread", "-Wl,--gc-sections", "-o", program)
    return program


def _compile(path: Path, flags: list[str], to: Path, kind: str) -> None:
    if kind == "arduino":
        zig(*_CPP, "-include", STAND_INS / "arduino/Arduino.h", *flags, "-c", path, "-o", to, language="c++")
    else:
        zig(*WARNINGS, *flags, "-c", path, "-o", to)


@contextmanager
def running(program: Path, *arguments: object) -> Iterator[str]:
    """An example that runs inside the block; gives the name of its line. Arguments as ``machine.h`` says."""
    with subprocess.Popen([program, *map(str, arguments)], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.kill()
