"""Whatever stands in an export beside real audio: clips with names of their own and lines of one line, or one error."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_folder import tone

from kws_data.audio import write_wav
from kws_data.errors import DataError
from kws_data.sources.imports.items import Scan
from kws_data.sources.imports.layouts import edge_impulse, label_studio

WORD = st.sampled_from(["yes", "no", "Speech", "", "a\nb", "\ud800", "\udcfc", " x "]) | st.text(max_size=3)
TIME = st.sampled_from([0, 0.2, 0.9, 499, 999, 7_999, 8_000, 15_999, -1, 1e308, "0.3", None, True])
ODD = st.none() | st.integers() | WORD | st.lists(WORD, max_size=2) | st.dictionaries(WORD, WORD, max_size=2)
PATH = st.sampled_from(
    ["training/a.wav", "a.wav", "training\\a.wav", "/x/a.wav", "b.wav", "\ud800.wav", "../a.wav", "\0"]
)
SHAPES = {"deadline": None, "max_examples": 120}


def some(**fields: st.SearchStrategy[object]) -> st.SearchStrategy[dict[str, object]]:
    """A document with these fields, some of them missing or of another kind."""
    return st.fixed_dictionaries({}, optional={key: value | ODD for key, value in fields.items()})


VALUE = some(start=TIME, end=TIME, labels=st.lists(WORD, max_size=2), choices=st.lists(WORD, max_size=2), text=WORD)
RESULT = some(
    id=st.sampled_from(["1", "2", 3]), type=st.sampled_from(["labels", "choices", "relation"]), value=VALUE,
    from_name=WORD, parentID=st.sampled_from(["1", "2"]), original_length=TIME,
)  # fmt: skip
ANNOTATION = some(was_cancelled=st.booleans(), ground_truth=st.booleans(), result=st.lists(RESULT, max_size=4))
TASK = some(
    id=st.integers(1, 2) | WORD, data=some(audio=PATH, sound=PATH, speaker=WORD), audio=PATH, choice=WORD, label=ODD,
    annotations=st.lists(ANNOTATION, max_size=3), file_upload=PATH, annotator=st.integers(),
)  # fmt: skip
STRETCH = some(startIndex=TIME, endIndex=TIME, label=WORD)
LABEL = some(type=st.sampled_from(["label", "multi-label"]), label=WORD, labels=st.lists(STRETCH, max_size=4))
ENTRY = some(path=PATH, category=st.sampled_from(["training", "..", "split"]), label=LABEL, metadata=ODD)


def look(module: ModuleType, files: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        write_wav(root / "training" / "a.wav", tone("a", 1), 16_000)
        for name, text in files.items():
            (root / name).write_text(text)
        try:
            found: Scan = module.scan(root)
        except DataError as error:
            assert "\n" not in str(error)
            return
    names = [item.name for item in found.items]
    assert len(names) == len(set(names)) and all(item.word for item in found.items)
    for line in [*(f"{where}: {reason}" for where, reason in found.problems), *found.notes, *found.absent, *names]:
        assert "\n" not in line and line.encode()


@settings(**SHAPES)  # type: ignore[arg-type]
@given(st.lists(TASK, max_size=4))
def test_any_tasks(tasks: list[object]) -> None:
    look(label_studio, {"export.json": json.dumps(tasks)})


@settings(**SHAPES)  # type: ignore[arg-type]
@given(st.lists(ENTRY, max_size=4), st.booleans(), st.dictionaries(PATH, st.lists(STRETCH, max_size=3), max_size=2))
def test_any_labels(entries: list[object], by_line: bool, structured: dict[str, object]) -> None:
    lines = [{"__ndjson": True}, *({"__key": "files", "__item": entry} for entry in entries)]
    info = "\n".join(map(json.dumps, lines)) if by_line else json.dumps({"version": 1, "files": entries})
    look(edge_impulse, {"info.labels": info, "structured_labels.labels": json.dumps({"structuredLabels": structured})})


@pytest.mark.parametrize("module", [edge_impulse, label_studio])
def test_halves_of_signs_do_not_reach_the_catalogue(module: ModuleType) -> None:
    entry = {"path": "training/a.wav", "label": {"label": "\ud800x"}}
    task = {
        "id": "\udcfc",
        "data": {"audio": "training/a.wav"},
        "annotations": [{"result": [{"value": {"choices": ["\ud800"]}}]}],
    }
    look(module, {"info.labels": json.dumps({"files": [entry]}), "export.json": json.dumps([task])})
