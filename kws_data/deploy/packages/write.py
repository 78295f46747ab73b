"""A package written from a bundle, and held against what its framework asks."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from pathlib import Path

from firmware_tools.atomic import write_text
from kws_data.bundle import ModelBundle
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


def known_kind(kind: str) -> str:
    """``kind`` as it is known.

    Raises:
        DataError: there is none of this name; the message names the nearest.
    """
    if kind.lower() in KINDS:
        return kind.lower()
    near = difflib.get_close_matches(kind.lower(), KINDS, n=1, cutoff=0.4)
    hint = f"did you mean {near[0]}? " if near else ""
    raise DataError("no package of this kind", kind, f"{hint}use one of {', '.join(KINDS)}")


def marker_of(kind: str) -> str:
    """Name of the note that says that a folder is a package of this kind, of which bundle, and what kws wrote there."""
    return f"kws-{kind}.json"


def write_package(bundle: ModelBundle, kind: str, run: RunFigures, folder: Path, maker: Maker) -> list[str]:
    """Write a package into an empty folder; returns the files' paths below it.

    Raises:
        ModelError, FrontendError: the bundle's model cannot be generated as C.
        BundleError: the framework would refuse what was written.
        OSError: a file cannot be written.
    """
    files = package_files(bundle, kind, KINDS[kind], run, maker)
    note = {"kind": kind, "name": package_name(bundle), "bundle": bundle.bundle_hash, FILES: hashes(files)}
    files[marker_of(kind)] = json.dumps(note, indent=1) + "\n"
    for path, text in files.items():
        write_text(folder / path, text)
    wrong = check_package(kind, folder)
    if wrong:
        raise BundleError(f"package for {kind} is not as it should be", wrong[0], "this is a fault of kws: report it")
    return sorted(files)
