"""Which code made something: a hash, so that what older code made is never taken for current.

What counts is found in the sources (:mod:`kws_data.system.source_graph`): all that the entry imports, down to the C
that is compiled for it, and the versions of the packages of others. ``kws_data.config`` stays out, because the values
that it reads are in every key themselves.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from kws_data.system.source_graph import Reach, SourceGraph

ROOT = Path(__file__).resolve().parents[2]
#: Whose values are in the keys, so that its code need not be.
WITHOUT = ("kws_data.config",)

#: Packages that are imported under another name than they are installed under.
DISTRIBUTIONS = {"yaml": "PyYAML", "serial": "pyserial"}

#: A function, or where something stands: ``package.module`` or ``package.module:name``.
Entry = str | Callable[..., Any]


@cache
def code_hash(*entries: Entry) -> str:
    """Hash of all code that these entries depend on, as it was when this process first asked.

    A file that is edited while the process runs does not count: the process runs what it has loaded.

    Raises:
        LookupError: an entry is nowhere in the project.
    """
    return hash_below(SourceGraph(ROOT), *entries)


def hash_below(graph: SourceGraph, *entries: Entry) -> str:
    """The same of the sources of a graph."""
    digest = hashlib.sha256()
    for entry in sorted(entries, key=name_of):
        module, _, function = name_of(entry).partition(":")
        reach = reach_of(graph, entry)
        own = graph.text(module, function) if function and module in graph.modules else ""
        digest.update(f"{name_of(entry)}\0{own}\0".encode())
        for file in sorted(reach.files):
            digest.update(file.encode() + b"\0" + (graph.root / file).read_bytes())
        for package in sorted(reach.packages):
            digest.update(f"\0{package} {_version(package)}".encode())
    return digest.hexdigest()


def reach_of(graph: SourceGraph, entry: Entry) -> Reach:
    """What an entry depends on; of its own module only the entry counts. A function of others reaches nothing.

    Raises:
        LookupError: a text names nothing in the project.
    """
    module, _, function = name_of(entry).partition(":")
    if module in graph.modules:
        return graph.reach(module, function or None, WITHOUT)
    if isinstance(entry, str):
        raise LookupError(f"no module {module} in the project")
    return Reach(frozenset(), frozenset())


@cache
def _version(package: str) -> str:
    """Installed version of a package, by the name under which it is imported; empty when it is not there."""
    try:
        return version(DISTRIBUTIONS.get(package, package))
    except PackageNotFoundError:
        return ""


def name_of(entry: Entry) -> str:
    """``package.module:name`` of a function; a string is that already."""
    return entry if isinstance(entry, str) else f"{entry.__module__}:{entry.__name__}"
