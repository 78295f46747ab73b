"""Settled labels become what the catalogue says, and go back to what it said."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from labelled_clips import add_bare_clips, say_it

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.changes import CUT_WAITS, Finding
from kws_data.catalog.clips import NewClip
from kws_data.labelling.doubled import Doubled, keep_doubled
from kws_data.labelling.labels import BAD, NOT_SURE
from kws_data.labelling.take_over import NOT_LABELLED, take_over
from kws_data.labels import BACKGROUND, SILENCE, UNKNOWN
from kws_data.quality.audit.apply import to_set_aside


@pytest.fixture(autouse=True)
def one_person_is_enough(catalog):
    keep_doubled(catalog, Doubled(0.0))


def state(catalog: Catalog) -> dict[str, tuple[str, str]]:
    return {clip.id: (clip.word, clip.reasons) for clip in catalog.clips(with_set_aside=True)}


def test_labels_become_words_and_come_back(catalog):
    clips = add_bare_clips(catalog, 5)
    before = state(catalog)
    for clip, label in zip(clips, ["yes", UNKNOWN, SILENCE, BAD, NOT_SURE], strict=True):
        say_it(catalog, clip, "ann", label)
    done = take_over(catalog, note="first")
    assert (done.words, done.set_aside, done.disagreements, done.open) == (3, 1, 1, 0)
    after = state(catalog)
    assert [after[clip][0] for clip in clips[:3]] == ["yes", UNKNOWN, BACKGROUND]
    assert after[clips[3]] == ("(unlabelled)", "label: bad recording (1 of 1)")
    assert after[clips[4]] == before[clips[4]]
    again = take_over(catalog)
    assert (again.batch, again.unchanged) == (None, 4)
    assert catalog.changes.undo(done.batch).taken_back == 4
    assert state(catalog) == before
    assert take_over(catalog).words == 3  # the opinions are still there


def test_a_label_that_is_only_written_differently_becomes_the_word_of_the_catalogue(catalog):
    there, clips = add_bare_clips(catalog, 2, word="go"), add_bare_clips(catalog, 3)
    say_it(catalog, there[0], "ann", "Go!")
    say_it(catalog, clips[0], "ann", "GO")
    say_it(catalog, clips[1], "ann", "GO", cut=(4_000, 12_000))
    done = take_over(catalog)
    assert (done.words, done.cuts, done.unchanged) == (1, 1, 1)
    assert done.respelt == {"Go!": "go", "GO": "go"}
    assert {word for word, reason in state(catalog).values() if not reason} == {"go", "(unlabelled)"}
    assert take_over(catalog).batch is None


def test_only_telling_changes_nothing(catalog):
    clips = add_bare_clips(catalog, 1)
    say_it(catalog, clips[0], "ann", "yes", cut=(2_000, 9_000))
    before = state(catalog)
    assert take_over(catalog, only_tell=True).cuts == 1
    assert state(catalog) == before
    assert catalog.changes.batches() == []


def test_what_waited_for_a_label_is_taken_in_and_other_reasons_stay(catalog):
    clips = add_bare_clips(catalog, 3, word="_unlabelled_")
    catalog.set_aside({clips[0]: NOT_LABELLED, clips[1]: "clipped: 4 %", clips[2]: "silent: -90 dB"})
    say_it(catalog, clips[0], "ann", "yes")
    say_it(catalog, clips[1], "ann", "yes")
    say_it(catalog, clips[2], "ann", BAD)
    done = take_over(catalog)
    assert (done.words, done.taken_in, done.set_aside) == (2, 1, 0)
    after = state(catalog)
    assert [after[clip] for clip in clips] == [
        ("yes", ""),
        ("yes", "clipped: 4 %"),
        ("_unlabelled_", "silent: -90 dB"),
    ]


def test_what_an_audit_set_aside_for_its_label_alone_comes_back_once_people_have_heard_it(catalog):
    clips = add_bare_clips(catalog, 3, word="no")
    found = [Finding(clip, "label error", "relabel", 0.9, "yes", "0.9 for yes") for clip in clips[:2]]
    changes = to_set_aside(found, label_errors_from=0.8)
    catalog.changes.record("audit", "", found, changes)
    catalog.set_aside({clips[2]: f"{changes[0].after}; clipped: 4 %"})
    for clip in clips:
        say_it(catalog, clip, "ann", "yes")
    assert take_over(catalog).taken_in == 2
    assert [state(catalog)[clip][1] for clip in clips] == ["", "", "audit: label error: 0.9 for yes; clipped: 4 %"]


def test_a_bad_recording_that_is_heard_again_comes_back(catalog):
    clip = add_bare_clips(catalog, 1)[0]
    say_it(catalog, clip, "ann", BAD)
    take_over(catalog)
    say_it(catalog, clip, "ann", "yes")
    assert take_over(catalog).taken_in == 1
    assert state(catalog)[clip] == ("yes", "")


def test_a_cut_is_a_clip_of_its_own_in_place_of_the_whole(catalog):
    clip = add_bare_clips(catalog, 1)[0]
    whole = catalog.find_clips(clip)[0]
    say_it(catalog, clip, "ann", "yes", cut=(4_000, 12_000))
    done = take_over(catalog)
    (cut,) = catalog.cuts()
    assert (cut.word, cut.reasons, cut.parent, cut.speaker, cut.device) == ("yes", "", clip, whole.speaker, "")
    assert (cut.licence, cut.source, cut.samples, cut.attributes["cut_start"]) == ("CC0-1.0", "made", 8_000, 4_000)
    assert np.array_equal(catalog.load(cut), catalog.load(whole)[4_000:12_000])
    assert state(catalog)[clip][1] == f"label: cut, see {cut.id}"
    assert take_over(catalog).batch is None
    catalog.changes.undo(done.batch)
    assert state(catalog)[clip] == ("(unlabelled)", "")
    assert state(catalog)[cut.id][1] == CUT_WAITS
    assert take_over(catalog).cuts == 1
    assert state(catalog)[cut.id] == ("yes", "")


def test_another_cut_takes_the_place_of_the_first_and_none_of_both(catalog):
    clip = add_bare_clips(catalog, 1)[0]
    say_it(catalog, clip, "ann", "yes", cut=(4_000, 12_000))
    take_over(catalog)
    first = catalog.cuts()[0].id
    say_it(catalog, clip, "ann", "yes", cut=(3_000, 12_000))
    take_over(catalog)
    used = [cut.id for cut in catalog.cuts() if not cut.reasons]
    assert len(used) == 1
    assert used != [first]
    say_it(catalog, clip, "ann", "yes")
    take_over(catalog)
    assert [cut.reasons for cut in catalog.cuts()] == [CUT_WAITS, CUT_WAITS]
    assert state(catalog)[clip] == ("yes", "")


def set_aside_by_an_audit(catalog: Catalog, clips: list[str]) -> int:
    found = [Finding(clip, "clipped", "set aside", 0.04, "", "4 %") for clip in clips]
    return catalog.changes.record("audit", "", found, to_set_aside(found))


def test_a_cut_that_an_audit_set_aside_does_not_come_back_beside_its_whole(catalog):
    clip = add_bare_clips(catalog, 1)[0]
    say_it(catalog, clip, "ann", "yes", cut=(4_000, 12_000))
    applied = take_over(catalog).batch
    cut = catalog.cuts()[0].id
    audit = set_aside_by_an_audit(catalog, [cut])
    assert catalog.changes.undo(applied).kept == (cut,)
    assert state(catalog)[clip] == ("(unlabelled)", "")
    assert catalog.changes.undo(audit).taken_back == 1
    assert state(catalog)[cut][1] == CUT_WAITS


def test_a_cut_that_an_audit_set_aside_stays_so_when_labels_are_taken_over_again(catalog):
    clip = add_bare_clips(catalog, 1)[0]
    say_it(catalog, clip, "ann", "yes", cut=(4_000, 12_000))
    take_over(catalog)
    cut = catalog.cuts()[0].id
    set_aside_by_an_audit(catalog, [cut])
    assert take_over(catalog).batch is None
    assert state(catalog)[cut][1].startswith("audit: ")


def test_the_whole_clip_and_a_crumb_are_no_cuts(catalog):
    clips = add_bare_clips(catalog, 2)
    say_it(catalog, clips[0], "ann", "yes", cut=(0, 99_999))
    say_it(catalog, clips[1], "ann", "yes", cut=(500, 900))
    done = take_over(catalog)
    assert (done.cuts, done.words) == (0, 2)


def test_a_recording_of_a_played_clip_is_not_cut(catalog):
    played = catalog.find_clips(add_bare_clips(catalog, 1, word="yes")[0])[0]
    audio = catalog.store_audio(catalog.load(played) // 2, 16_000)
    take = catalog.add_clip(NewClip(audio, "yes", "p0", "made", "t", device="board:emulated", parent=played.id))
    say_it(catalog, take, "ann", "yes", cut=(4_000, 12_000))
    assert take_over(catalog).cuts == 0
    assert state(catalog)[take] == ("yes", "")


def test_machines_are_taken_over_only_where_asked(catalog):
    clip = add_bare_clips(catalog, 1)[0]
    say_it(catalog, clip, "model", "yes", "model", 0.97)
    assert take_over(catalog).words == 0
    assert take_over(catalog, automatic=0.95).words == 1


def test_a_cut_goes_with_the_person(catalog):
    clip = add_bare_clips(catalog, 2)[0]
    say_it(catalog, clip, "ann", "yes", cut=(4_000, 12_000))
    take_over(catalog)
    speaker = catalog.find_clips(clip)[0].speaker
    assert len(catalog.forgetting.holdings([speaker]).clips) == 2
    catalog.forgetting.erase([speaker])
    assert catalog.cuts() == []
    assert len(catalog.clips(with_set_aside=True)) == 1


_SAID = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from(["ann", "bob"]),
        st.sampled_from(["yes", "no", BAD, NOT_SURE, SILENCE]),
        st.sampled_from([None, (0, 9_000), (3_000, 16_000)]),
    ),
    max_size=8,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(_SAID, min_size=1, max_size=3))
def test_undoing_all_batches_brings_back_what_was(tmp_path_factory, rounds):
    with Catalog(tmp_path_factory.mktemp("rec")) as catalog:
        clips = add_bare_clips(catalog, 3)
        before, batches = state(catalog), []
        for said in rounds:
            for clip, who, label, cut in said:
                say_it(catalog, clips[clip], who, label, cut=cut)
            done = take_over(catalog)
            assert take_over(catalog).batch is None
            batches += [done.batch] if done.batch else []
        for batch in reversed(batches):
            assert catalog.changes.undo(batch).kept == ()
        after = state(catalog)
        assert {clip: after[clip] for clip in clips} == before
        assert {reason for clip, (_, reason) in after.items() if clip not in before} <= {CUT_WAITS}


_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("say"), st.sampled_from([None, (0, 9_000), (3_000, 16_000)])),
        st.tuples(st.just("audit"), st.integers(0, 2)),
        st.tuples(st.just("undo"), st.integers(0, 7)),
    ),
    max_size=12,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(_STEPS, st.randoms(use_true_random=False))
def test_of_a_whole_and_its_cuts_one_is_in_use_and_nothing_is_left_of_batches_undone_in_any_order(
    tmp_path_factory, steps, order
):
    with Catalog(tmp_path_factory.mktemp("rec")) as catalog:
        clip = add_bare_clips(catalog, 1)[0]
        for step, which in [*steps, *[("undo", None)] * len(steps)]:
            if step == "say":
                say_it(catalog, clip, "ann", "yes", cut=which)
                take_over(catalog)
            elif step == "audit":
                used = [clip.id for clip in catalog.clips()]
                set_aside_by_an_audit(catalog, used[which : which + 1])
            else:
                left = [batch.id for batch in catalog.changes.batches() if not batch.undone_at]
                chosen = left[which : which + 1] if which is not None else order.sample(left, min(1, len(left)))
                for batch in chosen:
                    catalog.changes.undo(batch)
            used = [identity for identity, (_, reason) in state(catalog).items() if not reason]
            assert len(used) <= 1
        after = state(catalog)
        assert after.pop(clip) == ("(unlabelled)", "")
        assert {reason for _, reason in after.values()} <= {CUT_WAITS}
