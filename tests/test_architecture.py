"""The rules of the house, kept by a test: floors, doors, circles, size of files, start-up time."""

from __future__ import annotations

import ast
import subprocess
import sys
import time
from pathlib import Path

import pytest
from house import APART, FLOORS, ROOT, arrows, floor_of, imported, lines_of, name_of, room_of, sources

#: library -> the only places that may import it.
DOORS = {
    "click": ("kws_data/cli/",),
    "serial": ("firmware_tools/link/serial_link.py",),
    "soundfile": ("kws_data/audio.py", "kws_data/decoding.py", "kws_data/bench/damaged/audio_seeds.py"),
    "tensorflow": ("kws_data/models/", "kws_data/training/", "kws_data/export/"),
    "keras": ("kws_data/models/", "kws_data/training/", "kws_data/export/"),
    "onnxruntime": ("kws_data/system/onnx.py",),
    "hibari": ("kws_data/sources/synth/neural/hibari.py",),
    "sqlite3": ("kws_data/catalog/database.py", "kws_data/catalog/forget.py", "kws_data/system/run_lock.py"),
    "unicorn": ("firmware_tools/emulator/",),
    "fastapi": ("kws_data/web/",),
    "starlette": ("kws_data/web/",),
    "uvicorn": ("kws_data/web/",),
    "cleanlab": ("kws_data/quality/",),
}

#: Files of more than LONGEST lines, and why each is one idea all the same.
LONGEST = 250
LONG = {
    "firmware_tools/emulator/machine.py": "one core: memory map, registers and hooks are set up together",
    "firmware_tools/emulator/native/machine.c": "the loop that times blocks, with the tables that it alone reads",
    "firmware_tools/emulator/native/machine_devices.c": "UART, microphone and timer share one set of registers",
    "firmware_tools/firmware/apps/mlperf.c": "one app: its commands and the text they are made of",
    "firmware_tools/firmware/apps/recorder.c": "one app: its commands and the state between them",
    "firmware_tools/firmware/apps/spotter.c": "one app: its commands and the state between them",
    "firmware_tools/link/chaos.py": "a catalogue of faults of a line, each a few lines",
    "firmware_tools/link/serial_link.py": "one line: opening, requests, repeats and what goes wrong with each",
    "firmware_tools/recorder/capture.py": "one capture: what is lost and how it is made good is known only here",
    "firmware_tools/spotter/client.py": "the requests of one app",
    "firmware_tools/tflite/graph.py": "one file format, read into one graph",
    "firmware_tools/tflite/model_builder.py": "one method an operator, each a few lines",
    "kws_data/bench/record/link.py": "faults of the line counted one by one: a row a fault",
    "kws_data/bench/record/survival.py": "three ways to die and one way to look at what is left",
    "kws_data/cli/record/command.py": "one verb: its options and which of four ways of recording they choose",
    "kws_data/experiments/compare.py": "one table: trainings, their results, and the differences between them",
    "kws_data/sources/imports/fetch.py": "politeness: robots.txt, pace, retries and limits act on the same request",
    "kws_data/sources/imports/intake.py": "one transaction from a file to a clip",
    "kws_data/sources/recording/sessions.py": "one session and all that it must know to go on after a kill",
    "kws_data/steps.py": "the main flow: eleven steps, each no more than calls of the rooms",
    "kws_data/sources/synth/people.py": "who says what: one draw from which all follows",
}

SOURCES = sources()


def test_each_room_stands_on_a_floor_and_each_floor_has_its_rooms() -> None:
    there = {room_of(name_of(path)) for path in SOURCES} - {""}
    listed = {room for rooms in FLOORS for room in rooms}
    assert there == listed, f"not in the list: {there - listed}; not there: {listed - there}"


def test_a_room_imports_rooms_on_lower_floors_only() -> None:
    wrong = [
        f"{name} imports {target}"
        for name, targets in arrows().items()
        for target in targets
        if room_of(name) and room_of(target) not in ("", room_of(name))
        if floor_of(room_of(target)) <= floor_of(room_of(name))
    ]
    assert not wrong, "\n".join(sorted(wrong))


def test_rooms_that_stand_apart_do_not_import_each_other() -> None:
    wrong = [
        f"{name} imports {target}"
        for rooms in APART
        for name, targets in arrows().items()
        for target in targets
        for room in rooms
        if name.startswith(f"{room}/")
        if any(target.startswith(f"{other}/") for other in rooms if other != room)
    ]
    assert not wrong, "\n".join(sorted(wrong))


def test_planning_and_building_bring_nothing_in_and_give_nothing_away() -> None:
    """*collect* brings clips in, and the step after a data set describes it: a search or a bench needs neither."""
    rooms = ("kws_data/sources", "kws_data/release", "kws_data/coverage")
    wrong = [
        f"{name} imports {target}"
        for name, targets in arrows().items()
        for target in targets
        if name.startswith("kws_data/dataset/") and room_of(target) in rooms
    ]
    assert not wrong, "\n".join(sorted(wrong))


def test_no_files_import_each_other_in_a_circle() -> None:
    done: set[str] = set()

    def visit(name: str, way: tuple[str, ...]) -> None:
        assert name not in way, " -> ".join((*way[way.index(name) :], name))
        if name not in done:
            for target in sorted(arrows()[name]):
                visit(target, (*way, name))
            done.add(name)

    for name in arrows():
        visit(name, ())


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_each_library_has_one_door(path: Path) -> None:
    for module, _ in imported(ast.parse(path.read_text()), hints=False):
        allowed = DOORS.get(module.split(".")[0])
        assert allowed is None or name_of(path).startswith(allowed), f"{name_of(path)} imports {module}"


def test_firmware_tools_never_imports_kws_data() -> None:
    wrong = {n: t for n, targets in arrows().items() for t in targets if n.startswith("firm") and t.startswith("kws_")}
    assert not wrong, wrong


def test_tensorflow_is_imported_inside_functions() -> None:
    for path in SOURCES:
        tree = ast.parse(path.read_text())
        for module, node in imported(tree, hints=False):
            heavy = module.split(".")[0] in ("tensorflow", "keras")
            assert not (heavy and node in tree.body), name_of(path)


def test_the_library_does_not_print() -> None:
    """Only the command line talks to people: everything else returns values."""
    for path in SOURCES:
        if name_of(path).startswith("kws_data/cli/"):
            continue
        calls = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Call)]
        assert not [c for c in calls if isinstance(c.func, ast.Name) and c.func.id == "print"], name_of(path)
        assert not [c for c in calls if isinstance(c.func, ast.Attribute) and c.func.attr == "print"], name_of(path)


def test_modules_have_a_docstring_and_keep_to_one_idea() -> None:
    for path in SOURCES:
        text = path.read_text()
        assert ast.get_docstring(ast.parse(text)), f"{name_of(path)} says not what it is for"
    files = [*SOURCES, *(path for path in (ROOT / "firmware_tools").rglob("*.[ch]"))]
    long = {name_of(path) for path in files if path.read_text().count("\n") > LONGEST}
    assert long == set(LONG), f"without a reason: {long - set(LONG)}; no longer long: {set(LONG) - long}"


def test_each_room_says_what_it_is_what_it_may_import_and_where_to_start() -> None:
    for room in (room for rooms in FLOORS for room in rooms if not room.endswith(".py")):
        text = ast.get_docstring(ast.parse((ROOT / room / "__init__.py").read_text())) or ""
        assert "May import" in text and "tart reading at" in text, room
        assert lines_of(room)[0] > 1


def test_the_firmware_has_no_heap_and_the_front_end_no_float() -> None:
    firmware = ROOT / "firmware_tools" / "firmware"
    for path in firmware.rglob("*.[ch]"):
        assert "malloc(" not in path.read_text(), path.name
    for path in (firmware / "src").glob("kws_frontend*.c"):
        assert not {"float", "double", "floats"} & set(path.read_text().replace("(", " ").split()), path.name


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
