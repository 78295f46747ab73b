"""C that runs on a board, nothing else: apps, ports, headers, sources; and the places where they lie.

May import: nothing. Start reading at ``apps/spotter.c`` and ``include/kws_port.h``, the one header a board fulfils.
"""

from __future__ import annotations

from pathlib import Path

FIRMWARE_DIR = Path(__file__).parent
INCLUDE_DIR = FIRMWARE_DIR / "include"
SOURCE_DIR = FIRMWARE_DIR / "src"
#: The front end's own, which need nothing else.
FRONTEND_SOURCES = tuple(sorted(SOURCE_DIR.glob("kws_frontend*.c")))
