"""Where Node and the packages of npm are that emulators need. Both are optional; what is missing is said."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from firmware_tools.errors import BoardError

VARIABLE = "KWS_RP2040JS"  # names the package's folder
INSTALL = "install it with: npm i rp2040js (Node 18 or newer; found in node_modules here or above, or by KWS_RP2040JS)"


def find_node() -> str:
    """Path of Node.

    Raises:
        BoardError: there is none.
    """
    node = shutil.which("node")
    if node is None:
        raise BoardError("this board's emulator needs Node", "node", "install Node 18 or newer, or name --port")
    return node


def find_rp2040js() -> Path:
    """Folder of the package rp2040js: ``$KWS_RP2040JS``, or in ``node_modules`` of the working folder, this
    checkout, or a folder above them.

    Raises:
        BoardError: it is not there.
    """
    chosen = os.environ.get(VARIABLE)
    starts = (Path.cwd(), Path(__file__).resolve().parents[2])
    places = [start / "node_modules" / "rp2040js" for begin in starts for start in (begin, *begin.parents)]
    for place in [Path(chosen)] if chosen else places:
        if (place / "dist" / "esm" / "index.js").is_file():
            return place
    raise BoardError("this board's emulator needs the npm package", chosen or "rp2040js", INSTALL)
