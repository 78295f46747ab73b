"""Findings and changes with their way back, and what forgetting a person takes of them."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from labelled_clips import add_bare_clips, say_it

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.changes import Change, Finding
from kws_data.catalog.clips import NewClip
from kws_data.errors import DataError


def state(catalog: Catalog) -> dict[str, tuple[str, str]]:
    return {clip.id: (clip.word, clip.reasons) for clip in catalog.clips(with_set_aside=True)}


def test_a_batch_keeps_what_it_saw_and_did(catalog):
    clips = add_bare_clips(catalog, 2)
    found = [Finding(clips[0], "clipped", "set aside", 0.04, "", "4 %"), Finding(clips[1], "odd", "look")]
    batch = catalog.changes.record("audit", "first\nlook", found, [Change(clips[0], "reasons", "clipped: 4 %")])
    assert catalog.changes.findings(batch) == found
    (listed,) = catalog.changes.batches()
    assert (listed.verb, listed.note, listed.findings, listed.changes) == ("audit", "first look", 2, 1)
    assert catalog.changes.batches("label") == []
    assert [clip.id for clip in catalog.clips()] == clips[1:] if clips[1] > clips[0] else True


def test_undone_once_and_only_what_is_there(catalog):
    with pytest.raises(DataError, match="no such batch"):
        catalog.changes.undo(1)
    batch = catalog.changes.record("audit")
    catalog.changes.undo(batch)
    with pytest.raises(DataError, match="undone already"):
        catalog.changes.undo(batch)


def test_a_batch_that_was_undone_still_says_how_much_it_changed(catalog):
    clips = add_bare_clips(catalog, 2)
    changes = [Change(clip, "reasons", "clipped") for clip in clips]
    batch = catalog.changes.record("audit", changes=changes)
    catalog.changes.undo(batch)
    (listed,) = catalog.changes.batches()
    assert listed.changes == 2 and listed.undone_at
    catalog.changes.apply(batch, changes[:1])
    (listed,) = catalog.changes.batches()
    assert listed.changes == 1 and not listed.undone_at


def test_what_somebody_changed_since_stays(catalog):
    clips = add_bare_clips(catalog, 2)
    batch = catalog.changes.record("label", changes=[Change(clip, "word", "yes") for clip in clips])
    catalog.changes.record("label", changes=[Change(clips[0], "word", "no")])
    undone = catalog.changes.undo(batch)
    assert (undone.taken_back, undone.kept) == (1, (clips[0],))
    assert state(catalog)[clips[0]][0] == "no"


def test_a_batch_that_built_on_an_undone_one_goes_back_to_what_stood_before_both(catalog):
    clip = add_bare_clips(catalog, 1)[0]
    first, second, third = (
        catalog.changes.record("label", changes=[Change(clip, "word", word)]) for word in ("yes", "no", "up")
    )
    assert catalog.changes.undo(second).kept == (clip,)
    assert catalog.changes.undo(first).kept == (clip,)
    assert state(catalog)[clip][0] == "up"
    assert catalog.changes.undo(third).taken_back == 1
    assert state(catalog)[clip][0] == "(unlabelled)"


def test_what_a_later_batch_made_stays_also_where_it_is_the_same_again(catalog):
    clip = add_bare_clips(catalog, 1)[0]
    first, second, third = (
        catalog.changes.record("label", changes=[Change(clip, "word", word)]) for word in ("yes", "no", "yes")
    )
    assert catalog.changes.undo(first).kept == (clip,)
    assert state(catalog)[clip][0] == "yes"
    assert catalog.changes.undo(third).taken_back == 1
    assert catalog.changes.undo(second).taken_back == 1
    assert state(catalog)[clip][0] == "(unlabelled)"


def test_a_field_that_is_none_changes_nothing(catalog):
    clip = add_bare_clips(catalog, 1)[0]
    with pytest.raises(DataError, match="no such field"):
        catalog.changes.record("label", changes=[Change(clip, "word", "yes"), Change(clip, "speaker", "x")])
    assert catalog.changes.batches() == []
    assert state(catalog)[clip][0] == "(unlabelled)"


_BATCHES = st.lists(
    st.lists(
        st.tuples(st.integers(0, 2), st.sampled_from(["word", "reasons"]), st.sampled_from(["a", "b", ""])), max_size=6
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(_BATCHES)
def test_record_and_undo_is_what_was(tmp_path_factory, batches):
    with Catalog(tmp_path_factory.mktemp("rec")) as catalog:
        clips = add_bare_clips(catalog, 3)
        states, numbers = [state(catalog)], []
        for changes in batches:
            made = [Change(clips[clip], field, after) for clip, field, after in changes]
            numbers.append(catalog.changes.record("label", changes=made))
            states.append(state(catalog))
        for number in reversed(numbers):
            assert state(catalog) == states.pop()
            assert catalog.changes.undo(number).kept == ()
        assert state(catalog) == states.pop()


def bare(catalog: Catalog, word: str, licence: str) -> NewClip:
    whole = catalog.find_clips(add_bare_clips(catalog, 1)[0])[0]
    audio = catalog.store_audio(catalog.load(whole), 16_000)
    return NewClip(audio, word, "p0", "made", "(unlabelled)/0", licence=licence)


def test_a_word_that_people_gave_is_kept_when_its_source_is_read_again(catalog):
    clip = add_bare_clips(catalog, 1)[0]
    batch = catalog.changes.record("label", changes=[Change(clip, "word", "yes")])
    again = bare(catalog, "up", "CC-BY-4.0")
    assert catalog.correct_clips([again]) == 1
    now = catalog.find_clips(clip)[0]
    assert (now.word, now.licence) == ("yes", "CC-BY-4.0")
    catalog.changes.undo(batch)
    catalog.correct_clips([again])
    assert catalog.find_clips(clip)[0].word == "up"


def test_forgetting_a_person_takes_opinions_findings_and_changes(catalog):
    clips = add_bare_clips(catalog, 2)
    for clip in clips:
        say_it(catalog, clip, "ann", "yes")
    catalog.changes.record(
        "audit",
        findings=[Finding(clips[0], "odd", "look"), Finding(clips[1], "copy", "look", 1.0, clips[0])],
        changes=[Change(clip, "word", "yes") for clip in clips],
    )
    catalog.forgetting.erase([catalog.find_clips(clips[0])[0].speaker])
    assert [one.clip_id for one in catalog.opinions.all(with_withdrawn=True)] == clips[1:]
    assert [(one.clip_id, one.suggestion) for one in catalog.changes.findings(1)] == [(clips[1], "")]
    assert catalog.changes.words_given(clips) == {clips[1]: "yes"}
    catalog.forgetting.scrub()
    files = [path for path in catalog.folder.glob("catalog.sqlite*") if path.is_file()]
    assert all(clips[0].encode() not in path.read_bytes() for path in files)
