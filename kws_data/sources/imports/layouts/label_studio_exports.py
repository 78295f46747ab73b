"""The JSON that Label Studio writes, in its forms, as tasks: what is to be labelled and what annotators said of it.

``JSON`` has tasks with ``annotations``. ``JSON-MIN`` has a row for each annotation, the answers as columns. A target
storage has a file for each annotation, the task inside of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kws_data.errors import DataError
from kws_data.sources.imports.json_files import items as listed
from kws_data.sources.imports.json_files import mapping, read_json, text
from kws_data.sources.imports.layouts.label_studio_files import AUDIO_KEYS, address_of

EXPECTED = "a JSON export of Label Studio, beside its audio"
EXPORT_AS_JSON = "in Label Studio choose Export, JSON (not CSV, TSV or another form), and put the file beside its audio"
OTHER_FORMS = frozenset({".csv", ".tsv", ".jsonl", ".ndjson", ".zip", ".conll"})
_OF_TASKS = frozenset(
    {"data", "annotations", "completions", "result", "annotation_id", "annotator", "lead_time", "file_upload"}
)
_OF_ROWS = frozenset({"choice", "label", "labels", "choices", *AUDIO_KEYS})
#: Columns of JSON-MIN that hold what was chosen; the second line only where there is none of the first.
_CHOSEN = (("choice", "label", "labels", "choices"), ("word", "keyword", "class"))
_TEXTS = ("transcription", "transcript")


@dataclass
class Task:
    """One recording to be labelled, and what was said of it.

    Attributes:
        place: the export and the task's number in it, for people.
        data: what the task says of its recording.
        annotations: of annotators, as Label Studio has them.
        file_upload: name of the upload; empty when it is none.
        unsaid: why nobody said anything, should nobody have.
    """

    place: str
    data: dict[str, Any]
    annotations: list[dict[str, Any]] = field(default_factory=list)
    file_upload: object = ""
    unsaid: str = "not labelled"

    @property
    def is_labelled(self) -> bool:
        """Whether an annotator said something, be it unusable."""
        return any(one.get("result") and not one.get("was_cancelled") for one in self.annotations)


def read_tasks(root: Path) -> tuple[list[Task], list[str]]:
    """Tasks of an export (a JSON file, or all at the top of a folder), and a note on each file that is none.

    Raises:
        DataError: a file is no JSON, or none has tasks in it.
    """
    paths = [root] if root.is_file() else sorted(path for path in root.glob("*.json") if path.is_file())
    if root.is_file() and root.suffix.lower() in OTHER_FORMS:
        raise DataError("file is no JSON export of Label Studio", str(root), EXPORT_AS_JSON)
    tasks: list[Task] = []
    notes: list[str] = []
    joined: dict[tuple[str, str], Task] = {}
    for path in paths:
        rows = _rows(path)
        notes += [] if rows else [f"{path.name} has no tasks of Label Studio and was not read"]
        for place, row in enumerate(rows):
            _add(mapping(row), path, place, tasks, joined)
    if not tasks:
        raise _no_tasks(root, paths)
    return tasks, notes


def _rows(path: Path) -> list[Any]:
    """Rows of a document; none when it is something else."""
    try:
        document = read_json(path)
    except DataError as error:
        raise DataError(error.what, str(path), f"{error.remedy}; {EXPORT_AS_JSON}") from None
    if isinstance(document, dict):
        return [document] if (_OF_TASKS | _OF_ROWS) & document.keys() else []
    rows = listed(document)
    return rows if any(isinstance(row, dict) for row in rows) else []


def _no_tasks(root: Path, paths: list[Path]) -> DataError:
    if root.is_file():
        return DataError("JSON file has no tasks in it", str(root), f"export it again: {EXPORT_AS_JSON}")
    others = sorted(path.name for path in root.iterdir() if path.suffix.lower() in OTHER_FORMS) if not paths else []
    told = f"there is {others[0]}; {EXPORT_AS_JSON}" if others else f"expected {EXPECTED}: {EXPORT_AS_JSON}"
    return DataError("no JSON export of Label Studio", str(root), told)


def _add(row: dict[str, Any], path: Path, place: int, tasks: list[Task], joined: dict[tuple[str, str], Task]) -> None:
    """Add a row's task, or its annotation to the task of an earlier row."""
    inner = mapping(row.get("task")) if "result" in row else {}
    number = text((inner or row).get("id"))
    named = f"{path.name} task {number or place!s:.40}"
    if inner:
        task = _of_json({**inner, "annotations": [row]}, named)
    elif mapping(row.get("data")) or "annotations" in row or "completions" in row:
        tasks.append(_of_json(row, named))
        return
    else:
        task = Task(named, row, [_of_row(row)])
    key = ("" if inner else str(path), number or named)
    known = joined.setdefault(key, task)
    if known is task or address_of(known.data, "") != address_of(task.data, ""):
        tasks.append(task)
    else:
        known.annotations += task.annotations


def _of_row(row: dict[str, Any]) -> dict[str, Any]:
    """The annotation of a row of JSON-MIN as JSON has it."""
    kept = {"id": "annotation_id", "completed_by": "annotator"}
    same = ("was_cancelled", "lead_time", "created_at", "updated_at")
    told = {name: row.get(column) for name, column in kept.items()} | {name: row.get(name) for name in same}
    return {"result": list(_answers(row)), **told}


def _of_json(row: dict[str, Any], place: str) -> Task:
    said = [mapping(one) for one in listed(row.get("annotations")) + listed(row.get("completions"))]
    data = mapping(row.get("data")) or row
    return Task(place, data, said, row.get("file_upload"), _unsaid(row, said))


def _unsaid(row: dict[str, Any], said: list[dict[str, Any]]) -> str:
    if said and all(one.get("was_cancelled") for one in said):
        return "skipped by its annotator: label it in Label Studio, or delete the task"
    if listed(row.get("drafts")) or any(one.get("draft") for one in said):
        return "only a draft: submit it in Label Studio and export again"
    if not said and listed(row.get("predictions")):
        return "only predictions, which nobody confirmed: submit them in Label Studio and export again"
    return "not labelled"


def _answers(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Results of a row of JSON-MIN: ``"choice": "yes"``, ``"label": [{"start", "end", "labels"}]`` and the like."""
    chosen = next((keys for keys in _CHOSEN if any(text(row.get(key)) for key in keys)), ())
    for key, value in row.items():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict) and {"labels", "choices", "text", "start", "end", "taxonomy"} & one.keys():
                yield {"from_name": key, "value": one}
            elif text(one) and (key in chosen or (key in _CHOSEN[0] and isinstance(value, list))):
                yield {"from_name": key, "value": {"choices": [one]}}
            elif text(one) and key in _TEXTS:
                yield {"from_name": key, "value": {"text": [one]}}
