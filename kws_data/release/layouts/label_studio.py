"""Export for Label Studio: tasks with the labels of today as predictions, for people to confirm or correct."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import quoteattr

from kws_data.release.clips import SUFFIX, Release, ReleasedClip

CONTROL, OBJECT = "label", "audio"
README = """# Label Studio project

1. Start Label Studio with `LABEL_STUDIO_LOCAL_FILES_SERVING_ENABLED=true` and
   `LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT` set to this folder, and add this folder's `audio` as local storage.
2. Make a project with the labelling interface of `labelling.xml`.
3. Import `tasks.json`: every task shows the label that the data set has today; confirm or correct it.
4. Export as JSON into this folder and call `kws import label-studio` on it: speakers, licences and splits stay.
"""


def file_names(clips: Sequence[ReleasedClip]) -> list[str]:
    """Path of each clip: ``audio/<clip id>.wav``."""
    return [f"audio/{clip.origin.clip}{SUFFIX}" for clip in clips]


def documents(release: Release, names: Sequence[str]) -> dict[str, str]:
    """Tasks, the labelling interface, and what to do with them."""
    version = str(release.info["version"])
    tasks = [_task(clip, name, version) for clip, name in zip(release.clips, names, strict=True)]
    return {
        "tasks.json": json.dumps(tasks, indent=1, ensure_ascii=False) + "\n",
        "labelling.xml": _interface(release.info["labels"]),
        "README.md": README,
    }


def _task(clip: ReleasedClip, name: str, version: str) -> dict[str, Any]:
    origin = clip.origin
    result = {
        "id": origin.clip,
        "from_name": CONTROL,
        "to_name": OBJECT,
        "type": "choices",
        "value": {"choices": [origin.label]},
    }
    data = {"clip": origin.clip, "word": origin.word, "split": origin.split, "speaker": origin.speaker}
    return {
        "data": {"audio": f"/data/local-files/?d={name}", **data},
        "predictions": [{"model_version": version, "result": [result]}],
    }


def _interface(labels: Sequence[str]) -> str:
    choices = "\n".join(f"    <Choice value={quoteattr(label)}/>" for label in labels)
    return (
        f'<View>\n  <Audio name="{OBJECT}" value="$audio"/>\n'
        f'  <Choices name="{CONTROL}" toName="{OBJECT}" choice="single" showInline="true">\n{choices}\n'
        "  </Choices>\n</View>\n"
    )
