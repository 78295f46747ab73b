"""A float model as a ``.keras`` file whose bytes depend on the model alone, not on the day it was saved."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from firmware_tools.errors import ModelError
from kws_data.system.native_output import native_output_silenced

if TYPE_CHECKING:
    import keras


import json
import re
import zipfile
from typing import TYPE_CHECKING

from firmware_tools.atomic import atomic_path

if TYPE_CHECKING:
    import keras

EPOCH = (1980, 1, 1, 0, 0, 0)
CONFIG, METADATA = "config.json", "metadata.json"
_OBJECT = re.compile(r'"shared_object_id": (\d+)')


def save_float(model: keras.Model, path: Path) -> None:
    """Write a model, whole or not at all; raises OSError."""
    with atomic_path(path) as dated:
        model.save(dated)
        with atomic_path(dated) as undated, zipfile.ZipFile(dated) as given, zipfile.ZipFile(undated, "w") as made:
            for name in sorted(given.namelist()):
                made.writestr(zipfile.ZipInfo(name, EPOCH), settled(name, given.read(name)))


def settled(name: str, content: bytes) -> bytes:
    """A member of the file without the date, and with objects numbered in order instead of by their address."""
    if name == METADATA:
        return json.dumps({**json.loads(content), "date_saved": "1980-01-01@00:00:00"}).encode()
    if name != CONFIG:
        return content
    numbers: dict[str, int] = {}
    text = content.decode()
    return _OBJECT.sub(lambda m: f'"shared_object_id": {numbers.setdefault(m[1], len(numbers))}', text).encode()


def load_float(path: Path) -> keras.Model:
    """The trained float model; raises ModelError when the file is missing or damaged."""
    with native_output_silenced():
        import keras

        from kws_data.models.branches import branched_class

        branched_class()  # known to Keras from here on
    try:
        return keras.models.load_model(path, compile=False)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError("float model cannot be read", str(path), f"call kws train first ({error})") from None


def float_scores(model: keras.Model, x: NDArray[np.int8], batch: int = 512) -> NDArray[np.float32]:
    """Probabilities [clips, labels] of int8 features [clips, frames, features]."""
    parts = [np.asarray(model(as_input(x[i : i + batch]), training=False)) for i in range(0, len(x), batch)]
    return np.concatenate(parts).astype(np.float32)


def as_input(x: NDArray[np.int8]) -> NDArray[np.float32]:
    """int8 features [clips, frames, features] to model input [clips, frames, 1, features] in -1 to 127/128."""
    return (x.astype(np.float32) / 128.0)[:, :, None, :]
