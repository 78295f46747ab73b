"""The house: which rooms there are, on which floor each stands, and what imports what. ``make map`` prints it.

A room is a folder, or a file that stands by itself, directly below one of the two packages. It may import rooms on
lower floors only, not its neighbours on the same one; imports inside functions and for type hints count.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("kws_data", "firmware_tools")

#: From the roof to the ground.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("kws_data/cli",),
    ("kws_data/bench", "kws_data/doctor"),
    ("kws_data/run_pipeline.py",),
    ("kws_data/pipeline.py",),
    ("kws_data/steps.py", "kws_data/experiments", "kws_data/web"),
    ("kws_data/run_context.py", "kws_data/extras.py"),
    ("kws_data/report", "kws_data/quality"),
    (
        *("kws_data/gate", "kws_data/export", "kws_data/provenance", "kws_data/release"),
        *("kws_data/slices", "kws_data/browser"),
    ),
    ("kws_data/deploy", "kws_data/evaluation", "kws_data/training"),
    ("kws_data/models", "kws_data/dataset", "kws_data/encoder"),
    ("kws_data/features",),
    ("kws_data/sources", "kws_data/coverage", "kws_data/augment"),
    ("kws_data/labelling",),
    ("kws_data/catalog",),
    ("kws_data/config", "kws_data/system"),
    ("kws_data/bundle.py", "kws_data/audio.py", "kws_data/run_folder.py", "kws_data/labels.py"),
    ("kws_data/decoding.py",),
    ("kws_data/containers", "kws_data/tables"),
    ("kws_data/statistics",),
    (
        *("kws_data/scores.py", "kws_data/pages", "kws_data/progress.py", "kws_data/set_aside.py"),
        *("kws_data/errors.py", "kws_data/file_names.py", "kws_data/interrupts.py"),
    ),
    ("firmware_tools/recorder", "firmware_tools/spotter"),
    ("firmware_tools/flashers",),
    ("firmware_tools/link",),
    ("firmware_tools/emulator",),
    ("firmware_tools/image", "firmware_tools/engine"),
    ("firmware_tools/boards", "firmware_tools/frontend", "firmware_tools/protocol", "firmware_tools/tflite"),
    ("firmware_tools/toolchain",),
    ("firmware_tools/firmware",),
    (
        *("firmware_tools/levels.py", "firmware_tools/atomic.py", "firmware_tools/errors.py"),
        *("firmware_tools/yaml_text.py", "firmware_tools/home.py"),
    ),
)

#: Rooms within a room that must not import each other.
APART = (("kws_data/sources/imports", "kws_data/sources/synth", "kws_data/sources/recording"),)


def sources() -> list[Path]:
    """All Python files of the two packages."""
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def name_of(path: Path) -> str:
    """A file's place below the project's root."""
    return path.relative_to(ROOT).as_posix()


def room_of(name: str) -> str:
    """The room that a file stands in; a package's own ``__init__.py`` stands in none (an empty text)."""
    package, _, rest = name.partition("/")
    first, _, inside = rest.partition("/")
    return "" if first == "__init__.py" else f"{package}/{first}" if inside or first.endswith(".py") else ""


def floor_of(room: str) -> int:
    """Number of a room's floor, 0 for the roof; raises LookupError for a room that is not in the list."""
    for number, rooms in enumerate(FLOORS):
        if room in rooms:
            return number
    raise LookupError(f"{room} stands on no floor: give it one in tests/parts/house.py")


def imported(tree: ast.AST, *, hints: bool = True) -> Iterator[tuple[str, ast.AST]]:
    """(dotted name, statement) of all that is imported, names imported from a module as ``module.name`` too."""
    skipped = set() if hints else {id(node) for guard in _guards(tree) for node in ast.walk(guard)}
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from ((alias.name, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module, node
            yield from ((f"{node.module}.{alias.name}", node) for alias in node.names)


def _guards(tree: ast.AST) -> Iterator[ast.AST]:
    return (n for n in ast.walk(tree) if isinstance(n, ast.If) and ast.unparse(n.test) == "TYPE_CHECKING")


@cache
def arrows(hints: bool = True) -> dict[str, frozenset[str]]:
    """Each file -> the files of the project that it imports, wherever in it the import stands (for hints or not)."""
    modules = {}
    for path in sources():
        name = name_of(path)
        modules[name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")] = name
    found = {}
    for path in sources():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        targets = {modules[name] for name, _ in imported(tree, hints=hints) if name in modules}
        found[name_of(path)] = frozenset(targets - {name_of(path)})
    return found


def room_arrows() -> dict[str, Counter[str]]:
    """Each room -> the other rooms that it imports, with how many of its files do."""
    found: dict[str, Counter[str]] = {room: Counter() for rooms in FLOORS for room in rooms}
    for name, targets in arrows().items():
        room = room_of(name)
        if room:
            found[room].update({room_of(target) for target in targets} - {room, ""})
    return found


def lines_of(room: str) -> tuple[int, int]:
    """Files and lines of a room, Python and C."""
    path = ROOT / room
    files = [path] if path.is_file() else [p for p in path.rglob("*") if p.suffix in (".py", ".c", ".h")]
    return len(files), sum(file.read_text(encoding="utf-8").count("\n") for file in files)


def draw() -> str:
    """The rooms from the roof to the ground, with their sizes and what each imports."""
    rows = [
        "floor (1 is the roof; a room imports floors with higher numbers only)",
        "floor  room                        files  lines  imports",
    ]
    for number, rooms in enumerate(FLOORS):
        for room in rooms:
            files, lines = lines_of(room)
            below = ", ".join(
                target.partition("/")[2].removesuffix(".py") if target.startswith(room.partition("/")[0]) else target
                for target in sorted(room_arrows()[room], key=lambda target: (floor_of(target), target))
            )
            rows.append(f"{number + 1:5}  {room:26} {files:6} {lines:6}  {below}")
    return "\n".join(rows)


if __name__ == "__main__":
    print(draw())
