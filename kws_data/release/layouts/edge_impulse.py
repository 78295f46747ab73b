"""Export in the layout that Edge Impulse's uploader reads: ``training/`` and ``testing/`` with ``info.labels``.

Edge Impulse knows no validation split: it draws its own from ``training``. Each clip's own split is in its metadata.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from kws_data.file_names import safe_name
from kws_data.release.clips import SUFFIX, Release, ReleasedClip

CATEGORIES = {"train": "training", "validation": "training", "test": "testing"}
#: Attributes that help to filter in Edge Impulse.
SHOWN = ("accent", "gender", "age", "language", "room", "device_model")


def file_names(clips: Sequence[ReleasedClip]) -> list[str]:
    """Path of each clip: ``<category>/<label>.<clip id>.wav``."""
    return [
        f"{CATEGORIES[clip.origin.split]}/{safe_name(clip.origin.label)}.{clip.origin.clip}{SUFFIX}" for clip in clips
    ]


def documents(release: Release, names: Sequence[str]) -> dict[str, str]:
    """``info.labels``, version 1."""
    files = [_entry(clip, name) for clip, name in zip(release.clips, names, strict=True)]
    return {"info.labels": json.dumps({"version": 1, "files": files}, indent=1, ensure_ascii=False) + "\n"}


def _entry(clip: ReleasedClip, name: str) -> dict[str, Any]:
    origin = clip.origin
    said = {key: str(origin.attributes[key]) for key in SHOWN if origin.attributes.get(key)}
    metadata = {"speaker": origin.speaker, "word": origin.word, "split": origin.split, "licence": origin.licence}
    return {
        "path": name,
        "name": name.rpartition("/")[2].removesuffix(SUFFIX),
        "category": CATEGORIES[origin.split],
        "label": {"type": "label", "label": origin.label},
        "metadata": {**metadata, **said},
    }
