"""A compiler with the sanitizers, and programs built with it."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from firmware_tools.errors import FirmwareError
from firmware_tools.firmware import INCLUDE_DIR

SANITIZERS = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer")
FLAGS = ("-std=c99", "-Wall", "-Wextra", "-Werror", "-O1", "-g")
CANDIDATES = ("gcc", "clang")  # zig's clang comes without AddressSanitizer's library
SAID_CHARACTERS = 2_000


@cache
def sanitizing_compiler() -> str | None:
    """The first compiler here whose sanitized programs run; None where there is none."""
    for name in CANDIDATES:
        found = shutil.which(name)
        if found is None:
            continue
        with tempfile.TemporaryDirectory(prefix="kws-sanitized-") as folder:
            source, program = Path(folder) / "a.c", Path(folder) / "a"
            source.write_text("int main(void) { return 0; }\n")
            build = [found, *SANITIZERS, str(source), "-o", str(program)]
            if not subprocess.run(build, capture_output=True, check=False).returncode and not _run([program])[0]:
                return found
    return None


def build_objects(sources: Sequence[Path], folder: Path, flags: Sequence[str] = ()) -> list[Path]:
    """Sanitized objects of C files in ``folder``, to be given to :func:`build_program`.

    Raises:
        FirmwareError: no compiler has the sanitizers, or it refused.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _compile(["-c", *flags, f"-I{INCLUDE_DIR}", *map(str, sources)], folder, "objects")
    return [folder / f"{source.stem}.o" for source in sources]


def build_program(
    sources: Sequence[Path | str], headers: Mapping[str, str], folder: Path, *, includes: Sequence[Path], name: str
) -> Path:
    """A sanitized program in ``folder``; a ``str`` among the sources is the text of a generated one.

    Raises:
        FirmwareError: no compiler has the sanitizers, or it refused.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for file_name, text in headers.items():
        (folder / file_name).write_text(text, encoding="utf-8")
    files = []
    for number, source in enumerate(sources):
        path = folder / f"{name}_{number}.c" if isinstance(source, str) else source
        if isinstance(source, str):
            path.write_text(source, encoding="utf-8")
        files.append(str(path))
    _compile([*(f"-I{path}" for path in (folder, INCLUDE_DIR, *includes)), *files, "-o", name], folder, name)
    return folder / name


def _compile(arguments: Sequence[str], folder: Path, name: str) -> None:
    compiler = sanitizing_compiler()
    if compiler is None:
        raise FirmwareError("no compiler with AddressSanitizer", None, "install gcc or clang with its libraries")
    command = [compiler, *FLAGS, *SANITIZERS, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False, cwd=folder)
    if done.returncode:
        raise FirmwareError("C compiler refused", name, _first_error(done.stderr))


def run_program(program: Path, *arguments: object, timeout_s: float = 600.0) -> tuple[str, str]:
    """What a program printed, and what a sanitizer said of it: empty when all is well."""
    code, out, said = _run([program, *map(str, arguments)], timeout_s)
    if not code:
        return out, ""
    lines = [line for line in said.splitlines() if line.strip()]
    first = next((i for i, line in enumerate(lines) if "error" in line.lower()), 0)
    return out, f"status {code}: " + "\n".join(lines[first:])[:SAID_CHARACTERS]


def _run(command: Sequence[Path | str], timeout_s: float = 60.0) -> tuple[int, str, str]:
    settings = {"ASAN_OPTIONS": "detect_leaks=0:abort_on_error=0", "UBSAN_OPTIONS": "print_stacktrace=1"}
    try:
        done = subprocess.run(
            list(map(str, command)),
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=timeout_s,
            env=os.environ | settings,
        )
    except subprocess.TimeoutExpired:
        return -1, "", f"error: no end after {timeout_s:g} s"
    return done.returncode, done.stdout, done.stderr


def _first_error(output: str) -> str:
    lines = output.splitlines() or ["it gave no message"]
    return next((line for line in lines if "error" in line or "undefined" in line), lines[0])
