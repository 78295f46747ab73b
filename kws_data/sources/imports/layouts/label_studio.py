"""A JSON export of Label Studio: tasks with audio, labelled as a whole (choices) or in stretches (regions).

::

    [{"id": 1, "data": {"audio": "audio/a.wav", "speaker": "s01"},
      "annotations": [{"was_cancelled": false, "completed_by": 3, "result": [
        {"type": "choices", "value": {"choices": ["yes"]}},
        {"type": "labels", "value": {"start": 0.4, "end": 1.2, "labels": ["yes"]}}]}]}]

The smaller form (JSON-MIN) is read too. Of several annotators the majority decides; a task on which they are split
evenly is set aside with what each said. Who annotated is not kept, only how many and how many of them agree.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from kws_data.errors import DataError
from kws_data.sources.imports.attribution import Origin, read_attribution
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
from kws_data.sources.imports.json_files import items as listed
from kws_data.sources.imports.json_files import mapping, number, read_json, text
from kws_data.sources.imports.licences import licence_id
from kws_data.sources.imports.speaker_terms import age_of, gender_of, said

AUDIO_KEYS = ("audio", "audio_url", "url", "file", "file_upload")
MAX_JSON_FILES = 200


@dataclass(frozen=True, order=True)
class Label:
    """What an annotator says: a word, of the whole recording (no times) or of a stretch, in seconds."""

    word: str
    start_s: float = -1.0
    end_s: float = -1.0

    @property
    def whole(self) -> bool:
        """Whether it is said of the whole recording."""
        return self.start_s < 0


def scan(root: Path) -> Scan:
    """Clips of all tasks in an export (a JSON file, or a folder with one or more of them at its top).

    Raises:
        DataError: no JSON file, or none with tasks in it.
    """
    folder = root if root.is_dir() else root.parent
    tasks = list(_tasks(root))
    files = {path.name: path for path in sorted(folder.rglob("*")) if path.is_file()}
    origins = read_attribution(folder)
    items: dict[str, Item] = {}
    problems: list[tuple[str, str]] = []
    absent: list[str] = []
    for place, task in tasks:
        path = _audio(folder, files, task)
        if path is None:
            problems.append((place, "names no audio"))
        elif not path.is_file():
            absent.append(plain_text(path.name))
        else:
            found, reason = _clips(folder, path, task, origins)
            items |= {item.name: item for item in found}
            problems += [(place, reason)] if reason else []
    return Scan([items[name] for name in sorted(items)], tuple(problems), tuple(absent))


def _tasks(root: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """(place, task) of every export."""
    paths = [root] if root.is_file() else sorted(root.glob("*.json"))[:MAX_JSON_FILES]
    seen = False
    for path in paths:
        document = read_json(path)
        if isinstance(document, dict):
            document = [document]
        if not isinstance(document, list) or not any(isinstance(task, dict) for task in document):
            if root.is_file():
                raise DataError("JSON file has no tasks in it", str(path), "export from Label Studio as JSON")
            continue
        seen = True
        for place, task in enumerate(document):
            yield f"{path.name} task {mapping(task).get('id', place)!s:.40}", mapping(task)
    if not seen:
        raise DataError("no JSON export of Label Studio", str(root), f"expected {LAYOUT.expected}")


def _audio(folder: Path, files: Mapping[str, Path], task: dict[str, Any]) -> Path | None:
    """The file of a task: where it says, or of the same name anywhere below the folder. None when none is named."""
    data = mapping(task.get("data")) or task
    named = next((text(data.get(key)) for key in AUDIO_KEYS if text(data.get(key))), "") or text(
        task.get("file_upload")
    )
    if not named or "\0" in named:
        return None
    parts = urlsplit(named)
    inside = parse_qs(parts.query).get("d", [parts.path])[0] if parts.scheme or parts.query else named
    path = PurePosixPath(unquote(inside).replace("\\", "/").lstrip("/"))
    if ".." not in path.parts and (folder / path).is_file():
        return folder / path
    uploaded = path.name.partition("-")[2]  # Label Studio puts a hash and a dash before the name of an upload
    return files.get(path.name) or files.get(uploaded) or folder / path.name


def _clips(folder: Path, path: Path, task: dict[str, Any], origins: Mapping[str, Origin]) -> tuple[list[Item], str]:
    """Clips of one task, or the reason why there is none."""
    opinions = list(_opinions(task))
    labels, agreeing, reason = decide(opinions)
    data = mapping(task.get("data")) or task
    name = plain_text(path.relative_to(folder).as_posix())
    if origin := origins.get(name):
        if not opinions:
            return [origin.item(path, name)], ""
        items = [_item(path, name, label, data, {}) for label in labels]
        known = origin.item(path, name)
        return [replace(known, name=i.name, word=origin.word_for(i.word), read=i.read) for i in items], reason
    votes = {"annotators": len(opinions), "annotators_agreeing": agreeing}
    return [_item(path, name, label, data, votes) for label in labels], reason


def _opinions(task: dict[str, Any]) -> Iterator[frozenset[Label]]:
    """What each annotator said; an annotator who said nothing or cancelled does not count."""
    annotations = [mapping(one) for one in listed(task.get("annotations")) + listed(task.get("completions"))]
    results = [listed(one.get("result")) for one in annotations if not one.get("was_cancelled")]
    if not annotations and not mapping(task.get("data")):
        results = [_small_form(task)]
    for result in results:
        if labels := frozenset(label for entry in result for label in _labels(mapping(entry))):
            yield labels


def _small_form(task: dict[str, Any]) -> list[dict[str, Any]]:
    """The results of a task in JSON-MIN: ``"choice": "yes"`` or ``"label": [{"start", "end", "labels"}]``."""
    results: list[dict[str, Any]] = []
    for key, value in task.items():
        if key in ("choice", "label", "labels", "choices") and isinstance(value, str):
            results.append({"value": {"choices": [value]}})
        elif isinstance(value, list):
            results += [{"value": one} for one in value if isinstance(one, dict) and "labels" in one]
    return results


def _labels(entry: dict[str, Any]) -> Iterator[Label]:
    value = mapping(entry.get("value"))
    start, end = number(value.get("start")), number(value.get("end"))
    for word in map(text, listed(value.get("choices")) + listed(value.get("labels"))):
        if word and start is not None and end is not None and 0 <= start < end:
            yield Label(word, round(start, 3), round(end, 3))
        elif word and start is None:
            yield Label(word)


def decide(opinions: list[frozenset[Label]]) -> tuple[list[Label], int, str]:
    """What most annotators say.

    Stretches win over a label of the whole recording. Two opinions are the same when they name the same words in the
    same order; the times are those of the first who said so.

    Returns:
        The labels, how many annotators agree on them, and why there are none (empty when there are).
    """
    if not opinions:
        return [], 0, "not labelled"
    first: dict[tuple[tuple[bool, str], ...], list[Label]] = {}
    votes: Counter[tuple[tuple[bool, str], ...]] = Counter()
    for opinion in opinions:
        ordered = sorted(opinion, key=lambda label: (label.start_s, label.end_s, label.word))
        stretches = [label for label in ordered if not label.whole]
        kept = stretches or ordered
        said = tuple((label.whole, label.word) for label in kept)
        first.setdefault(said, kept)
        votes[said] += 1
    (best, count), *others = votes.most_common()
    if others and others[0][1] == count:
        heard = " / ".join("+".join(word for _, word in said) for said, _ in votes.most_common(4))
        return [], 0, f"annotators disagree: {heard}"
    if first[best][0].whole and len(best) > 1:
        return [], 0, f"more than one label for the whole recording: {', '.join(word for _, word in best)}"
    return first[best], count, ""


def _item(path: Path, name: str, label: Label, data: dict[str, Any], votes: dict[str, int]) -> Item:
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
                transcript=of("transcript"),
                language=of("language"),
            ),
            **votes,
        },
        read=read_clip if label.whole else partial(read_stretch, start_s=label.start_s, end_s=label.end_s),
    )


LAYOUT = Layout("label_studio", scan, "a JSON export of Label Studio, beside its audio", takes_file=True)
