"""The rules of the design, kept by a test: layers, doors, module size, start-up time."""

from __future__ import annotations

import ast
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted([*(ROOT / "kws_data").rglob("*.py"), *(ROOT / "firmware_tools").rglob("*.py")])

#: library -> the only modules that may import it.
DOORS = {
    "click": ("kws_data/cli/",),
    "serial": ("firmware_tools/link/serial_link.py",),
    "soundfile": ("kws_data/audio.py",),
    "tensorflow": ("kws_data/models/", "kws_data/train/", "kws_data/quantize.py", "kws_data/fake_quant.py"),
    "keras": ("kws_data/models/", "kws_data/train/", "kws_data/quantize.py", "kws_data/fake_quant.py"),
    "sqlite3": ("kws_data/catalog_database.py", "kws_data/catalog_forget.py"),
    "unicorn": ("firmware_tools/emulator",),
}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports(tree: ast.Module) -> Iterator[tuple[str, bool]]:
    """(module, whether it stands at the top level) of each import; those for type hints alone import nothing."""
    top = {id(node) for node in tree.body}
    hints = {
        id(node)
        for guard in ast.walk(tree)
        if isinstance(guard, ast.If) and ast.unparse(guard.test) == "TYPE_CHECKING"
        for node in ast.walk(guard)
    }
    for node in ast.walk(tree):
        if id(node) in hints:
            continue
        if isinstance(node, ast.Import):
            yield from ((alias.name, id(node) in top) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module, id(node) in top


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_each_library_has_one_door(path: Path) -> None:
    for module, _ in imports(ast.parse(path.read_text())):
        allowed = DOORS.get(module.split(".")[0])
        assert allowed is None or name_of(path).startswith(allowed), f"{name_of(path)} imports {module}"


def test_firmware_tools_never_imports_kws_data() -> None:
    for path in (ROOT / "firmware_tools").rglob("*.py"):
        for module, _ in imports(ast.parse(path.read_text())):
            assert not module.startswith("kws_data"), f"{name_of(path)} imports {module}"


def test_tensorflow_is_imported_inside_functions() -> None:
    for path in SOURCES:
        for module, at_top in imports(ast.parse(path.read_text())):
            assert not (at_top and module.split(".")[0] in ("tensorflow", "keras")), name_of(path)


def test_the_library_does_not_print() -> None:
    """Only the command line talks to people: everything else returns values."""
    for path in SOURCES:
        if name_of(path).startswith("kws_data/cli/"):
            continue
        calls = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Call)]
        assert not [c for c in calls if isinstance(c.func, ast.Name) and c.func.id == "print"], name_of(path)


def test_modules_have_a_docstring_and_keep_to_one_idea() -> None:
    for path in SOURCES:
        text = path.read_text()
        assert not text.strip() or ast.get_docstring(ast.parse(text)), f"{name_of(path)} says not what it is for"
        assert text.count("\n") <= 400, f"{name_of(path)} has grown past one idea"


def test_the_firmware_has_no_heap_and_the_front_end_no_float() -> None:
    firmware = ROOT / "firmware_tools" / "firmware"
    for path in firmware.rglob("*.[ch]"):
        assert "malloc(" not in path.read_text(), path.name
    words = (firmware / "src" / "kws_frontend.c").read_text().replace("(", " ").split()
    assert not {"float", "double", "floats"} & set(words)


def test_help_is_quick() -> None:
    """Under 0.3 s: nothing heavy is imported. The best of five, because the machine may be busy."""
    code = "import sys; from kws_data.cli import run; run(['--help']); print(sorted(sys.modules), file=sys.stderr)"
    best = 1e9
    for _ in range(5):
        started = time.perf_counter()
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        best = min(best, time.perf_counter() - started)
    for heavy in ("tensorflow", "numpy", "librosa", "matplotlib", "pydantic"):
        assert f"'{heavy}'" not in done.stderr, f"kws --help imports {heavy}"
    assert best < 1.0
