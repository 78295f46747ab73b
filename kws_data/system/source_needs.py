"""What some lines of Python name: modules, packages, files; hints are passed over, as they are never executed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

#: What code may be made of beside Python.
SUFFIXES = (".c", ".h", ".ld", ".txt", ".html", ".css", ".js")
_FILE = re.compile(r"[\w*./-]*(?:" + "|".join(map(re.escape, SUFFIXES)) + ")")
_INCLUDE = re.compile(r'^\s*#\s*include\s*"([\w.]+)"', re.MULTILINE)


def included(text: str) -> list[str]:
    """Headers of the project that C text includes."""
    return _INCLUDE.findall(text)


@dataclass
class Needs:
    """What some lines of Python name.

    Attributes:
        names: bare names that are used, but those that a function binds itself.
        modules: modules and packages that are imported or named in strings.
        packages: top-level packages that are imported.
        files: names or patterns of files.
        folders: words that may be names of folders.
        includes: headers that C text in strings includes.
    """

    names: set[str] = field(default_factory=set)
    modules: set[str] = field(default_factory=set)
    packages: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)
    folders: set[str] = field(default_factory=set)
    includes: set[str] = field(default_factory=set)


class _Reader(ast.NodeVisitor):
    """Collects :class:`Needs`; hints are passed over, as they are never executed."""

    def __init__(self) -> None:
        self.needs = Needs()

    def visit_Name(self, node: ast.Name) -> None:
        self.needs.names.add(node.id)

    def visit_Import(self, node: ast.Import) -> None:
        self.needs.modules.update(alias.name for alias in node.names)
        self.needs.packages.update(alias.name.partition(".")[0] for alias in node.names)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if node.module and not node.level:
            self.needs.modules.add(node.module)
            self.needs.packages.add(node.module.partition(".")[0])
            self.needs.modules.update(f"{node.module}.{alias.name}" for alias in node.names)

    def visit_If(self, node: ast.If) -> None:
        if ast.unparse(node.test) != "TYPE_CHECKING":
            self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> None:
        """A parameter: nothing but a hint."""

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.visit(node.target)
        if node.value is not None:
            self.visit(node.value)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        outside, self.needs.names = self.needs.names, set()
        for part in (*node.decorator_list, node.args, *node.body):
            self.visit(part)
        self.needs.names = outside | (self.needs.names - _bound_inside(node))

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        first, last = node.values[0], node.values[-1]
        start, end = (str(part.value) if isinstance(part, ast.Constant) else "" for part in (first, last))
        if _FILE.fullmatch(end):
            self.needs.files.add("*" + end)
        if re.fullmatch(r"[\w.]+\.", start):
            self.needs.modules.add(start + "*")
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self.needs.includes.update(included(node.value))
            if _FILE.fullmatch(node.value):
                self.needs.files.add(node.value)
            elif re.fullmatch(r"\w+(\.\w+)+", node.value):
                self.needs.modules.add(node.value)
            elif re.fullmatch(r"\w+", node.value):
                self.needs.folders.add(node.value)


def needs_of(nodes: Iterable[ast.AST]) -> Needs:
    """What these parts of a module name."""
    reader = _Reader()
    for node in nodes:
        reader.visit(node)
    return reader.needs


def _bound_inside(function: ast.FunctionDef) -> set[str]:
    """Names that stand for something of a function's own: its parameters, and what it assigns."""
    stored = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return stored | {argument.arg for argument in ast.walk(function.args) if isinstance(argument, ast.arg)}
