"""What counts as the code of a step: all that its function reaches, and nothing else."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from house import ROOT, arrows, imported

from kws_data.pipeline import STEPS
from kws_data.system.code_version import WITHOUT, code_hash, hash_below, name_of, reach_of
from kws_data.system.source_graph import SourceGraph
from kws_data.system.source_needs import SUFFIXES

TREE = {
    "kws_data/__init__.py": "",
    "kws_data/work.py": """
        from __future__ import annotations
        import numpy
        from typing import TYPE_CHECKING
        from kws_data.top import helper
        if TYPE_CHECKING:
            from kws_data.hint import Hint
        LIMIT = 3
        def first(x: Hint) -> Hint:
            return _inner(x) + LIMIT
        def _inner(x):
            from kws_data.room.inside import go
            return go(x)
        def second(x):
            import serial
            first = helper(x)
            return first
        def third(name):
            import importlib
            return importlib.import_module(f"kws_data.plugins.{name}")
        def fourth():
            return ["-m", "kws_data.program"]
        """,
    "kws_data/top.py": "from kws_data.config import settings\ndef helper(x): return x",
    "kws_data/hint.py": "class Hint: ...",
    "kws_data/program.py": "",
    "kws_data/config/__init__.py": "",
    "kws_data/config/settings.py": "from kws_data import hint",
    "kws_data/plugins/__init__.py": "",
    "kws_data/plugins/one.py": "",
    "kws_data/room/__init__.py": "",
    "kws_data/room/inside.py": """
        from pathlib import Path
        from firmware_tools.firmware import SOURCE_DIR
        def go(x):
            table = Path(__file__).with_name("words.txt")
            return [SOURCE_DIR / "kws_a.c", *Path(__file__).parent.glob("native/*.c"), '#include "kws_text.h"']
        """,
    "kws_data/room/words.txt": "a",
    "kws_data/room/other.txt": "b",
    "kws_data/room/native/fast.c": '#include "fast.h"\n',
    "kws_data/room/native/fast.h": "",
    "firmware_tools/__init__.py": "",
    "firmware_tools/firmware/__init__.py": "SOURCE_DIR = 1",
    "firmware_tools/firmware/src/kws_a.c": '#include <string.h>\n#include "kws_a.h"\n',
    "firmware_tools/firmware/src/kws_b.c": "",
    "firmware_tools/firmware/include/kws_a.h": "",
    "firmware_tools/firmware/include/kws_b.h": "",
    "firmware_tools/firmware/include/kws_text.h": "",
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A small project."""
    for name, text in TREE.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = text.split("\n")
        path.write_text("\n".join(line.removeprefix(" " * 8) for line in lines))
    return tmp_path


def short(files: frozenset[str]) -> set[str]:
    return {file for file in files if not file.endswith("__init__.py")}


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (
            "first",
            {
                *("kws_data/room/inside.py", "kws_data/room/words.txt", "kws_data/room/native/fast.c"),
                *("kws_data/room/native/fast.h", "firmware_tools/firmware/src/kws_a.c"),
                *("firmware_tools/firmware/include/kws_a.h", "firmware_tools/firmware/include/kws_text.h"),
            },
        ),
        ("second", {"kws_data/top.py"}),
        ("third", {"kws_data/plugins/one.py"}),
        ("fourth", {"kws_data/program.py"}),
    ],
)
def test_a_function_depends_on_what_it_reaches(tree: Path, function: str, expected: set[str]) -> None:
    assert short(reach_of(SourceGraph(tree), f"kws_data.work:{function}").files) == expected


def test_a_module_depends_on_itself_and_all_it_imports_but_hints_and_configuration(tree: Path) -> None:
    files = reach_of(SourceGraph(tree), "kws_data.work").files
    assert {"kws_data/work.py", "kws_data/top.py", "kws_data/room/inside.py", "kws_data/program.py"} <= files
    assert not {"kws_data/hint.py", "kws_data/config/settings.py"} & files


def test_packages_of_others_count_by_their_version(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert reach_of(SourceGraph(tree), "kws_data.work:second").packages == {"serial"}
    before = hash_below(SourceGraph(tree), "kws_data.work:second")
    monkeypatch.setattr("kws_data.system.code_version._version", lambda package: "99")
    assert hash_below(SourceGraph(tree), "kws_data.work:second") != before


@pytest.mark.parametrize(
    ("old", "new", "stale"),
    [
        ("return go(x)", "return go(x + 1)", {"first"}),
        ("LIMIT = 3", "LIMIT = 4", {"first"}),
        ("first = helper(x)", "first = helper(-x)", {"second"}),
        ("import numpy", "import scipy", set()),
        ("class Hint", "class Hint", set()),
    ],
)
def test_of_its_own_module_a_function_depends_on_what_it_uses(tree: Path, old: str, new: str, stale: set[str]) -> None:
    functions = ("first", "second", "third", "fourth")
    before = {name: hash_below(SourceGraph(tree), f"kws_data.work:{name}") for name in functions}
    path = tree / "kws_data/work.py"
    path.write_text(path.read_text().replace(old, new))
    after = {name: hash_below(SourceGraph(tree), f"kws_data.work:{name}") for name in functions}
    assert {name for name in functions if before[name] != after[name]} == stale


def test_what_is_not_there_is_an_error(tree: Path) -> None:
    with pytest.raises(LookupError, match="no module"):
        hash_below(SourceGraph(tree), "kws_data.gone")
    with pytest.raises(LookupError, match="has no gone"):
        hash_below(SourceGraph(tree), "kws_data.work:gone")


#: What files start or load by a name in a text, which no import shows.
BY_NAME = {
    "firmware_tools/emulator/board.py": ["firmware_tools/emulator/child.py"],
    "kws_data/sources/synth/espeak.py": ["kws_data/sources/synth/espeak_process.py"],
    "kws_data/sources/synth/neural/engine.py": ["kws_data/sources/synth/neural/process.py"],
    "kws_data/sources/synth/neural/voices.py": [name for name in arrows() if "/synth/neural/" in name],
    "kws_data/sources/imports/find_layout.py": [name for name in arrows() if "/imports/layouts/" in name],
}


def imports_of_step(step: str) -> set[str]:
    """What a function of steps.py imports, with what it calls there, by the test's own reading."""
    tree = ast.parse((ROOT / "kws_data/steps.py").read_text())
    bodies = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    at_top = {
        alias.asname or alias.name: {node.module, f"{node.module}.{alias.name}"}
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    waiting, seen, names = [step], {step}, set()
    while waiting:
        node = bodies[waiting.pop()]
        names |= {name for name, _ in imported(node, hints=False)}
        without_hints = [part for part in ast.walk(node) if isinstance(part, ast.stmt)][1:]
        seen_names = [n for part in without_hints for n in ast.walk(part) if isinstance(n, ast.Name)]
        used = {n.id for n in seen_names} - {n.id for n in seen_names if isinstance(n.ctx, ast.Store)}
        for name in used & at_top.keys():
            names |= at_top[name]
        waiting += (used & bodies.keys()) - seen
        seen |= used
    return names


def test_each_file_makes_stale_the_steps_that_reach_it_and_no_others(tmp_path: Path) -> None:
    for package in ("kws_data", "firmware_tools"):
        kept = shutil.ignore_patterns("__pycache__", "*.md", "*.png")
        shutil.copytree(ROOT / package, tmp_path / package, ignore=kept)
    entries = {step.name: name_of(step.run) for step in STEPS}
    clean = SourceGraph(tmp_path)
    before = {name: hash_below(clean, entry) for name, entry in entries.items()}
    reached = {name: reach_of(clean, entry).files for name, entry in entries.items()}
    everything = sorted(set().union(*reached.values()))
    for name, entry in entries.items():  # all that it does not reach, at once
        with changed(tmp_path, [file for file in everything if file not in reached[name]]):
            assert hash_below(clean, entry) == before[name], name
    one_of_each = dict[frozenset[str], str]()  # set of steps: every step is hashed for each file that is tried alone
    for file in everything:
        one_of_each.setdefault(frozenset(name for name, files in reached.items() if file in files), file)
    assert len(one_of_each) > 30
    for steps, file in one_of_each.items():
        with changed(tmp_path, [file]):
            assert {name for name, entry in entries.items() if hash_below(clean, entry) != before[name]} == steps, file


@contextmanager
def changed(root: Path, files: Sequence[str]) -> Iterator[None]:
    """Some files with a line more."""
    contents = {file: (root / file).read_bytes() for file in files}
    for file, content in contents.items():
        (root / file).write_bytes(content + (b"\n# changed\n" if file.endswith(".py") else b"\n"))
    yield
    for file, content in contents.items():
        (root / file).write_bytes(content)


@pytest.mark.parametrize("step", [step.name for step in STEPS])
def test_a_step_reaches_all_python_that_an_import_can_bring_in_and_no_more(step: str) -> None:
    (entry,) = (name_of(one.run) for one in STEPS if one.name == step)
    files = short(frozenset(file for file in reach_of(SourceGraph(ROOT), entry).files if file.endswith(".py")))
    places = {file.removesuffix(".py").removesuffix("/__init__").replace("/", "."): file for file in arrows()}
    config = tuple(f"{package.replace('.', '/')}/" for package in WITHOUT)
    waiting = [places[name] for name in imports_of_step(entry.partition(":")[2]) if name in places]
    seen: set[str] = set()
    while waiting:
        file = waiting.pop()
        if file not in seen and not file.startswith(config):
            seen.add(file)
            waiting += [*arrows(hints=False)[file], *BY_NAME.get(file, [])]
    assert files == short(frozenset(seen))


@pytest.mark.parametrize(
    ("file", "stale"),
    [
        ("firmware_tools/firmware/src/kws_detector.c", {"check", "flash", "device-eval", "evaluate", "export"}),
        ("firmware_tools/spotter/detector.py", {"evaluate", "export"}),
        ("kws_data/evaluation/stream_truth.py", {"evaluate"}),
        ("kws_data/training/refit.py", {"export"}),
        ("kws_data/training/batches/balance.py", {"train", "export"}),
        ("kws_data/training/batches/spec_augment.py", {"train", "export"}),
        ("kws_data/augment/native/kws_fft.c", {"build", "train", "export", "evaluate"}),
        ("firmware_tools/spotter/island.py", {"check"}),
        ("kws_data/report/write.py", {"report"}),
    ],
)
def test_files_that_hand_kept_lists_had_forgotten_count(file: str, stale: set[str]) -> None:
    graph = SourceGraph(ROOT)
    skipping = [step for step in STEPS if not step.always or step.name == "flash"]
    assert {step.name for step in skipping if file in reach_of(graph, step.run).files} >= stale
    if not file.startswith(("firmware_tools/spotter", "kws_data/evaluation")):
        assert {step.name for step in skipping if file in reach_of(graph, step.run).files} == stale


def test_every_source_that_is_no_python_is_somebodys(tmp_path: Path) -> None:
    """A C file that no step reaches would change results unseen: all but tools beside the chain are reached."""
    graph = SourceGraph(ROOT)
    reached = frozenset().union(*(reach_of(graph, step.run).files for step in STEPS))
    beside = {"firmware_tools/protocol/native/kws_wire_scan.c", "firmware_tools/firmware/apps/recorder.c"}
    packages = {file for file in graph.others if file.startswith("kws_data/deploy/packages/")}
    assert packages and not packages & reached  # a run writes no package
    benches = {file for file in graph.others if file.startswith("kws_data/bench/")}
    assert not benches & reached
    missing = {file for file in graph.others if file.endswith(SUFFIXES[:3])} - reached - beside - packages - benches
    assert not missing


def test_the_hash_is_that_of_when_it_was_first_asked() -> None:
    assert code_hash(STEPS[0].run) == hash_below(SourceGraph(ROOT), STEPS[0].run)
