"""A float model as a ``.keras`` file whose bytes depend on the model alone, not on the day it was saved."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from firmware_tools.atomic import atomic_path

if TYPE_CHECKING:
    import keras

EPOCH = (1980, 1, 1, 0, 0, 0)
METADATA = "metadata.json"


def save_float(model: keras.Model, path: Path) -> None:
    """Write a model, whole or not at all; raises OSError."""
    with atomic_path(path) as dated:
        model.save(dated)
        with atomic_path(dated) as undated:
            _without_dates(dated, undated)


def _without_dates(source: Path, target: Path) -> None:
    with zipfile.ZipFile(source) as given, zipfile.ZipFile(target, "w") as made:
        for name in sorted(given.namelist()):
            content = given.read(name)
            if name == METADATA:
                content = json.dumps({**json.loads(content), "date_saved": "1980-01-01@00:00:00"}).encode()
            made.writestr(zipfile.ZipInfo(name, EPOCH), content)
