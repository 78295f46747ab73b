"""A float model as a ``.keras`` file whose bytes depend on the model alone, not on the day it was saved."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
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
