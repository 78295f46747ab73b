"""Clips and suggestions for Label Studio: a folder of audio, tasks, the labelling interface, and how to use them.

What comes back is read by :mod:`kws_data.sources.imports.label_studio_opinions`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from firmware_tools.atomic import write_text
from kws_data.audio import write_wav
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import Clip
from kws_data.catalog.opinions import Opinion
from kws_data.errors import DataError
from kws_data.labelling.cuts import RATE_HZ
from kws_data.labelling.labels import NOT_SURE, SPECIAL
from kws_data.progress import Progress

LABEL, CUT, NOTE, AUDIO = "label", "cut", "note", "audio"  # names of the questions, and of what is heard and its folder
MARKER = "labelling.xml"  # a folder that has it is an export of ours
_OUR_SOUND = re.compile(r"[0-9a-f]{16}\.wav")
README = """# Label Studio project

1. Start Label Studio with `LABEL_STUDIO_LOCAL_FILES_SERVING_ENABLED=true` and
   `LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT` set to this folder, and add this folder's `audio` as local storage.
2. Make a project with the labelling interface of `labelling.xml`.
3. Import `tasks.json`. Where a machine has said something, the task shows it as a prediction.
4. Label. A region marks where the word stands, where the clip holds more than it; leave it out otherwise.
5. Export as JSON and call `kws label import FILE.json`: each annotation becomes an opinion of its annotator.
"""


def export_tasks(
    catalog: Catalog,
    clips: Sequence[Clip],
    labels: Sequence[str],
    folder: Path,
    progress: Progress | None = None,
) -> None:
    """Write clips as 16-bit WAV, tasks with what machines suggest, and the interface into a folder.

    Raises:
        CatalogError: audio of a clip is missing or damaged.
    """
    suggested = _suggestions(catalog.opinions.all(clip_ids=[clip.id for clip in clips], kinds=["model"]))
    for done, clip in enumerate(clips, 1):
        write_wav(folder / audio_name(clip.id), catalog.load(clip), RATE_HZ)
        if progress:
            progress("export", done, len(clips))
    tasks = [task_of(clip.id, suggested.get(clip.id)) for clip in clips]
    write_text(folder / "tasks.json", json.dumps(tasks, indent=1, ensure_ascii=False) + "\n")
    write_text(folder / MARKER, interface(labels))
    write_text(folder / "README.md", README)


def replace_export(fresh: Path, old: Path) -> None:
    """Bring the files of an export into the folder of an older one, and take away the older one's other clips.

    What else lies there stays. The interface, by which the folder is known, comes last: where the call is cut off, the
    next one ends the work.

    Raises:
        DataError: a file cannot be replaced.
    """
    new = sorted(path.relative_to(fresh).as_posix() for path in fresh.rglob("*") if path.is_file())
    sounds = [] if (old / AUDIO).is_symlink() else sorted((old / AUDIO).glob("*.wav"))
    try:
        for name in (*(one for one in new if one != MARKER), MARKER):
            (old / name).parent.mkdir(parents=True, exist_ok=True)
            (fresh / name).replace(old / name)
        for path in sounds:
            if _OUR_SOUND.fullmatch(path.name) and f"{AUDIO}/{path.name}" not in new:
                path.unlink()
    except OSError as error:
        remedy = f"{error.strerror or error}; name another folder"
        raise DataError("export cannot be replaced", str(old), remedy) from None


def audio_name(clip_id: str) -> str:
    """Path of a clip's audio in the folder."""
    return f"{AUDIO}/{clip_id}.wav"


def _suggestions(opinions: Iterable[Opinion]) -> Mapping[str, Opinion]:
    """The surest opinion of a machine for each clip."""
    ordered = sorted(opinions, key=lambda one: (one.confidence or 0.0, one.id))
    return {one.clip_id: one for one in ordered if one.label != NOT_SURE}


def task_of(clip_id: str, suggestion: Opinion | None = None) -> dict[str, Any]:
    """A task; nothing of what people said is in it, so that annotators stay blind."""
    task: dict[str, Any] = {"data": {AUDIO: f"/data/local-files/?d={audio_name(clip_id)}", "clip": clip_id}}
    if suggestion is not None:
        result = {
            "id": clip_id,
            "from_name": LABEL,
            "to_name": AUDIO,
            "type": "choices",
            "value": {"choices": [suggestion.label]},
        }
        score = {} if suggestion.confidence is None else {"score": suggestion.confidence}
        task["predictions"] = [{"model_version": suggestion.giver, **score, "result": [result]}]
    return task


def interface(labels: Sequence[str]) -> str:
    """Labelling interface: one label, a region for the word, and a note.

    ``alias`` is what comes back, so that people read "another word" and the export says ``_unknown_``.
    """
    named = [(SPECIAL.get(label, label), label) for label in dict.fromkeys([*labels, *SPECIAL])]
    choices = "\n".join(f"    <Choice value={quoteattr(shown)} alias={quoteattr(label)}/>" for shown, label in named)
    return (
        f'<View>\n  <Audio name="{AUDIO}" value="$audio"/>\n'
        f'  <Choices name="{LABEL}" toName="{AUDIO}" choice="single" showInline="true" required="true">\n{choices}\n'
        f'  </Choices>\n  <Labels name="{CUT}" toName="{AUDIO}">\n    <Label value="word"/>\n  </Labels>\n'
        f'  <TextArea name="{NOTE}" toName="{AUDIO}" rows="2" maxSubmissions="1" editable="true"/>\n</View>\n'
    )
