"""Tasks of a Label Studio export: JSON, the smaller JSON-MIN, or one file an annotation as its storages keep them.

::

    [{"id": 1, "data": {"audio": "audio/a.wav", "speaker": "s01"},
      "annotations": [{"was_cancelled": false, "completed_by": 3, "result": […]}]}]
    JSON-MIN: [{"id": 1, "audio": "audio/a.wav", "speaker": "s01", "choice": "yes", "annotator": 3}]

Who annotated is not kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kws_data.errors import DataError
from kws_data.sources.imports.json_files import items as listed
from kws_data.sources.imports.json_files import mapping, number, read_json, shown, text
from kws_data.sources.imports.layouts.label_studio_audio import audio_named

EXPECTED = "a JSON export of Label Studio, beside its audio"
HOW = "export from Label Studio as JSON"
_MIN_CHOICES = ("choice", "choices", "label", "labels")
_MIN_QUESTIONS = ("word", "keyword", "transcription")
_MIN_MARKS = frozenset({"annotator", "annotation_id", "lead_time"})


@dataclass(frozen=True)
class Task:
    """A recording and what annotators say of it.

    Attributes:
        place: where it stands, for people.
        data: its fields.
        upload: name of the file, where no field has it.
        annotations: results of each annotator who counts.
        unanswered: why there is no annotation; empty when there is one.
    """

    place: str
    data: Mapping[str, Any]
    upload: str
    annotations: tuple[tuple[Any, ...], ...]
    unanswered: str = ""

    @property
    def _results(self) -> Iterator[dict[str, Any]]:
        return (mapping(result) for annotation in self.annotations for result in annotation)

    @property
    def has_times(self) -> bool:
        """Whether stretches of the recording are labelled."""
        return any(mapping(result.get("value")).keys() & {"start", "end"} for result in self._results)

    @property
    def original_length_s(self) -> float | None:
        """Length of the recording that was labelled, where the export has it."""
        lengths = (number(result.get("original_length")) for result in self._results)
        return next((length for length in lengths if length), None)


def read_tasks(root: Path) -> list[Task]:
    """Tasks of a JSON file, or of all JSON files at the top of a folder.

    Raises:
        DataError: no JSON file, or none with tasks in it.
    """
    if root.is_file() and root.suffix.lower() in (".csv", ".tsv"):
        raise DataError("table is no JSON export of Label Studio", str(root), f"{HOW}: a table lacks the regions")
    paths = [root] if root.is_file() else sorted(root.glob("*.json"))
    tasks = [task for path in paths for task in _of_file(path, alone=root.is_file())]
    if not tasks:
        tables = sorted(path.name for path in root.glob("*.[ct]sv") if path.name != "ATTRIBUTION.csv")
        seen = f"; {tables[0]} is not read: {HOW}" if tables else ""
        raise DataError("no JSON export of Label Studio", str(root), f"expected {EXPECTED}{seen}")
    return tasks


def _of_file(path: Path, *, alone: bool) -> list[Task]:
    document = read_json(path)
    entries = [document] if isinstance(document, dict) else listed(document)
    if not any(isinstance(entry, dict) for entry in entries):
        if alone:
            raise DataError("JSON file has no tasks in it", str(path), HOW)
        return []
    tasks: dict[tuple[str, str], Task] = {}
    for place, entry in enumerate(map(mapping, entries)):
        task = _task(f"{path.name} task {shown(entry.get('id', place))}", entry)
        key = (f"{place}", "") if not _is_small(entry) else (text(entry.get("id")), audio_named(task.data)[0])
        if all(key) and key in tasks:  # a row for each annotator
            task = replace(tasks[key], annotations=tasks[key].annotations + task.annotations)
        tasks[key if all(key) else (f"{place}", "")] = task
    return list(tasks.values())


def _task(place: str, entry: dict[str, Any]) -> Task:
    if "result" in entry and mapping(mapping(entry.get("task")).get("data")):  # a file of a storage
        entry = {**entry["task"], "annotations": [entry]}
    data = mapping(entry.get("data")) or entry
    annotations = [mapping(one) for one in listed(entry.get("annotations")) + listed(entry.get("completions"))]
    kept = [one for one in annotations if not one.get("was_cancelled")]
    sure = [one for one in kept if one.get("ground_truth") is True] or kept
    results = [tuple(listed(one.get("result"))) for one in sure]
    if _is_small(entry):
        results = [tuple(_small_form(entry))]
    answered = tuple(one for one in results if one)
    return Task(place, data, text(entry.get("file_upload")), answered, "" if answered else _unanswered(entry, kept))


def _unanswered(entry: dict[str, Any], kept: list[dict[str, Any]]) -> str:
    """Why nobody says anything of a task."""
    if listed(entry.get("annotations")) and not kept:
        return "was skipped by everybody: label it and export it again"
    if listed(entry.get("drafts")):
        return "has only a draft: submit it and export it again"
    if listed(entry.get("predictions")):
        return "has only predictions: confirm them and export it again"
    return "not labelled: label it and export it again"


def _is_small(entry: dict[str, Any]) -> bool:
    """Whether a task is in JSON-MIN."""
    return not (mapping(entry.get("data")) or listed(entry.get("annotations")) or listed(entry.get("completions")))


def _small_form(entry: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Results of a task in JSON-MIN: ``"choice": "yes"`` or ``"label": [{"start", "end", "labels"}]``."""
    answers = _answers(entry, _MIN_CHOICES)
    if not answers and entry.keys() & _MIN_MARKS:  # without these marks they are fields of its data
        answers = _answers(entry, _MIN_QUESTIONS)
    for key, words in answers.items():
        yield {"from_name": key, "value": {"text" if key == "transcription" else "choices": words}}
    for key, value in entry.items():
        for one in listed(value):
            if isinstance(one, dict) and one.keys() & {"labels", "start", "end"}:
                yield {"from_name": key, "value": one}


def _answers(entry: dict[str, Any], questions: tuple[str, ...]) -> dict[str, list[str]]:
    """What was answered to each of the questions that was."""
    found = {}
    for key in questions:
        value = entry.get(key)
        said = listed(value) or listed(mapping(value).get("choices")) or [value]
        if words := [one for one in said if isinstance(one, str) and one.strip()]:
            found[key] = words
    return found
