"""A JSON export of Label Studio: tasks with audio, labelled as a whole (choices) or in stretches (regions).

Tasks, results and answers have a module each: ``label_studio_tasks``, ``label_studio_regions``, ``label_studio_words``.
Of several annotators the majority decides; a task on which they are split evenly is set aside with what each said. Who
annotated is not kept, only how many and how many of them agree.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from kws_data.audio import duration_s
from kws_data.errors import AudioError
from kws_data.sources.imports.attribution import Origin, read_attribution
from kws_data.sources.imports.files_below import FilesBelow
from kws_data.sources.imports.items import (
    SPLIT_NAMES,
    Item,
    Layout,
    Scan,
    plain_text,
    public_id,
    read_clip,
    read_stretch,
)
from kws_data.sources.imports.json_files import shown, text
from kws_data.sources.imports.layouts.label_studio_audio import audio_named, find_audio
from kws_data.sources.imports.layouts.label_studio_regions import NEAR_S, Label, annotation_of
from kws_data.sources.imports.layouts.label_studio_tasks import EXPECTED, Task, read_tasks
from kws_data.sources.imports.layouts.label_studio_votes import decide
from kws_data.sources.imports.licences import licence_id
from kws_data.sources.imports.speaker_terms import age_of, gender_of, said


@dataclass
class _Found:
    """What was found so far; clips by recording and stretch, with the place of each task that has them."""

    clips: dict[tuple[str, float, float], list[tuple[str, Item]]] = field(default_factory=lambda: defaultdict(list))
    problems: list[tuple[str, str]] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    other_lengths: list[str] = field(default_factory=list)


def scan(root: Path) -> Scan:
    """Clips of all tasks in an export (a JSON file, or a folder with one or more of them at its top).

    Raises:
        DataError: no JSON file, or none with tasks in it.
    """
    folder = root if root.is_dir() else root.parent
    tasks = read_tasks(root)
    origins = read_attribution(folder)
    found = _Found()
    answered, unanswered = _placed(FilesBelow(folder), tasks, found)
    for name, task in answered:
        _take(folder, name, task, origins, found)
    for name, task in unanswered:
        if origin := origins.get(name):
            found.clips[name, -1.0, -1.0].append((task.place, origin.item(folder / name, plain_text(name))))
        else:
            found.problems.append((task.place, task.unanswered))
    items = list(_one_word_each(found))
    return Scan(
        sorted(items, key=lambda item: item.name),
        tuple(found.problems),
        tuple(found.absent),
        tuple(_notes(found)),
    )


def _placed(
    files: FilesBelow, tasks: Sequence[Task], found: _Found
) -> tuple[list[tuple[str, Task]], list[tuple[str, Task]]]:
    """Tasks with the names of their files: those with annotations, and those of files that nobody has annotated."""
    named = {id(task): audio_named(task.data, task.upload) for task in tasks}
    wanted = [task for task in tasks if named[id(task)][0]]
    found.problems += [(task.place, named[id(task)][1]) for task in tasks if not named[id(task)][0]]
    places = find_audio(files, [named[id(task)][0] for task in wanted if task.annotations])
    places = find_audio(files, [named[id(task)][0] for task in wanted if not task.annotations]) | places
    there: list[tuple[str, Task]] = []
    for task in wanted:
        place = places[named[id(task)][0]]
        if place.reason:
            found.problems.append((task.place, place.reason))
        elif not place.there:
            found.absent.append(shown(place.name, 200))
        else:
            there.append((place.name, task))
    answered = [(name, task) for name, task in there if task.annotations]
    known = {name for name, _ in answered}
    return answered, [(name, task) for name, task in there if name not in known]


def _take(folder: Path, name: str, task: Task, origins: Mapping[str, Origin], found: _Found) -> None:
    """Take the clips of a task with annotations."""
    path = folder / name
    length_s = _length_s(path) if task.has_times else None
    annotations = [annotation_of(results, length_s) for results in task.annotations]
    problems = dict.fromkeys(problem for annotation in annotations for problem in annotation.problems)
    found.problems += [(f"{task.place} {which}", reason) for which, reason in problems]
    opinions = [annotation for annotation in annotations if annotation.labels or annotation.doubt]
    labels, agreeing, reason = decide(opinions)
    votes = {"annotators": len(opinions), "annotators_agreeing": agreeing}
    plain = plain_text(name)
    origin = origins.get(name)
    for label in labels:
        item = _item(path, plain, label, task.data, votes)
        if origin:
            known = origin.item(path, plain)
            item = replace(known, name=item.name, word=origin.word_for(item.word), read=item.read)
        found.clips[name, label.start_s, label.end_s].append((task.place, item))
    if origin and not opinions:
        found.clips[name, -1.0, -1.0].append((task.place, origin.item(path, plain)))
    elif reason and (opinions or not problems):
        found.problems.append((task.place, reason))
    if length_s and task.original_length_s and abs(length_s - task.original_length_s) > max(NEAR_S, 0.01 * length_s):
        lengths = f"{task.original_length_s:.3f} s there, {length_s:.3f} s here"
        found.other_lengths.append(f"{task.place} ({plain}: {lengths})")


def _length_s(path: Path) -> float | None:
    """Length of a recording; None where it cannot be read, which its reader will tell."""
    try:
        return duration_s(path)
    except AudioError:
        return None


def _one_word_each(found: _Found) -> Iterator[Item]:
    """One clip for each recording or stretch; where tasks or regions do not agree on its word it is set aside."""
    for (name, start_s, end_s), claims in found.clips.items():
        place, first = claims[0]
        other = next(((where, item) for where, item in claims if item.word != first.word), None)
        if other is None:
            yield first
            continue
        stretch = "" if start_s < 0 else f" ({start_s:g} to {end_s:g} s)"
        where = other[0] if other[0] != place else "another region"
        words = f"{shown(first.word)} here and {shown(other[1].word)} in {where}"
        found.problems.append((place, f"{plain_text(name)}{stretch} is {words}: leave one"))


def _notes(found: _Found) -> Iterator[str]:
    """What a person should know of the whole."""
    claims = [(plain_text(key[0]), claimed) for key, claimed in found.clips.items()]
    agreed = [(name, claimed) for name, claimed in claims if len({item.word for _, item in claimed}) == 1]
    several = [name for name, claimed in agreed if len({place for place, _ in claimed}) > 1]
    if several:
        yield f"{len(several)} recordings or stretches are in several tasks, such as {several[0]}: each is taken once"
    if found.other_lengths:
        many = f"{len(found.other_lengths)} tasks were labelled on recordings of another length"
        yield f"{many}, such as {found.other_lengths[0]}: see whether they are the same"


def _item(path: Path, name: str, label: Label, data: Mapping[str, Any], votes: dict[str, int]) -> Item:
    def of(*keys: str) -> str:
        return next((text(data.get(key)) for key in keys if text(data.get(key))), "")

    status = path.stat()
    speaker = of("speaker", "speaker_id")
    stretch = "" if label.whole else f"#{label.start_s:.3f}-{label.end_s:.3f} {shown(label.word, 200)}"
    return Item(
        path,
        name + stretch,
        label.word,
        speaker,
        status.st_size,
        status.st_mtime_ns,
        SPLIT_NAMES.get(of("split", "set").lower(), ""),
        licence_id(of("licence", "license")),
        of("consent"),
        of("session"),
        name,
        named=not public_id(speaker),
        attributes={
            **said(
                accent=of("accent"),
                gender=gender_of(of("gender")),
                age=age_of(of("age")),
                device_model=of("device"),
                room=of("room"),
                transcript=label.transcript or of("transcript"),
                language=of("language"),
            ),
            **votes,
        },
        read=read_clip if label.whole else partial(read_stretch, start_s=label.start_s, end_s=label.end_s),
    )


LAYOUT = Layout("label_studio", scan, EXPECTED, takes_file=True)
