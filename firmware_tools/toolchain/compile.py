"""The C compilers: a shared library for this machine, an image for a board, WebAssembly for a browser.

All come from ``ziglang`` (clang and lld in a wheel): nothing outside PyPI is needed. Host libraries and WebAssembly are
kept in a cache named by the hash of all that goes into them; images are always built anew.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import platform
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from firmware_tools.errors import FirmwareError
from firmware_tools.firmware import INCLUDE_DIR
from firmware_tools.toolchain.cores import CORE_FLAGS, WASM_FLAGS

WARNINGS = ("-std=c99", "-Wall", "-Wextra", "-Werror", "-Wshadow", "-Wvla")

_Parts = tuple[Sequence[Path | str], Sequence[Path], Mapping[str, str]]  # sources, folders of headers, headers


def cache_dir() -> Path:
    """Where built libraries are kept: ``$KWS_CACHE_DIR``, or ``~/.cache/kws``; made when missing.

    Raises:
        FirmwareError: the folder cannot be made.
    """
    chosen = os.environ.get("KWS_CACHE_DIR")
    path = Path(chosen) if chosen else Path.home() / ".cache" / "kws"
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FirmwareError("cache folder cannot be made", str(path), f"{error.strerror}; set KWS_CACHE_DIR") from None
    return path


def compile_host(
    sources: Sequence[Path | str],
    *,
    include_dirs: Sequence[Path] = (INCLUDE_DIR,),
    name: str,
    optimise: str = "-O3",
    headers: Mapping[str, str] | None = None,
    flags: Sequence[str] = (),
) -> Path:
    """Shared library for this machine, from the cache when nothing that goes into it has changed.

    Two processes that build the same library at once both succeed: each builds aside and renames.

    Args:
        sources: a ``Path`` is a C file, a ``str`` is the text of a generated one.
        include_dirs: searched for headers; their ``.h`` files are part of the cache key.
        name: beginning of the file's name.
        optimise: optimisation flag.
        headers: generated headers, file name to text; found by ``#include "name"``.
        flags: further compiler flags, for instance ``-DNAME=1``.

    Raises:
        FirmwareError: with the compiler's first message, when it refuses.
    """
    command_flags = [*WARNINGS, optimise, "-g0", "-fPIC", *flags]
    parts = (sources, include_dirs, headers or {})
    key = _key(_machine(), parts, command_flags)
    return _cached(f"{name}-{key[:20]}.so", ["-shared", "-s", *command_flags], parts, name)


def compile_wasm(
    sources: Sequence[Path | str],
    *,
    include_dirs: Sequence[Path] = (INCLUDE_DIR,),
    name: str,
    headers: Mapping[str, str] | None = None,
    flags: Sequence[str] = (),
) -> bytes:
    """A WebAssembly module that imports nothing, from the cache as :func:`compile_host`; the same bytes anywhere.
    It exports its memory and what the sources mark with ``__attribute__((export_name("...")))``.

    Raises:
        FirmwareError: with the compiler's or linker's first message, when it refuses.
    """
    command_flags = [*WASM_FLAGS, *WARNINGS, *flags]
    parts = (sources, include_dirs, headers or {})
    key = _key(compiler_version(), parts, command_flags)
    return _cached(f"{name}-{key[:20]}.wasm", ["-s", *command_flags], parts, name).read_bytes()


def _cached(file_name: str, command: Sequence[str], parts: _Parts, name: str) -> Path:
    """The file of that name in the cache, built when it is not there."""
    sources, include_dirs, headers = parts
    path = cache_dir() / file_name
    if path.exists():
        return path
    try:
        with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=cache_dir()) as folder:
            work = Path(folder)
            files = _materialise(sources, headers, work)
            includes = [f"-I{work}", *(f"-I{one}" for one in include_dirs)]
            built = work / f"built{path.suffix}"
            _run([*_compiler(), *command, *includes, *files, "-o", str(built)], name)
            built.replace(path)
    except OSError as error:
        raise FirmwareError(
            "cache folder cannot be written", str(path.parent), f"{error.strerror}; set KWS_CACHE_DIR"
        ) from None
    return path


def compile_arm(
    core: str,
    sources: Sequence[Path | str],
    *,
    include_dirs: Sequence[Path] = (INCLUDE_DIR,),
    linker_script: Path,
    out_elf: Path,
    headers: Mapping[str, str] | None = None,
    defines: Sequence[str] = (),
    optimise: str = "-O2",
    flags: Sequence[str] = (),
) -> None:
    """Compile and link an image for a core into ``out_elf``, warnings as errors, unused functions dropped.

    The same sources give the same bytes wherever they are built. ``out_elf`` appears complete or not at all.

    Args:
        core: chooses the target, a key of ``CORE_FLAGS``.
        sources: a ``Path`` is a C or assembler file, a ``str`` is the text of a generated C file.
        include_dirs: searched for headers.
        linker_script: the board's memory layout; it must name its entry with ``ENTRY(symbol)``.
        out_elf: file to write; its folder is made.
        headers: generated headers, file name to text.
        defines: ``NAME`` or ``NAME=VALUE``.
        optimise: optimisation flag; at ``-Os`` and ``-Oz`` zig drops the symbol table, which accounting needs.
        flags: further compiler flags.

    Raises:
        FirmwareError: unknown core, or with the compiler's or linker's first message when it refuses.
    """
    core_flags = CORE_FLAGS.get(core)
    if core_flags is None:
        raise FirmwareError("no compiler target for core", core, f"use one of {', '.join(sorted(CORE_FLAGS))}")
    out_elf.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".link-", dir=out_elf.parent) as folder:
        work = Path(folder)
        files = _materialise(sources, headers or {}, work)
        built = work / "image.elf"
        command = [*_compiler(), *core_flags, *WARNINGS, optimise, "-g0", "-fno-sanitize=all", *flags]
        command += ["-ffreestanding", "-ffunction-sections", "-fdata-sections", "-fno-unwind-tables"]
        command += [f"-D{define}" for define in defines]
        command += [f"-I{work}", *(f"-I{path}" for path in include_dirs)]
        command += ["-Wl,--gc-sections", f"-Wl,-e,{_entry(linker_script)}", "-T", str(linker_script)]
        _run([*command, *files, "-o", str(built)], out_elf.stem)
        built.replace(out_elf)


def compiler_version() -> str:
    """Name and version of the compiler, for reports."""
    try:
        return f"zig cc {version('ziglang')}"
    except PackageNotFoundError:
        return "none"


def _entry(linker_script: Path) -> str:
    """Symbol of ``ENTRY(symbol)``: zig puts ``_start`` before it unless the command line names it."""
    found = re.search(rb"\bENTRY\s*\(\s*([A-Za-z_]\w*)\s*\)", _content(linker_script))
    if found is None:
        raise FirmwareError("linker script names no entry", str(linker_script), "add ENTRY(symbol)")
    return found[1].decode()


def _compiler() -> list[str]:
    if importlib.util.find_spec("ziglang") is None:
        raise FirmwareError("no C compiler", "ziglang", "install it with: python -m pip install ziglang")
    return [sys.executable, "-m", "ziglang", "cc"]


@cache
def _machine() -> str:
    """What the machine's own code depends on: libraries are built for the very processor they run on."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = [platform.processor()]
    features = sorted({line for line in lines if line.lower().startswith(("flags", "features", "model name"))})
    return "\n".join([platform.system(), platform.machine(), compiler_version(), *features])


def _key(machine: str, parts: _Parts, flags: Sequence[str]) -> str:
    sources, include_dirs, headers = parts
    digest = hashlib.sha256(machine.encode())

    def add(label: str, content: bytes) -> None:
        digest.update(f"\0{label}\0{len(content)}\0".encode() + content)

    add("flags", "\0".join(flags).encode())
    for source in sources:
        add("text" if isinstance(source, str) else source.name, _content(source))
    for folder in include_dirs:
        for header in sorted(path for path in folder.rglob("*") if path.suffix == ".h"):
            add(str(header.relative_to(folder)), _content(header))
    for file_name, text in sorted(headers.items()):
        add(file_name, text.encode())
    return digest.hexdigest()


def _content(source: Path | str) -> bytes:
    if isinstance(source, str):
        return source.encode()
    try:
        return source.read_bytes()
    except OSError as error:
        raise FirmwareError("C source cannot be read", str(source), error.strerror or "") from None


def _materialise(sources: Sequence[Path | str], headers: Mapping[str, str], work: Path) -> list[str]:
    """Write generated text below ``work``; returns the names of all files to compile."""
    for file_name, text in headers.items():
        (work / file_name).write_text(text, encoding="utf-8")
    files = []
    for index, source in enumerate(sources):
        if isinstance(source, str):
            path = work / f"generated_{index}.c"
            path.write_text(source, encoding="utf-8")
        else:
            path = source
        files.append(str(path))
    return files


def _run(command: Sequence[str], name: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode != 0:
        raise FirmwareError("C compiler refused", name, _first_message(done.stderr + done.stdout))


def _first_message(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    for line in lines:
        if "error:" in line or "undefined symbol" in line:
            return line
    return lines[0] if lines else "it gave no message: is the disk full?"
