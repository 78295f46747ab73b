"""The compilers: cache, messages, two processes at once, an image for a core."""

import ctypes
import multiprocessing
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from wasm_file import EXPORTS, IMPORTS, wasm_sections

from firmware_tools.errors import FirmwareError
from firmware_tools.toolchain import compile as toolchain

ANSWER_C = '#include "answer.h"\nint answer(void);\nint answer(void) { return ANSWER; }\n'

LINKER_SCRIPT = """ENTRY(Reset)
MEMORY { FLASH (rx) : ORIGIN = 0x0, LENGTH = 4K }
SECTIONS { .text : { *(.text*) } > FLASH }
"""


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KWS_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


def compile_answer(value: int, **options: Any) -> Path:
    headers = {"answer.h": f"#define ANSWER {value}\n"}
    return toolchain.compile_host([ANSWER_C], name="answer", headers=headers, include_dirs=[], **options)


def compile_in_process(cache: str, value: int) -> str:
    os.environ["KWS_CACHE_DIR"] = cache
    return str(compile_answer(value))


def test_library_runs_and_is_kept(own_cache: Path) -> None:
    first = compile_answer(42)
    written = first.stat().st_mtime_ns
    assert ctypes.CDLL(str(first)).answer() == 42
    assert compile_answer(42) == first and first.stat().st_mtime_ns == written
    assert [path.name for path in own_cache.iterdir()] == [first.name]  # nothing is left lying about


def test_whatever_goes_in_makes_another_library(tmp_path: Path) -> None:
    folder = tmp_path / "include"
    folder.mkdir()
    header = folder / "answer.h"
    source = tmp_path / "answer.c"
    source.write_text(ANSWER_C)

    def build(flags: tuple[str, ...] = ()) -> int:
        library = toolchain.compile_host([source], name="answer", include_dirs=[folder], flags=flags)
        return int(ctypes.CDLL(str(library)).answer())

    header.write_text("#ifndef ANSWER\n#define ANSWER 1\n#endif\n")
    assert build() == 1
    assert build(("-DANSWER=7",)) == 7
    header.write_text("#define ANSWER 2\n")
    assert build() == 2
    source.write_text(ANSWER_C.replace("ANSWER;", "ANSWER + 1;"))
    assert build() == 3


def test_two_processes_build_the_same_library(own_cache: Path) -> None:
    context = multiprocessing.get_context("spawn")
    with context.Pool(2) as pool:
        paths = pool.starmap(compile_in_process, [(str(own_cache), 5)] * 4)
    assert len(set(paths)) == 1
    assert ctypes.CDLL(paths[0]).answer() == 5


def test_refusal_quotes_the_first_message(own_cache: Path) -> None:
    with pytest.raises(FirmwareError, match=r"'broken'.*unused variable 'lonely'") as caught:
        toolchain.compile_host(["int f(void);\nint f(void) { int lonely; return 0; }\n"], name="broken")
    assert "\n" not in str(caught.value)
    assert list(own_cache.iterdir()) == []


def test_missing_source_is_named(tmp_path: Path) -> None:
    with pytest.raises(FirmwareError, match=r"nowhere\.c"):
        toolchain.compile_host([tmp_path / "nowhere.c"], name="x")


def test_cache_folder_that_cannot_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("KWS_CACHE_DIR", str(tmp_path / "file" / "cache"))
    with pytest.raises(FirmwareError, match="set KWS_CACHE_DIR"):
        compile_answer(1)


class TestArm:
    @staticmethod
    def build(folder: Path, source: str, script: str = LINKER_SCRIPT, core: str = "cortex-m4f") -> bytes:
        (folder / "memory.ld").write_text(script)
        board: Any = SimpleNamespace(core=core)
        out = folder / "out" / "image.elf"
        toolchain.compile_arm(board.core, [source], include_dirs=[], linker_script=folder / "memory.ld", out_elf=out)
        assert [path.name for path in out.parent.iterdir()] == ["image.elf"]
        return out.read_bytes()

    def test_image_is_thumb_and_the_same_each_time(self, tmp_path: Path) -> None:
        source = "void Reset(void);\nvoid Reset(void) { for (;;) { } }\n"
        elf = self.build(tmp_path, source)
        assert elf[:4] == b"\x7fELF" and elf[18:20] == (40).to_bytes(2, "little")  # EM_ARM
        assert elf[24:28] == (1).to_bytes(4, "little")  # entry 0, Thumb bit set
        assert b"Reset\0" in elf
        assert self.build(tmp_path, source) == elf

    def test_unresolved_name_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(FirmwareError, match="undefined symbol: elsewhere"):
            self.build(tmp_path, "void elsewhere(void);\nvoid Reset(void);\nvoid Reset(void) { elsewhere(); }\n")

    def test_image_that_does_not_fit_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(FirmwareError, match="will not fit in region 'FLASH'"):
            self.build(tmp_path, 'void Reset(void);\nvoid Reset(void) { __asm volatile(".zero 8192"); for (;;) { } }\n')

    def test_unknown_core_and_missing_entry(self, tmp_path: Path) -> None:
        with pytest.raises(FirmwareError, match=r"'z80'.*cortex-m4f"):
            self.build(tmp_path, "", core="z80")
        with pytest.raises(FirmwareError, match=r"add ENTRY"):
            self.build(tmp_path, "", script="SECTIONS { }")


class TestWasm:
    @staticmethod
    def build(source: str, headers: dict[str, str] | None = None) -> bytes:
        return toolchain.compile_wasm([source], name="small", headers=headers, include_dirs=[])

    def test_it_imports_nothing_and_exports_what_is_marked(self) -> None:
        names = 'int __attribute__((export_name("answer"))) answer(void);\nint lonely(void);\n'
        module = self.build(f"{names}int answer(void) {{ return 42; }}\nint lonely(void) {{ return 7; }}\n")
        sections = wasm_sections(module)
        assert module[:8] == b"\0asm\1\0\0\0" and IMPORTS not in sections
        assert b"\x06answer" in sections[EXPORTS] and b"\x06memory" in sections[EXPORTS] and b"lonely" not in module

    def test_the_same_bytes_wherever_it_is_built(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        source = f'#include "answer.h"\nint __attribute__((export_name("answer"))) answer(void);\n{ANSWER_C}'
        first = self.build(source, {"answer.h": "#define ANSWER 3\n"})
        monkeypatch.setenv("KWS_CACHE_DIR", str(tmp_path / "another cache"))
        assert self.build(source, {"answer.h": "#define ANSWER 3\n"}) == first
        assert self.build(source, {"answer.h": "#define ANSWER 4\n"}) != first

    def test_unresolved_name_is_told(self, own_cache: Path) -> None:
        with pytest.raises(FirmwareError, match="elsewhere"):
            self.build(
                'void elsewhere(void);\nvoid __attribute__((export_name("f"))) f(void);\n'
                "void f(void) { elsewhere(); }\n"
            )
        assert list(own_cache.iterdir()) == []
