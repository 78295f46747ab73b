"""The spotter as WebAssembly: the C of a board's image, with a browser (``native/browser.c``) in its app's place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from firmware_tools.firmware import FIRMWARE_DIR, INCLUDE_DIR, SOURCE_DIR
from firmware_tools.toolchain.compile import compile_wasm

APP = Path(__file__).parent / "native" / "browser.c"


def spotter_wasm(generated: Mapping[str, str], flags: Sequence[str] = ()) -> bytes:
    """The module of what :func:`firmware_tools.spotter.sources.spotter_sources` generated; it imports nothing.

    Args:
        generated: file name to text.
        flags: further compiler flags; ``-msimd128`` for vectors, which older browsers lack.

    Raises:
        FirmwareError: the compiler refused.
    """
    return compile_wasm(
        [
            APP,
            *sorted(SOURCE_DIR.glob("*.c")),
            *(text for name, text in sorted(generated.items()) if name.endswith(".c")),
        ],
        include_dirs=(INCLUDE_DIR, FIRMWARE_DIR / "libc"),
        name="spotter",
        headers={name: text for name, text in generated.items() if name.endswith(".h")},
        flags=flags,
    )
