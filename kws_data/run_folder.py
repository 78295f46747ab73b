"""Files of a run, and reading them back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kws_data.errors import DataError


def read_json(path: Path, made_by: str) -> dict[str, Any]:
    """A result of an earlier step; DataError names the verb that makes it."""
    try:
        document = json.loads(path.read_text())
    except FileNotFoundError:
        raise DataError("a result is missing", str(path), f"call kws {made_by} first") from None
    except ValueError:
        raise DataError("a result is damaged", str(path), f"call kws {made_by} again") from None
    if not isinstance(document, dict):
        raise DataError("a result is damaged", str(path), f"call kws {made_by} again")
    return document
