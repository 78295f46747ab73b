"""A package written from a bundle, and held against what its framework asks."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from pathlib import Path

from firmware_tools.atomic import write_bytes, write_text
from kws_data.bundle import ModelBundle
from kws_data.deploy.packages import micro_wake_word
from kws_data.deploy.packages.check import check_package
from kws_data.deploy.packages.figures import RunFigures
from kws_data.deploy.packages.layout import Layout, package_files, package_name
from kws_data.deploy.packages.maker import Maker
from kws_data.deploy.packages.replace import FILES, hashes
from kws_data.errors import BundleError, DataError

#: Kind of package -> where its framework wants what. PlatformIO reads Arduino's layout, beside a manifest of its own.
KINDS: Mapping[str, Layout] = {
    "arduino": Layout("arduino", headers="src"),
    "platformio": Layout("arduino", headers="src"),
    "esp-idf": Layout("esp-idf"),
    "zephyr": Layout("zephyr"),
    "cmake": Layout("cmake"),
    "esphome": Layout("esphome", sources="components/kws", headers="components/kws", apps=False),
}


#: All kinds: of some the model alone goes to a runtime that is there.
ALL_KINDS = (*KINDS, micro_wake_word.KIND)


def known_kind(kind: str) -> str:
    """``kind`` as it is known.

    Raises:
        DataError: there is none of this name; the message names the nearest.
    """
    if kind.lower() in ALL_KINDS:
        return kind.lower()
    near = difflib.get_close_matches(kind.lower(), ALL_KINDS, n=1, cutoff=0.4)
    hint = f"did you mean {near[0]}? " if near else ""
    raise DataError("no package of this kind", kind, f"{hint}use one of {', '.join(ALL_KINDS)}")


def marker_of(kind: str) -> str:
    """Name of the note that says that a folder is a package of this kind, of which bundle, and what kws wrote there."""
    return f"kws-{kind}.json"


def write_package(bundle: ModelBundle, kind: str, run: RunFigures, folder: Path, maker: Maker) -> list[str]:
    """Write a package into an empty folder; returns the files' paths below it.

    Raises:
        ModelError, FrontendError: the bundle's model cannot be generated as C, or be a ring model.
        BundleError: the framework cannot take this bundle, or would refuse what was written.
        OSError: a file cannot be written.
    """
    files = _files(bundle, kind, run, maker)
    note = {"kind": kind, "name": package_name(bundle), "bundle": bundle.bundle_hash, FILES: hashes(files)}
    files[marker_of(kind)] = json.dumps(note, indent=1) + "\n"
    for path, content in files.items():
        if isinstance(content, bytes):
            write_bytes(folder / path, content)
        else:
            write_text(folder / path, content)
    wrong = check_package(kind, folder)
    if wrong:
        raise BundleError(f"package for {kind} is not as it should be", wrong[0], "this is a fault of kws: report it")
    return sorted(files)


def _files(bundle: ModelBundle, kind: str, run: RunFigures, maker: Maker) -> dict[str, str | bytes]:
    if kind == micro_wake_word.KIND:
        return micro_wake_word.wake_word_files(bundle, run, maker)
    return {**package_files(bundle, kind, KINDS[kind], run, maker)}
