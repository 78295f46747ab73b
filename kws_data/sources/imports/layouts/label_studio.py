"""A JSON export of Label Studio: tasks with audio, labelled as a whole (choices) or in stretches (regions).

::

    [{"id": 1, "data": {"audio": "audio/a.wav", "speaker": "s01"},
      "annotations": [{"was_cancelled": false, "completed_by": 3, "result": [
        {"id": "x", "type": "choices", "value": {"choices": ["yes"]}},
        {"id": "r1", "type": "labels", "value": {"start": 0.4, "end": 1.2, "labels": ["Speech"]}},
        {"id": "r1", "type": "choices", "value": {"start": 0.4, "end": 1.2, "choices": ["yes"]}}]}]}]

The smaller form (JSON-MIN) is read too. Of several annotators the majority decides; a task on which they are split
evenly is set aside with what each said. Who annotated is not kept, only how many and how many of them agree.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Any

from kws_data.audio import Samples
from kws_data.errors import AudioError
from kws_data.sources.imports.attribution import Origin, read_attribution
from kws_data.sources.imports.items import (
    RATE_HZ,
    SPLIT_NAMES,
    Item,
    Layout,
    Scan,
    plain_text,
    public_id,
    read_clip,
)
from kws_data.sources.imports.json_files import shown, text
from kws_data.sources.imports.layouts.label_studio_exports import EXPECTED, Task, read_tasks
from kws_data.sources.imports.layouts.label_studio_files import Files, address_of
from kws_data.sources.imports.layouts.label_studio_regions import END_SLACK_S, Label, Problem, beyond
from kws_data.sources.imports.layouts.label_studio_votes import verdict
from kws_data.sources.imports.licences import licence_id
from kws_data.sources.imports.speaker_terms import age_of, gender_of, said

MOST_SIGNS = 1_000


def scan(root: Path) -> Scan:
    """Clips of all tasks in an export (a JSON file, or a folder with one or more of them at its top).

    Raises:
        DataError: no JSON file, or none with tasks in it.
    """
    folder = root if root.is_dir() else root.parent
    tasks, notes = read_tasks(root)
    origins = read_attribution(folder)
    claims, problems, absent = _claims(folder, tasks)
    items: dict[str, Item] = {}
    for path, claimants in claims.items():
        found, reasons = _clips(folder, path, claimants, origins)
        items |= {item.name: item for item in found}
        problems += reasons
    told = tuple((_one_line(place), _one_line(reason)) for place, reason in problems)
    return Scan([items[name] for name in sorted(items)], told, tuple(absent), tuple(notes))


@dataclass(frozen=True)
class _Claim:
    """A task that means a file: by which address, and whether that is the file's path."""

    task: Task
    address: str
    exact: bool


def _claims(folder: Path, tasks: Iterable[Task]) -> tuple[dict[Path, list[Task]], list[Problem], list[str]]:
    """Tasks by the file that they mean, what is wrong with the others, and names of files that are not there."""
    files = Files(folder)
    claims: dict[Path, list[_Claim]] = defaultdict(list)
    problems: list[Problem] = []
    absent: list[str] = []
    for task in tasks:
        address, reason = address_of(task.data, task.file_upload)
        found = files.find(address)
        if reason or found.reason:
            problems.append((task.place, reason or found.reason))
        elif found.path is None:
            absent.append(shown(address.replace("\\", "/").rpartition("/")[2] or address, 200))
        else:
            claims[found.path].append(_Claim(task, address, found.exact))
    meant = {}
    for path, several in claims.items():
        meant[path], doubtful = _without_doubt(plain_text(path.relative_to(folder).as_posix()), several)
        problems += doubtful
    return meant, problems, absent


def _without_doubt(name: str, claims: Sequence[_Claim]) -> tuple[list[Task], list[Problem]]:
    """Tasks that mean a file for certain, and those that would take it only for its name."""
    sure = [claim for claim in claims if claim.exact]
    if sure or len({claim.address for claim in claims}) == 1:
        sure = sure or list(claims)
    doubtful = [claim for claim in claims if claim not in sure]
    problems = []
    for claim in doubtful:
        other = next(one for one in (*sure, *doubtful) if one.address != claim.address)
        reason = f"two tasks would take one file: {name} is also that of {other.task.place}; give each its own path"
        problems.append((claim.task.place, reason))
    return [claim.task for claim in sure], problems


def _one_line(words: str) -> str:
    """Words of annotators may have line breaks and any length; a reason is one line."""
    return " ".join(words.split())[:MOST_SIGNS]


@dataclass(frozen=True)
class _Read:
    """What a task says of its file: labels, the clips that they make, and (place, reason) of what makes none."""

    task: Task
    labels: tuple[Label, ...]
    items: tuple[Item, ...]
    problems: tuple[Problem, ...]

    @property
    def who(self) -> set[tuple[str, str, str]]:
        """Clips, words and speakers."""
        return {(item.name, item.word, item.speaker) for item in self.items}


def _clips(
    folder: Path, path: Path, tasks: Sequence[Task], origins: Mapping[str, Origin]
) -> tuple[list[Item], list[Problem]]:
    """Clips of a file, and (place, reason) of what cannot become one.

    A task that nobody labelled gives way to another about the same file (an export beside the tasks that were
    imported); of two that contradict each other neither counts.
    """
    name = plain_text(path.relative_to(folder).as_posix())
    read = [_read(path, name, task, origins.get(name)) for task in tasks]
    said = [one for one in read if one.task.is_labelled] or read[:1]
    problems = [problem for one in said for problem in one.problems]
    for one, other in combinations(said, 2):
        if _contradict(one, other):
            what = f"two tasks contradict each other about {name}"
            pairs = ((one.task.place, other.task.place), (other.task.place, one.task.place))
            return [], [*problems, *((place, f"{what}: {other} is the other; keep one") for place, other in pairs)]
    labelled = [one for one in said if one.labels] or said
    return [item for one in labelled for item in one.items], problems


def _contradict(one: _Read, other: _Read) -> bool:
    """Whether two tasks say different things of one recording; stretches apart from each other do not."""
    if one.who == other.who or not (one.labels and other.labels):
        return False
    if any(label.whole for label in one.labels + other.labels):
        return True
    return any(a.start_s < b.end_s and b.start_s < a.end_s and a != b for a in one.labels for b in other.labels)


def _read(path: Path, name: str, task: Task, origin: Origin | None) -> _Read:
    found = verdict(task.annotations)
    problems = tuple((f"{task.place} {region}".strip(), reason) for region, reason in found.problems)
    if origin and not found.annotators:
        return _Read(task, (), (origin.item(path, name),), problems)
    reason = found.reason or ("" if found.labels or problems else task.unsaid)
    votes = {"annotators": found.annotators, "annotators_agreeing": found.agreeing}
    items = tuple(_item(path, name, label, task.data, {} if origin else votes) for label in found.labels)
    if origin:
        known = origin.item(path, name)
        items = tuple(replace(known, name=i.name, word=origin.word_for(i.word), read=i.read) for i in items)
    return _Read(task, found.labels, items, problems + (((task.place, reason),) if reason else ()))


def _item(path: Path, name: str, label: Label, data: Mapping[str, Any], votes: Mapping[str, int]) -> Item:
    def of(*keys: str) -> str:
        return next((text(data.get(key)) for key in keys if text(data.get(key))), "")

    status = path.stat()
    speaker = of("speaker", "speaker_id")
    stretch = "" if label.whole else f"#{label.start_s:.3f}-{label.end_s:.3f} {label.word}"
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
        read=read_clip if label.whole else partial(read_region, start_s=label.start_s, end_s=label.end_s),
    )


def read_region(path: Path, start_s: float, end_s: float) -> Samples:
    """A region of a file, at the rate of the catalogue; raises AudioError where the file ends before it."""
    samples = read_clip(path)
    length_s = len(samples) / RATE_HZ
    if start_s >= length_s or end_s > length_s + END_SLACK_S:
        what, _, remedy = beyond(start_s, end_s, length_s).partition(": ")
        raise AudioError(what, str(path), remedy)
    return samples[round(start_s * RATE_HZ) : round(end_s * RATE_HZ)].copy()


LAYOUT = Layout("label_studio", scan, EXPECTED, takes_file=True)
