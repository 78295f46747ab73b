"""Which int8 file may be compared with the float model."""

from __future__ import annotations

from pathlib import Path

from kws_data.bundle import ModelBundle
from kws_data.run_folder import HELD_OUT_FILE


def fair_int8(bundle: ModelBundle, model_dir: Path) -> bytes:
    """The int8 file that learnt from the same people as ``model_float.keras``: what ships, or after a refit the file
    before it."""
    held_out = model_dir / HELD_OUT_FILE
    return held_out.read_bytes() if held_out.is_file() else bundle.tflite
