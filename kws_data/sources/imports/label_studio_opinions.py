"""Labels of Label Studio as opinions: each annotation is one of its annotator, of the clip that the task is about.

The clip is named by ``data.clip`` of the task (``kws label export`` and ``kws dataset export`` write it), or else by
the name of its audio file. Reading the same export again changes nothing; an annotation that was corrected in Label
Studio takes the place of what its annotator said before. Predictions nobody confirmed, drafts and skipped tasks are no
opinions.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kws_data.catalog.opinions import MOST_SIGNS, NewOpinion
from kws_data.errors import DataError
from kws_data.labelling.labels import SPECIAL, checked_label
from kws_data.sources.imports.items import RATE_HZ
from kws_data.sources.imports.json_files import items as listed
from kws_data.sources.imports.json_files import mapping, number, text
from kws_data.sources.imports.layouts.label_studio_exports import Task, read_tasks
from kws_data.sources.imports.layouts.label_studio_files import address_of
from kws_data.sources.imports.layouts.label_studio_regions import Label, read_results

_CLIP = re.compile(r"(?:^|[/\\=-])([0-9a-f]{16})\.[a-z0-9]{2,4}$")
_SAID = {shown: label for label, shown in SPECIAL.items()}  # an interface without aliases has what people read
_LONGEST_S = 3_600.0


@dataclass(frozen=True)
class ReadOpinions:
    """Opinions of an export, (task, reason) of each annotation that is none, and the numbers of all annotators."""

    opinions: tuple[NewOpinion, ...]
    problems: tuple[tuple[str, str], ...]
    annotators: tuple[str, ...] = ()


def read_opinions(path: Path, clip_ids: Set[str], names: Mapping[str, str] | None = None) -> ReadOpinions:
    """Opinions in a JSON export of Label Studio (a file, or a folder of them).

    Args:
        path: where it is.
        clip_ids: clips of the catalogue; a task about another one is a problem.
        names: what annotators are called, by their number (``completed_by``); ``ls-3`` where nothing is said. What was
            taken in before keeps its name.

    Raises:
        DataError: it cannot be read, or is no export of Label Studio.
    """
    if not path.exists():
        raise DataError("export of Label Studio not found", str(path), "name the JSON file that it wrote")
    tasks, _ = read_tasks(path)
    opinions: list[NewOpinion] = []
    problems: list[tuple[str, str]] = []
    annotators = {_annotator(one.get("completed_by")) for task in tasks for one in task.annotations} - {""}
    for task in tasks:
        clip = _clip_of(task)
        if clip not in clip_ids:
            problems.append((task.place, _unknown(clip)))
            continue
        said = [one for one in task.annotations if not one.get("was_cancelled")]
        problems += [] if said else [(task.place, task.unsaid)]
        for annotation in said:
            try:
                opinions.append(_opinion(clip, annotation, names or {}))
            except DataError as error:
                shown = f": {error.value}" if error.value else ""
                problems.append((task.place, f"{error.what}{shown}; {error.remedy}"))
    return ReadOpinions(tuple(opinions), tuple(problems), tuple(sorted(annotators)))


def _clip_of(task: Task) -> str:
    """Id of the clip that a task is about; empty where nothing says it."""
    told = text(task.data.get("clip"))
    if told:
        return told
    address, _ = address_of(task.data, task.file_upload)
    found = _CLIP.search(address)
    return found[1] if found else ""


def _unknown(clip: str) -> str:
    if clip:
        return f"its clip is not in this catalogue: {clip:.40}; name the one that was exported with --recordings"
    return "no clip is named: export the tasks with kws label export, and keep data.clip"


def _opinion(clip: str, annotation: Mapping[str, Any], names: Mapping[str, str]) -> NewOpinion:
    results = listed(annotation.get("result"))
    if not results:
        raise DataError("nothing was said", None, "label it in Label Studio and export again")
    labels, problems = read_results(results)
    if problems:
        raise DataError(problems[0][1], None, "correct it in Label Studio and export again")
    label, stretch = _label_of(labels)
    annotator = _annotator(annotation.get("completed_by"))
    seconds = number(annotation.get("lead_time"))
    said = NewOpinion(
        clip,
        "imported",
        names.get(annotator, f"ls-{annotator}" if annotator else "label-studio"),
        label,
        note=_note(results)[:MOST_SIGNS],
        start=round(stretch.start_s * RATE_HZ) if stretch else None,
        stop=round(stretch.end_s * RATE_HZ) if stretch else None,
        seconds=seconds if seconds is not None and 0 <= seconds <= _LONGEST_S else None,
    )
    return NewOpinion(**{**_fields(said), "token": _token(said, annotation)})


def _label_of(labels: list[Label]) -> tuple[str, Label | None]:
    """The label of the whole clip, or else of its only region; and the region, which is the cut."""
    stretches = [one for one in labels if not one.whole]
    whole = list(dict.fromkeys(one.word for one in labels if one.whole))
    if len(stretches) > 1:
        several = ", ".join(one.word for one in stretches)
        raise DataError("several regions in one clip", several, "keep the one of the word, or call it a bad recording")
    words = whole or [one.word for one in stretches]
    if len(words) != 1:
        what = "several labels for one clip" if words else "no label"
        raise DataError(what, ", ".join(words) or None, "keep one in Label Studio and export again")
    return checked_label(_SAID.get(words[0], words[0])), stretches[0] if stretches else None


def _annotator(value: object) -> str:
    """The number of an annotator, or a hash of the address where only that is told: no name enters the catalogue."""
    given = mapping(value)
    told = text(given.get("id")) if given else text(value)
    if told and re.fullmatch(r"[0-9]{1,18}", told):
        return told
    named = told or text(given.get("email")) or text(given.get("username"))
    return hashlib.sha256(named.encode()).hexdigest()[:8] if named else ""


def _note(results: list[Any]) -> str:
    """What was written into a field called ``note`` or the like."""
    return " ".join(" ".join(_notes(results)).split())


def _notes(results: list[Any]) -> Iterator[str]:
    for result in map(mapping, results):
        if text(result.get("from_name")).lower() in ("note", "notes", "comment", "comments"):
            value = mapping(result.get("value")).get("text")
            yield from (text(one) for one in (value if isinstance(value, list) else [value]))


def _fields(said: NewOpinion) -> dict[str, Any]:
    return {name: getattr(said, name) for name in NewOpinion.__dataclass_fields__}


def _token(said: NewOpinion, annotation: Mapping[str, Any]) -> str:
    """Name of an annotation as it stands: another one once it was corrected."""
    which = text(annotation.get("unique_id")) or text(annotation.get("id")) or text(annotation.get("annotation_id"))
    when = text(annotation.get("updated_at")) or text(annotation.get("created_at"))
    who = text(annotation.get("completed_by")) or text(mapping(annotation.get("completed_by")).get("id"))
    facts = json.dumps([which, when, who, {**_fields(said), "giver": ""}])
    return f"label-studio/{hashlib.sha256(facts.encode()).hexdigest()[:32]}"
