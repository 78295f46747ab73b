from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from made_words import Samples, add, whole, word

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.changes import Finding
from kws_data.catalog.clips import Clip
from kws_data.catalog.opinions import NewOpinion
from kws_data.quality.audit.apply import kept_findings, to_set_aside
from kws_data.quality.audit.audit import audit
from kws_data.quality.audit.copies import Known, copy_findings
from kws_data.quality.audit.result import AuditSettings

CHEAP = ("readable", "signal", "edges", "copies", "stale", "outliers", "coverage")


def found_of(catalog: Catalog) -> list[Finding]:
    return list(audit(catalog, AuditSettings(families=("copies",), workers=1)).findings)


def test_all_but_the_best_copy_are_set_aside(tmp_path: Path) -> None:
    with Catalog(tmp_path) as catalog:
        kept = add(catalog, word(1), "a", speaker="ann")
        quiet = add(catalog, whole(word(1) * 0.4), "a_copy", speaker="ann")
        again = add(catalog, word(1), "a_again", speaker="ann")
        add(catalog, word(2), "b")
        found = found_of(catalog)
    assert {(one.clip_id, one.reason, one.action, one.suggestion) for one in found} == {
        (quiet, "near copy", "set aside", kept),
        (again, "exact copy", "set aside", kept),
    }


def test_a_copy_that_a_person_labelled_stays(tmp_path: Path) -> None:
    with Catalog(tmp_path) as catalog:
        add(catalog, word(1), "a", speaker="ann")
        labelled = add(catalog, whole(word(1) * 0.4), "a_copy", speaker="ann")
        catalog.opinions.give(NewOpinion(labelled, "person", "eve", "go"))
        (finding,) = found_of(catalog)
    assert finding.suggestion == labelled


def test_of_copies_of_two_people_a_person_chooses(tmp_path: Path) -> None:
    with Catalog(tmp_path) as catalog:
        kept = add(catalog, word(1), "a_longer_name", speaker="ann")
        quiet = add(catalog, whole(word(1) * 0.3), "b", speaker="bob")
        found = found_of(catalog)
    assert {(one.clip_id, one.reason, one.action, one.suggestion) for one in found} == {
        (quiet, "near copy", "look", kept),
        (quiet, "copy of another person", "look", kept),
    }


def test_of_copies_the_loud_one_stays(tmp_path: Path) -> None:
    with Catalog(tmp_path) as catalog:
        for number in range(6):
            add(catalog, word(number), f"a_longer_name_{number}", speaker=f"ann{number}")
        quiet = {add(catalog, whole(word(number) * 0.3), f"b{number}", speaker=f"ann{number}") for number in range(6)}
        found = found_of(catalog)
    assert {one.clip_id for one in found if one.action == "set aside"} == quiet


def test_words_and_people_that_differ_are_told(tmp_path: Path) -> None:
    with Catalog(tmp_path) as catalog:
        one = add(catalog, word(1), "a", "go", speaker="ann")
        other = add(catalog, whole(word(1) * 0.5), "b", "no", speaker="bob")
        found = found_of(catalog)
    told = {(finding.clip_id, finding.reason, finding.suggestion) for finding in found}
    assert told == {
        (one, "copy with another word", ""),
        (other, "copy with another word", ""),
        (other, "copy of another person", one),
    }
    assert {finding.action for finding in found} == {"relabel", "look"}


def test_the_other_word_is_suggested_only_where_the_judge_of_labels_hears_it_too() -> None:
    right, wrong = clip("a"), clip("b", word="no")
    judged = {"b": Finding("b", "label doubt", "look", 0.6, "go")}
    found = [one for one in copy_findings([[right, wrong]], Known({}, judged=judged)) if one.action == "relabel"]
    assert {(one.clip_id, one.suggestion) for one in found} == {("a", ""), ("b", "go")}
    assert all('"go"' in one.detail and '"no"' in one.detail for one in found)


def cut_in_the_word(samples: Samples) -> Samples:
    short = samples.copy()
    short[10_000:] = 0
    return short


@pytest.mark.parametrize("families", [("copies",), ("edges", "copies"), CHEAP])
def test_of_a_clip_and_its_truncated_copy_the_whole_one_stays(tmp_path: Path, families: tuple[str, ...]) -> None:
    with Catalog(tmp_path) as catalog:
        whole_ones = set()
        for number in range(4):
            whole_ones.add(add(catalog, whole(word(number) * 0.3), f"a_longer_name_{number}", speaker=f"ann{number}"))
            cut = add(catalog, cut_in_the_word(word(number)), f"b{number}", speaker=f"ann{number}")
            catalog.opinions.give(NewOpinion(cut, "person", "eve", "go"))
        done = audit(catalog, AuditSettings(families=families, workers=1))
        batch = kept_findings(catalog, done, "")
        assert catalog.changes.apply(batch, to_set_aside(done.findings)) == 4
        assert {one.id for one in catalog.clips()} == whole_ones


def test_of_copies_that_are_all_bad_none_has_to_stay(tmp_path: Path) -> None:
    with Catalog(tmp_path) as catalog:
        cut = cut_in_the_word(word(1))
        both = {add(catalog, whole(cut * gain), f"a{gain}", speaker="ann") for gain in (1.0, 0.5)}
        done = audit(catalog, AuditSettings(families=CHEAP, workers=1))
    assert {one.clip_id for one in to_set_aside(done.findings)} == both


@pytest.mark.parametrize(("first", "stays"), [("label error", "b"), ("label doubt", "a")])
def test_of_copies_one_stays_whose_label_is_not_called_wrong(first: str, stays: str) -> None:
    known = Known({}, judged={"a": Finding("a", first, "relabel", 0.9, "no")})
    (found,) = copy_findings([[clip("a"), clip("b")]], known)
    assert found.suggestion == stays
    (found,) = copy_findings([[clip("a"), clip("b")]], replace(known, faulty={"b"}))
    assert found.suggestion == "a"


def clip(name: str, **more: str) -> Clip:
    made = Clip(
        *(name, name * 4, 16_000, "go", "ann", False, "", "made", "", "", "", name, "", ""),
        attributes={},
        reasons="",
    )
    return replace(made, **more)  # type: ignore[arg-type]


def test_copies_in_two_splits_are_told_of_all_of_them() -> None:
    group = [clip("a"), clip("b")]
    found = list(copy_findings([group], Known({}, splits={"a": "train", "b": "test"})))
    assert {(one.clip_id, one.detail) for one in found if one.reason == "copy across splits"} == {
        ("a", "in train, and the same recording in test"),
        ("b", "in test, and the same recording in train"),
    }
    assert not any(one.reason == "copy across splits" for one in copy_findings([group], Known({}, splits={})))


def test_copies_without_speakers_are_set_aside() -> None:
    group = [clip("a"), replace(clip("b", speaker="unknown"), attributes={"speaker_known": False})]
    (found,) = copy_findings([group], Known({}))
    assert (found.clip_id, found.action, found.detail) == ("b", "set aside", "of a (a)")


def test_one_moment_through_two_devices_is_no_copy() -> None:
    assert not list(copy_findings([[clip("a", device="left"), clip("b", device="right")]], Known({})))
