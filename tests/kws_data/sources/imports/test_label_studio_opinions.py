"""Annotations of Label Studio as opinions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from labelled_clips import add_bare_clips

from kws_data.errors import DataError
from kws_data.labelling.label_studio import task_of
from kws_data.sources.imports.label_studio_opinions import read_opinions

CLIP, OTHER = "0123456789abcdef", "fedcba9876543210"


def chosen(label: str, name: str = "label", region: tuple[float, float] | None = None) -> dict[str, Any]:
    where = {} if region is None else {"start": region[0], "end": region[1]}
    kind = "labels" if name == "cut" else "choices"
    return {"id": "x", "from_name": name, "to_name": "audio", "type": kind, "value": {kind: [label], **where}}


def annotated(*results: dict[str, Any], by: object = 3, **more: Any) -> dict[str, Any]:
    return {"id": 7, "completed_by": by, "lead_time": 4.5, "was_cancelled": False, "result": list(results), **more}


def written(path: Path, *annotations: dict[str, Any], clip: str = CLIP) -> Path:
    path.write_text(json.dumps([{"id": 1, **task_of(clip), "annotations": list(annotations)}]))
    return path


def test_an_annotation_is_an_opinion_of_its_annotator(tmp_path):
    region = {**chosen("word", "cut", (0.25, 0.75)), "id": "r"}
    note = {"id": "n", "from_name": "note", "type": "textarea", "value": {"text": ["a bit  loud"]}}
    read = read_opinions(written(tmp_path / "a.json", annotated(chosen("yes"), region, note)), {CLIP}, {"3": "ann"})
    assert read.problems == ()
    (one,) = read.opinions
    assert (one.clip_id, one.kind, one.giver, one.label, one.note) == (CLIP, "imported", "ann", "yes", "a bit loud")
    assert (one.start, one.stop, one.seconds) == (4_000, 12_000, 4.5)


@pytest.mark.parametrize(
    ("by", "giver"),
    [(3, "ls-3"), ({"id": 4, "email": "a@b.c"}, "ls-4"), (None, "label-studio")],
)
def test_annotators_have_numbers(tmp_path, by, giver):
    assert (
        read_opinions(written(tmp_path / "a.json", annotated(chosen("yes"), by=by)), {CLIP}).opinions[0].giver == giver
    )


def test_no_address_enters_the_catalogue(tmp_path):
    path = written(tmp_path / "a.json", annotated(chosen("yes"), by={"email": "jane@example.org"}))
    assert "jane" not in read_opinions(path, {CLIP}).opinions[0].giver


@pytest.mark.parametrize(
    ("said", "label"), [("(bad)", "(bad)"), ("bad recording", "(bad)"), ("_unknown_", "_unknown_")]
)
def test_special_labels_come_by_their_names_or_as_people_read_them(tmp_path, said, label):
    assert read_opinions(written(tmp_path / "a.json", annotated(chosen(said))), {CLIP}).opinions[0].label == label


def test_the_clip_is_known_by_its_file_where_the_task_does_not_name_it(tmp_path):
    task = {"id": 1, "data": {"audio": f"/data/upload/1/ab12cd34-{CLIP}.wav"}, "annotations": [annotated(chosen("no"))]}
    (tmp_path / "a.json").write_text(json.dumps([task]))
    assert [one.clip_id for one in read_opinions(tmp_path / "a.json", {CLIP}).opinions] == [CLIP]


def test_rows_of_json_min_keep_their_annotators(tmp_path):
    rows = [
        {"audio": "a.wav", "clip": CLIP, "id": 1, "label": "yes", "annotator": 3, "annotation_id": 1},
        {"audio": "a.wav", "clip": CLIP, "id": 1, "label": "no", "annotator": 4, "annotation_id": 2},
    ]
    (tmp_path / "a.json").write_text(json.dumps(rows))
    read = read_opinions(tmp_path / "a.json", {CLIP})
    assert [(one.giver, one.label) for one in read.opinions] == [("ls-3", "yes"), ("ls-4", "no")]


@pytest.mark.parametrize(
    ("annotation", "reason"),
    [
        (annotated(), "nothing was said"),
        (annotated(chosen("yes"), was_cancelled=True), "skipped by its annotator"),
        (annotated(chosen("_private_")), "no such label"),
        (annotated(chosen("yes"), chosen("no")), "several labels"),
        (annotated({**chosen("word", "cut", (0.5, 0.2)), "id": "r"}, chosen("yes")), "ends before it begins"),
        (
            annotated(
                chosen("yes"),
                {**chosen("word", "cut", (0, 0.2)), "id": "r"},
                {**chosen("word", "cut", (0.5, 0.9)), "id": "s"},
            ),
            "several regions",
        ),
    ],
)
def test_what_is_no_opinion_is_told(tmp_path, annotation, reason):
    read = read_opinions(written(tmp_path / "a.json", annotation), {CLIP})
    assert read.opinions == ()
    assert reason in read.problems[0][1]


def test_clips_that_are_not_there_are_told(tmp_path):
    read = read_opinions(written(tmp_path / "a.json", annotated(chosen("yes"))), {OTHER})
    assert "its clip is not in this catalogue: 0123456789abcdef" in read.problems[0][1]


def test_read_again_it_changes_nothing_and_a_correction_takes_its_place(catalog, tmp_path):
    clip = add_bare_clips(catalog, 1)[0]
    first = written(tmp_path / "a.json", annotated(chosen("yes")), clip=clip)
    second = written(tmp_path / "b.json", annotated(chosen("no"), updated_at="2026-02-02"), clip=clip)
    for path in (first, first, second, second, first):
        catalog.opinions.give_all(read_opinions(path, {clip}, {"3": "ann"} if path == second else None).opinions)
    kept = catalog.opinions.all(with_withdrawn=True)
    assert [(one.label, one.giver) for one in kept] == [("yes", "ls-3"), ("no", "ann")]


@pytest.mark.parametrize("content", ["", "[1, 2", "{}", "[]", "7", '{"a": "b"}', "\x00\xff", '[{"id": 1}]' * 2])
def test_what_is_no_export_is_one_clear_line(tmp_path, content):
    (tmp_path / "a.json").write_text(content)
    with pytest.raises(DataError) as error:
        read_opinions(tmp_path / "a.json", {CLIP})
    assert "\n" not in str(error.value)
    with pytest.raises(DataError, match="not found"):
        read_opinions(tmp_path / "gone.json", {CLIP})


_KEYS = (
    *("value", "choices", "labels", "start", "end", "text", "id", "from_name", "type", "result", "completed_by"),
    *("lead_time", "data", "clip", "audio", "annotations", "was_cancelled", "email", "unique_id", "task"),
)
_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=True)
    | st.sampled_from(["yes", "_x", "(bad)", CLIP, "", "a\nb", "\ud800"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(_KEYS),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(_VALUES, max_size=3), _VALUES)
def test_any_document_is_opinions_or_one_line(tmp_path, results, row):
    """What the catalogue takes comes out, or a reason; nothing else is raised."""
    task = {"id": 1, **task_of(CLIP), "annotations": [{"completed_by": 3, "result": results}]}
    (tmp_path / "a.json").write_text(json.dumps([task, row]))
    try:
        read = read_opinions(tmp_path / "a.json", {CLIP})
    except DataError as error:
        assert "\n" not in str(error)
        return
    for one in read.opinions:
        assert one.clip_id == CLIP
        assert (one.start is None) == (one.stop is None)
        assert one.start is None or 0 <= one.start < one.stop
        assert one.seconds is None or 0 <= one.seconds < 10_000
        assert one.giver
        assert one.token.startswith("label-studio/")
