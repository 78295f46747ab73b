"""What people agree and disagree on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from labelled_clips import add_bare_clips, say_it
from sklearn.metrics import cohen_kappa_score

from kws_data.errors import DataError
from kws_data.labelling.agreement import agreement_of
from kws_data.labelling.agreement_findings import note_disagreements
from kws_data.labelling.labels import NOT_SURE

ANN = ["yes", "yes", "no", "no", "go", "go", "yes", "no"]
BOB = ["yes", "yes", "no", "go", "go", "go", "no", NOT_SURE]


@pytest.fixture
def clips(catalog):
    """Eight clips that two people labelled, a ninth that one did."""
    clips = add_bare_clips(catalog, 9)
    for clip, first, second in zip(clips, ANN, BOB, strict=False):
        say_it(catalog, clip, "ann", first, rule="R1" if first != second else "R2")
        say_it(catalog, clip, "bob", second)
    say_it(catalog, clips[8], "ann", "yes")
    return clips


def test_coefficients_are_those_of_the_clips_that_two_labelled(catalog, clips):
    report = agreement_of(catalog)
    assert (report.clips, report.raters, report.not_sure) == (7, {"ann": 9, "bob": 7}, 1)
    assert report.percent.value == pytest.approx(5 / 7)
    (pair,) = report.pairs
    assert (pair.first, pair.second, pair.clips) == ("ann", "bob", 7)
    assert pair.kappa.value == pytest.approx(cohen_kappa_score(ANN[:7], BOB[:7]), abs=1e-12)
    assert pair.kappa.low < pair.kappa.value < pair.kappa.high


def test_labels_stand_by_how_little_they_are_agreed_on(catalog, clips):
    report = agreement_of(catalog)
    found = [(one.label, one.clips, one.disputed) for one in report.labels]
    assert found == [("no", 4, 2), ("go", 3, 1), ("yes", 4, 1)]
    assert report.labels[0].specific.value == pytest.approx(2 / 4)  # 2a / (2a + b + c)


def test_disputed_clips_labels_and_rules(catalog, clips):
    catalog.guidelines.add("# Labels\n\n- **R1 Short**: `go` is go\n- **R2 No long ones**: `yes` and `no`\n")
    report = agreement_of(catalog)
    assert {one.clip_id for one in report.disputed} == {clips[3], clips[6], clips[7]}
    assert [(one.first, one.second, one.clips, one.guideline) for one in report.confused] == [
        (NOT_SURE, "no", 1, ("R2 No long ones",)),
        ("go", "no", 1, ("R1 Short", "R2 No long ones")),
        ("no", "yes", 1, ("R2 No long ones",)),
    ]
    assert [(one.rule, one.title, one.clips, one.disputed) for one in report.rules] == [
        ("R1", "Short", 3, 3),
        ("R2", "No long ones", 5, 0),
    ]


def test_adjudicators_and_models_do_not_count_unless_asked_for(catalog, clips):
    plain = agreement_of(catalog)
    for clip in clips:
        say_it(catalog, clip, "eve", "go", "adjudicator")
        say_it(catalog, clip, "encoder 1", "go", "model", 0.9)
    judged = agreement_of(catalog)
    assert replace(judged, disputed=plain.disputed) == plain
    assert (plain.undecided, judged.undecided, {one.decided for one in judged.disputed}) == (3, 0, {"go"})
    more = agreement_of(catalog, with_model="encoder 1")
    assert more.raters == {"ann": 9, "bob": 7, "encoder 1": 9}
    assert [(one.first, one.second) for one in more.pairs] == [
        ("ann", "bob"),
        ("ann", "encoder 1"),
        ("bob", "encoder 1"),
    ]
    with pytest.raises(DataError, match="encoder 1"):
        agreement_of(catalog, with_model="encoder 2")


def test_nobody_has_labelled_anything(catalog):
    add_bare_clips(catalog, 1)
    with pytest.raises(DataError, match="nobody has labelled anything"):
        agreement_of(catalog)


def test_one_person_alone_agrees_with_nobody(catalog):
    say_it(catalog, add_bare_clips(catalog, 1)[0], "ann", "yes")
    report = agreement_of(catalog)
    assert (report.clips, report.alpha.value, report.pairs, report.disputed) == (0, None, (), ())


def test_disputes_are_noted_once_and_change_nothing(catalog, clips):
    before = catalog.clips()
    report = agreement_of(catalog)
    batch = note_disagreements(catalog, report)
    assert note_disagreements(catalog, report) == batch
    found = {one.clip_id: one for one in catalog.changes.findings(batch)}
    assert found.keys() == {clips[3], clips[6], clips[7]}
    assert found[clips[7]].detail == f"ann: no, bob: {NOT_SURE}"
    assert {one.action for one in found.values()} == {"look"}
    assert (found[clips[3]].suggestion, found[clips[7]].suggestion) == ("", "no")
    assert catalog.clips() == before
    catalog.changes.undo(batch)
    assert note_disagreements(catalog, report) == batch + 1


def test_nothing_is_noted_where_all_agree(catalog):
    clip = add_bare_clips(catalog, 1)[0]
    for who in ("ann", "bob"):
        say_it(catalog, clip, who, "yes")
    assert note_disagreements(catalog, agreement_of(catalog)) is None
    assert catalog.changes.batches() == []
