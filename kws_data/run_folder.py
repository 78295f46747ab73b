"""Files of a run: names that several rooms use, and reading results back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from kws_data.errors import DataError

#: In ``runs/<name>/dataset``: what is said of the whole, one row a clip, and one row a stretch of negatives.
DATASET_FILE, MANIFEST_FILE, NEGATIVES_FILE = "dataset.json", "manifest.parquet", "negatives.parquet"
#: In ``runs/<name>/model``: the trained float model, the int8 file as it was before a refit, how the int8 one was
#: chosen, and the limits; what a bundle consists of is named in bundle.py.
FLOAT_FILE, HELD_OUT_FILE = "model_float.keras", "held_out.tflite"
EXPORT_FILE, BUDGET_FILE = "export.json", "budget.json"
#: There too: the wish that thresholds are chosen for in place of the configuration's (``kws calibrate --apply``).
CALIBRATION_FILE = "calibration.json"
#: In ``runs/<name>/firmware``, beside the image (``firmware_tools.image.build`` writes it).
SIZE_FILE = "size.json"
#: In ``runs/<name>/report``.
HOST_FILE, DEVICE_FILE, STREAM_FILE, REPORT_FILE = "host.json", "device.json", "stream.json", "report.json"
PAGE_FILE, MARKDOWN_FILE, CARD_FILE = "report.html", "report.md", "model_card.md"
#: There too: what is said of the moments worth hearing, and the folder of their sounds.
MOMENTS_FILE, MOMENTS_FOLDER = "moments.json", "moments"
#: And the test clips worth hearing.
WORST_FILE = "worst.json"
#: And the detector, as a part of the page that runs it.
TRY_FILE = "try_part.html"

Part = TypeVar("Part")


def read_result(path: Path, made_by: str, from_dict: Callable[[dict[str, Any]], Part], again: str = "run") -> Part:
    """A result of an earlier step as the object that it was; DataError as of :func:`read_json`, and where the file
    holds something else: it names the verb ``again``."""
    values = read_json(path, made_by)
    try:
        return from_dict(values)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DataError("a result is damaged", str(path), f"remove it and call kws {again} ({error})") from None


def read_json(path: Path, made_by: str) -> dict[str, Any]:
    """A result of an earlier step; DataError names the verb that makes it."""
    try:
        document = json.loads(path.read_text())
    except FileNotFoundError:
        raise DataError("a result is missing", str(path), f"call kws {made_by} first") from None
    except ValueError:
        raise DataError("a result is damaged", str(path), f"remove it and call kws {made_by} again") from None
    if not isinstance(document, dict):
        raise DataError("a result is damaged", str(path), f"remove it and call kws {made_by} again")
    return document
