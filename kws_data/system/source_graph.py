"""What a piece of the project's code is made of: the Python it imports, the C it compiles, the tables it reads.

Read from the sources themselves, so that no list of files is kept by hand. Followed are imports (those inside functions
too, those for type hints alone not), names of modules in strings (``python -m``, ``import_module``), names and patterns
of C files and word lists beside the module or in the places of :mod:`firmware_tools.firmware`, and ``#include``.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import cached_property
from pathlib import Path

from kws_data.system.source_needs import SUFFIXES, Needs, included, needs_of

PACKAGES = ("kws_data", "firmware_tools")
#: Names under which modules reach the firmware's sources, and where these lie.
FIRMWARE = "firmware_tools.firmware"
PLACES = {
    "FIRMWARE_DIR": "firmware_tools/firmware",
    "SOURCE_DIR": "firmware_tools/firmware/src",
    "INCLUDE_DIR": "firmware_tools/firmware/include",
}


@dataclass(frozen=True)
class Reach:
    """What some code depends on: ``files`` of the project, below its root, and top-level ``packages`` of others."""

    files: frozenset[str]
    packages: frozenset[str]


@dataclass(frozen=True)
class SourceGraph:
    """The sources below ``root``, the folder that holds the packages."""

    root: Path
    _needs: dict[str, Needs] = field(default_factory=dict, compare=False)
    _trees: dict[str, ast.Module] = field(default_factory=dict, compare=False)

    @cached_property
    def modules(self) -> dict[str, str]:
        """Dotted name of each module and package -> its file, below ``root``."""
        found = {}
        for package in PACKAGES:
            for path in sorted((self.root / package).rglob("*.py")):
                name = path.relative_to(self.root).as_posix()
                found[name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")] = name
        return found

    @cached_property
    def others(self) -> tuple[str, ...]:
        """All files that are no Python, below ``root``."""
        files = (path for package in PACKAGES for path in (self.root / package).rglob("*") if path.suffix in SUFFIXES)
        return tuple(sorted(path.relative_to(self.root).as_posix() for path in files))

    def reach(self, module: str, function: str | None = None, without: Iterable[str] = ()) -> Reach:
        """Files and packages that shape what a module or one of its functions does.

        Args:
            module: dotted name.
            function: when given, only what this function reaches within its module counts, and of the module's own
                file nothing but that (see :meth:`text`).
            without: packages that are left out, with all that only they import.
        """
        start = self._module_needs(module) if function is None else needs_of(self._reached(module, function))
        shut = tuple(without)
        files: set[str] = set() if function else {self.modules[module]}
        packages: set[str] = set()
        waiting, seen = [(module, start)], {module}
        while waiting:
            name, needs = waiting.pop()
            files |= self._files_named(name, needs)
            packages |= needs.packages
            for found in self._modules_named(needs.modules):
                if found not in seen and not any(found == s or found.startswith(f"{s}.") for s in shut):
                    seen.add(found)
                    files.add(self.modules[found])
                    waiting.append((found, self._module_needs(found)))
        return Reach(frozenset(files), frozenset(packages - sys.stdlib_module_names - set(PACKAGES)))

    def text(self, module: str, function: str) -> str:
        """Source of all that a function reaches within its own module."""
        return "\n".join(ast.unparse(node) for node in self._reached(module, function))

    def _module_needs(self, module: str) -> Needs:
        if module not in self._needs:
            self._needs[module] = needs_of(self._tree(module).body)
        return self._needs[module]

    def _tree(self, module: str) -> ast.Module:
        if module not in self._trees:
            self._trees[module] = ast.parse((self.root / self.modules[module]).read_text(encoding="utf-8"))
        return self._trees[module]

    def _reached(self, module: str, function: str) -> list[ast.stmt]:
        """Statements of a module that a function of it uses: itself, what it calls, and the imports of their names."""
        defined: dict[str, list[ast.stmt]] = {}
        for node in self._tree(module).body:
            for name in _bound(node):
                defined.setdefault(name, []).append(node)
        if function not in defined:
            raise LookupError(f"{module} has no {function}")
        reached: dict[int, ast.stmt] = {}
        waiting, seen = [function], {function}
        while waiting:
            for node in defined.get(waiting.pop(), ()):
                reached[id(node)] = node
                used = needs_of([node]).names - seen
                seen |= used
                waiting += used
        return [node for node in self._tree(module).body if id(node) in reached]

    def _modules_named(self, names: Set[str]) -> Iterator[str]:
        """Modules of the project among these names, with the packages they stand in."""
        for name in names:
            every = fnmatch_all(name, self.modules) if name.endswith("*") else [name] if name in self.modules else ()
            for found in every:
                parts = found.split(".")
                yield from (".".join(parts[: n + 1]) for n in range(len(parts)))

    def _files_named(self, module: str, needs: Needs) -> set[str]:
        """Files that are no Python: beside the module or in the places it names, and the headers they include."""
        if module == FIRMWARE:  # names the places, and uses none of them
            return set()
        own = self.modules[module].rpartition("/")[0]
        places = [own, *(folder for name, folder in PLACES.items() if name in self._module_needs(module).names)]
        patterns = [f"*/{pattern}" for pattern in needs.files]
        patterns += [f"{place}/{folder}/*" for place in places for folder in needs.folders]
        found = {
            file
            for file in self.others
            if any(file.startswith(f"{place}/") for place in places)
            and any(fnmatch(file, pattern) for pattern in patterns)
        }
        waiting = [*needs.includes, *(header for file in found for header in self._included(file))]
        while waiting:
            header = waiting.pop()
            for file in self.others:
                if file.rpartition("/")[2] == header and file not in found:
                    found.add(file)
                    waiting += self._included(file)
        return found

    def _included(self, file: str) -> list[str]:
        return included((self.root / file).read_text(encoding="utf-8")) if file.endswith((".c", ".h")) else []


def fnmatch_all(pattern: str, names: Iterable[str]) -> list[str]:
    """The names that a pattern fits."""
    return [name for name in names if fnmatch(name, pattern)]


def _bound(node: ast.stmt) -> Iterator[str]:
    """Names that a statement at the top of a module defines."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        yield from (name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name))
